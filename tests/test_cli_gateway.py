"""A gateway that is away, hangs, is somebody else, or refuses; and the one document of JSON."""

import json
import socket
import time

import pytest
from cli_world import IDS, ended, one_sentence, started, world, write_promises
from flask import Response
from gateway_double import KEY, Double, lines, page, refusal, result

DONE = {"status": "completed", "output_file_id": "out"}


@pytest.fixture
def double():
    return Double(states=[DONE], content={"out": lines(*map(result, IDS))})


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch, double):
    with world(tmp_path, monkeypatch, double):
        yield tmp_path


def outcomes(out, kind):
    return [check["id"] for check in json.loads(out)["checks"] if check["outcome"] == kind]


def test_a_healthy_gateway_is_ready(preflight):
    code, out, err = preflight("check", "requests.jsonl")
    assert (code, err) == (0, "")
    assert "READY: the job would run" in out


def test_a_gateway_that_does_not_answer_is_unknown(preflight, folder):
    write_promises(folder / "promises.json")  # of port 9, where nobody is
    code, out, _ = preflight("check", "requests.jsonl", "--format", "json")
    assert (code, outcomes(out, "failed")) == (3, [])
    assert "gateway-reachable" in outcomes(out, "unknown")
    code, out, err = preflight("submit", "requests.jsonl", "--force")
    assert (code, out) == (3, "")
    assert one_sentence(err.splitlines()[-1] + "\n")
    assert "no answer" in err.splitlines()[-1]


def test_a_gateway_that_hangs_holds_nothing_longer_than_the_deadline(folder):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        write_promises(folder / "promises.json", url)
        start = time.monotonic()
        code, out, err = ended(started("check", "requests.jsonl", "--deadline", "0.3"))
    assert (code, err) == (3, "")
    assert "no answer within 0.3 s" in out
    assert time.monotonic() - start < 6


ODD = {
    "a web page": page,
    "no JSON": lambda: Response("{{{", 200, content_type="application/json"),
    "JSON of another kind": lambda: Response("[1]", 200, content_type="application/json"),
}


@pytest.mark.parametrize("odd", ODD.values(), ids=ODD)
def test_what_is_no_gateway_is_told(preflight, double, odd):
    double.before["list"] = [odd() for _ in range(9)]
    code, out, _ = preflight("check", "requests.jsonl", "--format", "json")
    assert (code, outcomes(out, "failed")) == (1, ["gateway-reachable"])


@pytest.mark.parametrize("odd", ODD.values(), ids=ODD)
def test_what_is_no_gateway_takes_no_file(preflight, double, odd):
    double.before["upload"] = [odd(), odd()]
    code, out, err = preflight("run", "requests.jsonl", "--offline", "--force")
    assert (code, out) == (3, "")
    assert one_sentence(err.splitlines()[-1] + "\n")
    assert "not the gateway's" in err.splitlines()[-1]


def test_a_wrong_key_is_named(preflight, monkeypatch):
    monkeypatch.setenv("TFY_API_KEY", "another-key")
    code, out, _ = preflight("check", "requests.jsonl", "--format", "json")
    assert (code, outcomes(out, "failed")) == (1, ["gateway-key"])
    assert "another-key" not in out
    code, out, err = preflight("run", "requests.jsonl", "--offline", "--force")
    assert (code, out) == (1, "")
    assert "check TFY_API_KEY" in err.splitlines()[-1]


@pytest.mark.parametrize("key", [f"{KEY}\nmore", f"{KEY}\r\nx-evil: 1", f"{KEY} more"])
def test_an_odd_key_is_shown_to_nobody(preflight, monkeypatch, key):
    monkeypatch.setenv("TFY_API_KEY", key)
    _, out, err = preflight("check", "requests.jsonl")
    assert KEY not in out + err
    _, out, err = preflight("submit", "requests.jsonl", "--force")
    assert KEY not in out + err


def document(ended_with, kind, code):
    """The one document on standard output: of this kind, with the exit code in it."""
    found, out, err = ended_with
    assert found == code, err
    shape = json.loads(out)
    assert (shape["format"], shape["version"], shape["exit_code"]) == (f"preflight-{kind}", 1, code)
    return shape


def test_each_command_prints_one_document_where_json_is_asked_for(preflight):
    json_form = ("--format", "json")
    document(preflight("check", "requests.jsonl", *json_form), "report", 0)
    submitted = document(
        preflight("submit", "requests.jsonl", "--out", "run", *json_form), "submitted", 0
    )
    assert (submitted["batch"], submitted["folder"]) == ("batch-0", "run")
    looked = document(preflight("status", "run", *json_form), "status", 0)
    assert (looked["shards"][0]["status"], looked["ended"]) == ("completed", True)
    cancelled = document(preflight("cancel", "run", *json_form), "status", 0)
    assert (cancelled["shards"][0]["status"], cancelled["ended"]) == ("cancelling", False)
    fetched = document(preflight("fetch", "run", *json_form), "run", 0)
    assert fetched["requests"]["results"] == 3
    again = document(preflight("run", "requests.jsonl", "--out", "run", *json_form), "run", 0)
    assert again == fetched


@pytest.mark.parametrize("command", ["run", "submit"])
def test_a_run_that_is_not_ready_prints_the_report_and_sends_nothing(preflight, double, command):
    double.before["list"] = [refusal(404, "no such provider account")]
    shape = document(preflight(command, "requests.jsonl", "--format", "json"), "report", 1)
    assert shape["verdict"] == "NOT READY"
    assert (double.done["upload"], double.done["create"]) == (0, 0)


def test_a_forced_run_prints_its_own_document_and_the_report_as_talk(preflight, double):
    double.before["list"] = [refusal(404, "no such provider account")]
    ran = preflight("run", "requests.jsonl", "--force", "--format", "json")
    document(ran, "run", 0)
    assert "NOT READY" in ran[2]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("check", "gone.jsonl"), 2),
        (("run", "gone.jsonl"), 2),
        (("check", "--promises", "gone.json"), 2),
        (("status", "gone"), 2),
        (("fetch", "gone"), 2),
        (("cancel", "gone"), 2),
        (("run", "requests.jsonl", "--out", "/proc/self"), 2),
    ],
)
def test_an_error_is_a_document_too(preflight, arguments, code):
    told = preflight(*arguments, "--format", "json")
    shape = document(told, "error", code)
    last = f"preflight: {shape['where']}: {shape['what']}; {shape['remedy']}\n"
    assert told[2].endswith(last)


def test_a_refused_create_is_a_document_too(preflight, double):
    double.before["create"] = [refusal(403, "no")]
    shape = document(preflight("run", "requests.jsonl", "--format", "json"), "error", 1)
    assert "HTTP 403: no" in shape["what"]
