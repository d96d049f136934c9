"""What reaches the terminal: nothing raw from outside, in any encoding, in any width."""

import json
import os
import pty
import re
import select

import pytest
from cli_world import ended, request, started, world
from gateway_double import Double, lines, refusal, result
from terminal import on_terminal, without_styles

EVIL = "\x1b[31mred\x1b[0m\r\n::error::owned\x07 [bold]markup[/bold] \u202egnp.exe ##vso[x]y"


@pytest.fixture
def double():
    return Double(states=[{"status": "completed"}])


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch, double):
    with world(tmp_path, monkeypatch, double):
        yield tmp_path


def harmless(text):
    """No control character but the newline, and no line that a CI takes for a command."""
    assert re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]", text) is None, text
    assert "##vso[" not in text
    for line in text.splitlines():
        assert re.match(r"\s*::\w+.*::", line) is None, line


def write(path, *requests):
    path.write_bytes(lines(*requests))


def test_what_a_request_file_holds_is_shown_escaped(preflight, folder):
    write(
        folder / "requests.jsonl",
        request(EVIL),
        request(EVIL),
        request("r3", url=EVIL),
        request("r4", method=EVIL),
        request("r5", body={"model": EVIL, "messages": [{"role": EVIL, "content": EVIL}]}),
    )
    code, out, err = preflight("check", "requests.jsonl")
    assert code == 1
    harmless(out + err)
    assert "\\x1b[31mred" in out
    assert "[bold]markup[/bold]" in out


def test_what_the_gateway_says_is_shown_escaped(preflight, double):
    double.before["list"] = [refusal(400, EVIL, EVIL)]
    code, out, err = preflight("check", "requests.jsonl")
    assert code == 1
    harmless(out + err)
    assert "\\x1b[31mred" in out


@pytest.mark.parametrize("step", ["upload", "create", "look"])
def test_what_a_refusal_says_is_shown_escaped(preflight, double, step):
    double.before[step] = [refusal(403, EVIL, EVIL)]
    code, out, err = preflight("run", "requests.jsonl")
    assert code == 1
    harmless(out + err)
    assert "\\x1b[31mred" in err


def test_what_a_batch_is_called_and_how_it_fares_is_shown_escaped(preflight, folder, double):
    failed = {"status": "failed", "errors": {"data": [{"code": EVIL, "message": EVIL}]}}
    double.states = [{"status": EVIL}, {"status": f"::error::{EVIL}"}, failed]
    double.created_id = EVIL.replace("\r\n", "") + "{}"
    code, out, err = preflight("run", "requests.jsonl", "--out", f"run {EVIL}")
    assert code == 1
    harmless(out + err)
    for command in ("status", "fetch"):
        _, out, err = preflight(command, f"run {EVIL}")
        harmless(out + err)


def test_what_names_on_the_command_line_hold_is_shown_escaped(preflight):
    for arguments in (("check", EVIL), ("check", "--promises", EVIL), ("check", "--stack", EVIL)):
        code, out, err = preflight(*arguments)
        assert code == 2
        harmless(out + err)


def test_a_promise_with_such_a_name_is_refused(preflight, folder):
    promises = json.loads((folder / "promises.json").read_text())
    (target,) = promises["openai"]
    for changed in (
        promises | {"openai": [target | {"model": EVIL}]},
        promises | {"gateway": {"base_url": EVIL}},
    ):
        (folder / "promises.json").write_text(json.dumps(changed | {EVIL: 1}))
        code, out, err = preflight("check")
        assert code == 2
        harmless(out + err)


@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
def test_a_terminal_that_lacks_the_characters_gets_escapes(folder, double, encoding):
    write(folder / "requests.jsonl", request("\N{SNOWMAN}"), request("\N{SNOWMAN}"))
    environment = {"PYTHONIOENCODING": encoding, "LC_ALL": "C"}
    code, out, err = ended(started("check", "requests.jsonl", env=environment))
    assert (code, err) == (1, "")
    assert "\\u2603" in out
    double.before["upload"] = [refusal(403, "\N{SNOWMAN}")]
    forced = ("run", "requests.jsonl", "--force", "--offline")
    code, out, err = ended(started(*forced, env=environment))
    assert (code, out) == (1, "")
    assert "\\u2603" in err.splitlines()[-1]


def test_a_narrow_terminal_shows_everything(folder):
    write(folder / "requests.jsonl", request(EVIL), request(EVIL))
    code, shown = on_terminal(20, "check", "requests.jsonl")
    assert code == 1
    plain = without_styles(shown).replace("\r\n", "\n")
    harmless(plain)
    assert max(map(len, plain.splitlines())) <= 20
    assert "NOT READY" in plain
    assert "custom_id" in "".join(plain.split())


def test_a_terminal_gets_a_bar_and_the_summary(double):
    ids = ("r0", "r1", "r2")
    counts = {"total": 3, "completed": 2, "failed": 0}
    double.states = [
        *[{"status": EVIL[:8], "request_counts": counts}] * 20,
        {"status": "completed", "output_file_id": "out", "request_counts": {"completed": 3}},
    ]
    double.content = {"out": lines(*map(result, ids))}
    code, shown = on_terminal(100, "run", "requests.jsonl")
    assert code == 0
    plain = without_styles(shown)
    assert "\\x1b[31mred" in plain
    assert "3 of 3" in plain
    assert "completed: 3 results" in plain


def test_a_terminal_is_left_as_it_was_when_a_run_is_interrupted(double):
    double.states = [{"status": "in_progress"}]
    ours, theirs = pty.openpty()
    process = started("run", "requests.jsonl", stdout=theirs, stderr=theirs)
    os.close(theirs)
    shown = b""
    while b"in_progress" not in shown:
        shown += os.read(ours, 65536)
    process.terminate()
    while select.select([ours], [], [], 30)[0]:
        try:
            shown += os.read(ours, 65536)
        except OSError:
            break
    os.close(ours)
    assert process.wait(30) == 143
    assert shown.rindex(b"\x1b[?25h") > shown.rindex(b"\x1b[?25l")
