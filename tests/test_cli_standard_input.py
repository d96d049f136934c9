"""`-` in the place of a file that is read: standard input, kept for as long as it is needed."""

import io
import json
import sys

import pytest
from cli_world import ended, one_sentence, request, started, world, write_promises
from gateway_double import Double, lines, result

WAIVER = b"""[[waiver]]
check = "requests-unique"
reason = "known"
owner = "me"
expires = 2099-01-01
"""
DONE = {"status": "completed", "output_file_id": "out"}


@pytest.fixture
def double():
    return Double(states=[DONE], content={"out": lines(*(result(f"r{n}") for n in range(3)))})


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch, double):
    with world(tmp_path, monkeypatch, double):
        yield tmp_path


@pytest.fixture
def typed(monkeypatch):
    """Put bytes on standard input."""
    return lambda content: monkeypatch.setattr(
        "sys.stdin", io.TextIOWrapper(io.BytesIO(content), encoding="utf-8")
    )


# --- standard input ------------------------------------------------------------------------------


def test_requests_are_read_from_standard_input(preflight, folder, typed):
    content = (folder / "requests.jsonl").read_bytes()
    typed(content)
    code, out, err = preflight("check", "-", "--json")
    report = json.loads(out)
    assert (code, err, report["verdict"]) == (0, "", "READY")
    assert report["request_file"]["path"] == "-"
    typed(content)
    code, out, _ = preflight("plan", "-", "--offline", "--json")
    assert (code, json.loads(out)["request_file"]["path"]) == (0, "-")
    typed(content)
    code, out, _ = preflight("run", "-", "--json")
    assert (code, json.loads(out)["requests"]["results"]) == (0, 3)


def test_nothing_of_it_is_left_and_no_error_names_a_file_that_is_gone(
    preflight, folder, typed, monkeypatch
):
    monkeypatch.setenv("TMPDIR", str(folder / "temporary"))
    monkeypatch.setattr("tempfile.tempdir", None)
    (folder / "temporary").mkdir()
    typed(b"")
    code, out, err = preflight("check", "-")
    assert (code, out) == (2, "")
    assert err.startswith("preflight: standard input: is empty")
    assert one_sentence(err)
    typed(b"{\n")
    assert preflight("check", "-")[0] == 1
    assert not list((folder / "temporary").iterdir())


@pytest.mark.parametrize("words", [["check", "--offline"], ["scan"]])
def test_no_report_names_a_file_that_is_gone(preflight, folder, typed, words):
    content = b"\n" + (folder / "requests.jsonl").read_bytes()
    typed(content)
    code, out, _ = preflight(*words, "-")
    assert code == 1
    assert "repair: preflight fix - --to FILE, or write" in out
    typed(content)
    html = preflight(*words, "-", "--format", "html")[1]
    typed(content)
    shape = preflight(*words, "-", "--json")[1]
    assert json.loads(shape)["request_file"]["path"] == "-"
    assert "/standard-input.jsonl" not in html + shape
    typed(content)
    assert preflight("fix", "-", "--to", "repaired.jsonl")[0] == 0
    assert preflight(*words, "repaired.jsonl")[0] == 0


def test_an_id_of_standard_input_that_another_file_has_too_is_named(preflight, folder, typed):
    typed((folder / "requests.jsonl").read_bytes())
    _, out, _ = preflight("scan", "-", "requests.jsonl")
    assert 'is also on line 1 of "-"' in out
    assert "preflight-" not in out


def test_what_is_compressed_is_told_without_a_name(preflight, typed):
    typed(b"\x1f\x8b" + b"x" * 99)
    code, _, err = preflight("scan", "-")
    assert code == 2
    assert err == "preflight: standard input: is compressed; gunzip FILE\n"


def test_the_same_run_goes_on_from_the_same_standard_input(preflight, folder, typed, double):
    content = (folder / "requests.jsonl").read_bytes()
    for _ in range(2):
        typed(content)
        assert preflight("run", "-", "--quiet")[0] == 0
    assert len(double.creates) == 1


def test_waivers_are_read_from_standard_input(preflight, folder, typed):
    (folder / "requests.jsonl").write_bytes(lines(request("a"), request("a")))
    typed(WAIVER)
    code, out, err = preflight("check", "requests.jsonl", "--offline", "--waivers", "-")
    assert (code, err) == (0, "")
    assert "waived until 2099-01-01" in out


def test_tables_are_read_from_standard_input(preflight, typed):
    typed(b"[openai]\nmax_requests = 2\n")
    command = ("plan", "requests.jsonl", "--offline", "--json", "--tables", "-")
    plan = json.loads(preflight(*command)[1])
    assert len(plan["shards"]) == 2
    assert plan["limits"]["max_requests"]["amount"] == 2


def test_a_bundle_is_read_from_standard_input(preflight, folder, typed):
    preflight("collect", "requests.jsonl", "--quiet")
    typed((folder / "preflight-bundle.json").read_bytes())
    assert preflight("check", "--from-bundle", "-", "--quiet")[0] == 0


def test_two_files_from_standard_input_are_refused(preflight, typed):
    typed(b"{}")
    for more in (("--promises", "-"), ("--waivers", "-"), ("--tables", "-")):
        code, out, err = preflight("check", "-", *more)
        assert (code, out) == (2, "")
        assert "give all but one a file" in err


def test_the_real_command_reads_a_pipe(folder):
    with (folder / "requests.jsonl").open("rb") as file:
        code, out, err = ended(started("check", "-", "--offline", "--quiet", stdin=file))
    assert (code, err) == (0, "")
    assert out.startswith("READY")


def test_promises_are_still_read_from_standard_input(preflight, folder, typed, monkeypatch):
    monkeypatch.delenv("PREFLIGHT_PROMISES")
    typed(write_promises(folder / "p.json").read_bytes())
    assert preflight("check", "requests.jsonl", "--offline", "--promises", "-")[0] == 0
    assert sys.stdin.read() == ""
