"""--quiet and --json wherever they are taken; file names of every kind; logs without colours."""

import io
import json
import os
import shlex

import pytest
from cli_world import ended, one_sentence, request, started, world
from gateway_double import Double, lines, refusal, result

DONE = {"status": "completed", "output_file_id": "out"}


@pytest.fixture
def double():
    return Double(states=[DONE], content={"out": lines(*(result(f"r{n}") for n in range(3)))})


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch, double):
    with world(tmp_path, monkeypatch, double):
        yield tmp_path


# --- quiet ---------------------------------------------------------------------------------------


def test_what_is_ready_says_its_verdict_alone(preflight):
    code, out, err = preflight("check", "requests.jsonl", "--quiet")
    assert (code, err) == (0, "")
    assert out.startswith("READY: ")
    assert "openai" not in out


def test_what_is_wrong_is_said_and_what_is_right_is_not(preflight, folder):
    (folder / "requests.jsonl").write_bytes(lines(request("a"), request("a")))
    code, out, err = preflight("check", "requests.jsonl", "--quiet", "--offline")
    assert (code, err) == (1, "")
    assert "[requests-unique]" in out
    assert "repair: " in out
    assert "✓" not in out
    assert "Not looked at" not in out
    assert out.splitlines()[-1].startswith("NOT READY: ")


def test_a_run_says_what_it_came_to_alone(preflight, double):
    code, out, err = preflight("run", "requests.jsonl", "--quiet")
    assert (code, out, err) == (0, "completed: 3 results, 0 errors, 0 missing of 3 requests\n", "")


def test_what_is_not_sent_says_why_alone(preflight, folder, double):
    (folder / "requests.jsonl").write_bytes(lines(request("a"), request("a")))
    code, out, err = preflight("run", "requests.jsonl", "--quiet")
    assert (code, err, double.creates) == (1, "", [])
    assert "[requests-unique]" in out
    assert "✓" not in out


def test_errors_are_said_all_the_same(preflight, double):
    double.before["upload"] = [refusal(403, "no", "no")]
    code, out, err = preflight("run", "requests.jsonl", "--quiet", "--offline", "--force")
    assert (code, out) == (1, "")
    assert one_sentence(err)
    code, out, err = preflight("check", "gone.jsonl", "--quiet")
    assert (code, out) == (2, "")
    assert one_sentence(err)


def test_a_plan_says_how_many_and_what_speaks_against_it(preflight, folder):
    code, out, _ = preflight("plan", "requests.jsonl", "--offline", "--quiet")
    assert code == 0
    assert "in 1 shard and 1 wave" in " ".join(out.split())
    assert "money" not in out


def test_nobody_is_asked_anything(preflight, monkeypatch):
    class Terminal(io.StringIO):
        def isatty(self):
            return True

    monkeypatch.setattr("sys.stdin", Terminal("y\n"))
    code, out, err = preflight("check", "requests.jsonl", "--canary", "--quiet")
    assert (code, out) == (2, "")
    assert "--quiet asks nobody; agree with --yes" in err


def test_other_formats_are_as_ever(preflight):
    code, out, err = preflight("check", "requests.jsonl", "--quiet", "--json", "--offline")
    assert (code, err) == (0, "")
    assert json.loads(out)["format"] == "preflight-report"
    code, out, _ = preflight("run", "requests.jsonl", "--quiet", "--json")
    assert (code, json.loads(out)["format"]) == (0, "preflight-run")


def test_collecting_says_nothing_and_in_json_what_it_collected(preflight, folder):
    assert preflight("collect", "requests.jsonl", "--quiet") == (0, "", "")
    code, out, err = preflight("collect", "requests.jsonl", "--json")
    told = json.loads(out)
    assert (code, err, told["format"]) == (0, "", "preflight-collected")
    assert told["questions"] == told["answers"] + told["refusals"]


# --- json ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "line",
    [
        "check requests.jsonl --offline",
        "plan requests.jsonl --offline",
        "list",
        "explain requests-url",
        "permissions",
        "runs",
    ],
)
def test_json_is_short_for_its_format(preflight, line):
    long, short = (preflight(*line.split(), *more) for more in (("--format", "json"), ("--json",)))
    assert long[0] == short[0] == 0
    first, second = json.loads(long[1]), json.loads(short[1])
    for varying in ("seconds", "at"):
        first.pop(varying, None)
        second.pop(varying, None)
    assert set(first) == set(second)
    assert first.get("format") == second.get("format")


def test_json_goes_beside_reports_in_files_and_not_beside_another_on_standard_output(
    preflight, folder
):
    code, out, _ = preflight(
        "check", "requests.jsonl", "--offline", "--format", "sarif:a.sarif", "--json", "--json"
    )
    assert (code, json.loads(out)["verdict"]) == (0, "READY")
    assert (folder / "a.sarif").is_file()
    code, out, err = preflight("check", "requests.jsonl", "--format", "markdown", "--json")
    assert (code, json.loads(out)["format"]) == (2, "preflight-error")
    assert "would mix several formats" in err


@pytest.mark.parametrize("line", ["promises --json", "sandbox list --json", "config --json"])
def test_what_has_json_of_its_own_prints_that(preflight, line):
    code, out, _ = preflight(*line.split())
    assert code == 0
    assert isinstance(json.loads(out), dict)


# --- file names ----------------------------------------------------------------------------------

NAMES = (
    "two words.jsonl",
    'it\'s "quoted".jsonl',
    "line\nbreak.jsonl",
    "-leading.jsonl",
    "--offline.jsonl",
    "snow\N{SNOWMAN}.jsonl",
    "$(touch owned).jsonl",
)


@pytest.mark.parametrize("name", NAMES)
def test_a_file_of_any_name_is_checked_planned_and_run(preflight, folder, name):
    (folder / "requests.jsonl").rename(folder / name)
    for command in (("check", "--offline"), ("plan", "--offline"), ("run", "--quiet")):
        code, out, err = preflight(*command, "--", name)
        assert code == 0, out + err
        assert "\n\n\n" not in out
        assert preflight(*command, f"./{name}")[0] == 0
    assert not (folder / "owned").exists()


def test_what_is_shown_of_a_name_a_shell_takes_back(preflight, folder):
    (folder / "requests.jsonl").rename(folder / "it's mine.jsonl")
    code, out, _ = preflight("run", "it's mine.jsonl", "--out", "a 'run'")
    assert code == 0
    shown = out.splitlines()[1].strip()
    (path,) = shlex.split(shown)
    assert os.path.isfile(path)  # noqa: PTH113


# --- log collectors ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "line",
    [
        "check requests.jsonl",
        "plan requests.jsonl --offline",
        "run requests.jsonl",
        "list",
        "explain requests-url",
        "permissions",
        "onboard",
        "onboard --format html",
        "config",
        "config --schema",
        "check --help",
    ],
)
def test_a_log_without_colours_and_unicode_takes_everything(folder, line):
    (folder / "preflight.toml").write_text('contact = "\N{SNOWMAN}"\n', encoding="utf-8")
    environment = {"PYTHONIOENCODING": "ascii", "LC_ALL": "C", "CI": "true", "TERM": "dumb"}
    code, out, err = ended(started(*line.split(), env=environment))
    assert code == 0, err
    assert "Traceback" not in err
    assert "\x1b" not in out + err
    assert (out + err).isascii()
