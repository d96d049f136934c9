"""The whole command with --only, --skip and --waivers: what is asked, said, decided and sent."""

import json

import pytest
from cli_world import one_sentence, request, world
from gateway_double import Double, lines

from preflight.waivers import FILE

CHECK = ("check", "requests.jsonl", "--offline")
WAIVER = """
[[waiver]]
check = "requests-stream"
reason = "streamed on purpose"
owner = "ann"
expires = 2999-01-01
"""


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    with world(tmp_path, monkeypatch, Double(states=[{"status": "completed"}])):
        yield tmp_path


@pytest.fixture
def streamed(folder):
    """A request file with one fault, which requests-stream finds."""
    body = request("r0")["body"] | {"stream": True}
    (folder / "requests.jsonl").write_bytes(lines(request("r0", body=body)))


def report(preflight, *arguments):
    code, out, err = preflight(*arguments, "--format", "json")
    return code, json.loads(out), err


def outcomes(found):
    return {one["id"]: one["outcome"] for one in found["checks"]}


# --- choosing -------------------------------------------------------------------------------------


def test_a_whole_check_leaves_nothing_out(preflight):
    code, found, err = report(preflight, *CHECK)
    assert (code, found["left_out"], found["notes"], err) == (0, [], [], "")


def test_only_what_is_chosen_is_asked_and_the_verdict_says_so(preflight):
    code, found, _ = report(preflight, *CHECK, "--only", "requests-json,requests-name")
    assert code == 0
    assert set(outcomes(found)) == {"requests-json", "requests-name"}
    assert "requests-model" in found["left_out"]
    assert any(
        "left out by --only requests-json,requests-name" in s for s in found["not_looked_at"]
    )
    _, out, _ = preflight(*CHECK, "--only", "requests-json")
    assert "READY: nothing wrong in the checks that were chosen, which are not all" in out


def test_a_fault_that_is_skipped_does_not_decide(preflight, streamed):
    assert preflight(*CHECK)[0] == 1
    code, found, _ = report(preflight, *CHECK, "--skip", "requests-str*")
    assert code == 0
    assert found["left_out"] == ["requests-stream"]


@pytest.mark.parametrize("option", ["--only", "--skip"])
def test_an_unknown_id_is_wrong_usage(preflight, option):
    code, out, err = preflight(*CHECK, option, "requests-jsn")
    assert (code, out) == (2, "")
    assert one_sentence(err)
    assert "did you mean requests-json?" in err


def test_a_check_of_another_provider_alone_leaves_nothing(preflight):
    code, _, err = preflight(*CHECK, "--only", "vertex-bucket")
    assert code == 2
    assert "leaves no check to ask" in err


@pytest.mark.parametrize("command", ["run", "submit"])
def test_nothing_is_sent_on_a_part_of_the_checks(preflight, command):
    for option in (("--only", "requests-json"), ("--skip", "requests-json")):
        code, out, err = preflight(command, "requests.jsonl", *option)
        assert (code, out) == (2, "")
        assert "not enough to send a file" in err


def test_a_part_of_the_checks_is_enough_with_force_and_the_rest_is_named(preflight):
    code, _, err = preflight("submit", "requests.jsonl", "--skip", "openai-model", "--force")
    assert code == 0
    assert "left out by --skip openai-model" in err


def test_hostile_patterns_are_shown_escaped(preflight):
    for option in (("--only", "\x1b[31m*"), ("--skip", "\x1b[31m*"), ("--waivers", "\x1b[31m")):
        code, out, err = preflight(*CHECK, *option)
        assert code == 2
        assert "\x1b" not in out + err


# --- waiving --------------------------------------------------------------------------------------


def test_a_waived_failure_is_shown_and_does_not_decide(preflight, folder, streamed):
    (folder / FILE).write_text(WAIVER)
    code, out, err = preflight(*CHECK)
    assert (code, err) == (0, "")
    assert "requests-stream" in out
    assert "waived until 2999-01-01, " in out
    assert " by ann: streamed on purpose" in out
    assert "1 waived" in out
    assert "failed" not in out
    code, found, _ = report(preflight, *CHECK)
    (failed,) = (one for one in found["checks"] if one["outcome"] == "failed")
    waiver = failed["waiver"]
    assert waiver.pop("days_left") > 300_000
    assert waiver == {"reason": "streamed on purpose", "owner": "ann", "until": "2999-01-01"}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("2999-01-01", "2020-01-01"),
        ('owner = "ann"', ""),
        ("requests-stream", "requests-streem"),
        ("[[waiver]]", "[[waiver"),
    ],
)
def test_what_waives_nothing_is_said_twice_and_the_failure_decides(
    preflight, folder, streamed, old, new
):
    (folder / "mine.toml").write_text(WAIVER.replace(old, new))
    code, out, err = preflight(*CHECK, "--waivers", "mine.toml")
    assert code == 1
    assert "waives nothing" in "".join(out.split("Waivers: ")[1:])
    assert err.startswith("preflight: ")
    assert "waives nothing" in err
    assert report(preflight, *CHECK, "--waivers", "mine.toml")[1]["notes"]


def test_a_waiver_of_another_provider_does_not_hold(preflight, folder, streamed):
    (folder / FILE).write_text(f'{WAIVER}provider = "vertex"\n')
    assert preflight(*CHECK)[0] == 1


def test_a_named_file_that_is_missing_is_wrong_usage(preflight):
    code, out, err = preflight(*CHECK, "--waivers", "missing.toml")
    assert (code, out) == (2, "")
    assert one_sentence(err)


def test_a_run_goes_on_over_a_waived_failure_and_says_so(preflight, folder, streamed):
    assert preflight("submit", "requests.jsonl")[0] == 1
    (folder / FILE).write_text(WAIVER)
    code, _, err = preflight("submit", "requests.jsonl")
    assert code == 0
    assert "waived: requests-stream until 2999-01-01" in err
