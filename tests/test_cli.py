"""Every bad input gets one sentence: where, what, how to repair; and the exit code of its kind."""

import io
import json
import os
from dataclasses import fields

import pytest
from cli_world import one_sentence, outputs, write_promises, write_requests

from preflight.contract import AzureOpenAI

WRONG_USAGE, CANNOT_TELL = 2, 3


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path / "no-programs"))
    write_requests(tmp_path / "requests.jsonl")
    write_promises(tmp_path / "promises.json")
    return tmp_path


def refused(ended, *words, code=WRONG_USAGE):
    """It ended with this code and with one sentence on standard error that holds these words."""
    found, out, err = ended
    assert found == code, err
    assert one_sentence(err), err
    for word in words:
        assert word in err
    assert out == ""


@pytest.mark.parametrize("command", ["check", "run", "submit"])
@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("missing.jsonl", "does not exist"),
        ("folder.jsonl", "is a directory"),
        ("pipe.jsonl", "is a pipe"),
        ("empty.jsonl", "is empty"),
        ("loop.jsonl", "cannot be read"),
        ("x" * 300 + ".jsonl", "cannot be read"),
    ],
)
def test_a_request_file_that_cannot_be_read_is_refused(preflight, folder, command, name, words):
    (folder / "folder.jsonl").mkdir()
    (folder / "loop.jsonl").symlink_to("loop.jsonl")
    os.mkfifo(folder / "pipe.jsonl")
    (folder / "empty.jsonl").touch()
    before = set(folder.iterdir())
    alone = ("--offline",) if command == "check" else ("--offline", "--force")
    refused(preflight(command, name, "--promises", "promises.json", *alone), name, words)
    assert set(folder.iterdir()) == before


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "COMMAND"),
        (("chekc",), "chekc"),
        (("run",), "REQUESTS.jsonl"),
        (("check", "a.jsonl", "b.jsonl"), "b.jsonl"),
        (("check", "--provider", "aws"), "'aws'"),
        (("check", "--prov", "openai"), "--prov"),
        (("check", "--format", "xml"), "'xml'"),
        (("check", "--stack", "dev", "--promises", "p.json"), "not allowed with"),
        (("status",), "RUN_FOLDER"),
        (("sandbox",), "action"),
        (("sandbox", "sideways"), "sideways"),
        (("check", "--\x1b[31m"), "\\x1b[31m"),
        *((("check", "--deadline", bad), "--deadline") for bad in ("abc", "-1", "0", "nan", "inf")),
        (("check", "--deadline", "1e300"), "up to 604800"),
        (("run", "r.jsonl", "--poll-every", "0"), "--poll-every"),
        (("check", "--poll-every", "1"), "--poll-every"),
    ],
)
def test_a_wrong_command_line_says_what_is_wrong_and_where_help_is(preflight, arguments, words):
    refused(preflight(*arguments), words, "--help`")


def test_a_wrong_setting_in_the_environment_is_told_by_its_name(preflight, monkeypatch):
    monkeypatch.setenv("PREFLIGHT_POLL_SECONDS", "soon")
    run = ("run", "requests.jsonl", "--promises", "promises.json", "--offline", "--force")
    refused(preflight(*run), "PREFLIGHT_POLL_SECONDS", "'soon'", "unset")


@pytest.mark.parametrize("command", ["check", "submit"])
def test_a_wrong_setting_hinders_no_command_that_does_not_use_it(preflight, monkeypatch, command):
    monkeypatch.setenv("PREFLIGHT_POLL_SECONDS", "soon")
    forced = () if command == "check" else ("--force",)
    arguments = ("requests.jsonl", "--promises", "promises.json", "--offline", *forced)
    _, _, err = preflight(command, *arguments)
    assert "PREFLIGHT_POLL_SECONDS" not in err
    assert "usage:" not in err


def test_promises_must_come_from_somewhere(preflight):
    refused(preflight("check", "requests.jsonl"), "--stack NAME", "--promises FILE")


def test_a_provider_that_is_not_promised_is_refused(preflight):
    ended = preflight("check", "--promises", "promises.json", "--provider", "azure")
    refused(ended, "--provider azure", "promises only openai", "azureEnabled true")


def test_a_stack_that_promises_nobody_is_refused(preflight, folder):
    write_promises(folder / "none.json", openai=None)
    refused(preflight("check", "--promises", "none.json"), "promises no provider", "pulumi up")


def test_a_run_goes_to_one_provider(preflight, folder):
    azure = {field.name: "x" for field in fields(AzureOpenAI)}
    write_promises(folder / "two.json", azure=[azure])
    ended = preflight("run", "requests.jsonl", "--promises", "two.json", "--offline", "--force")
    refused(ended, "openai, azure", "--provider NAME")


def test_nothing_to_look_at_is_refused(preflight):
    refused(preflight("check", "--offline", "--promises", "promises.json"), "name the file")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"{", "is not JSON"),
        (b"[" * 100_000, "is not JSON"),
        (b'"\xff"', "is not UTF-8"),
        (b"[]", "is not a JSON object"),
        (b"{}", "version: is missing"),
        (json.dumps(outputs(version=7)).encode(), "this preflight reads 2"),
        (json.dumps(outputs(version=True)).encode(), "is true"),
        (json.dumps(outputs(more=1)).encode(), '"more": is not part of the contract'),
        (json.dumps(outputs(openai=[{"model": "m"}])).encode(), "provider_name: is missing"),
        (json.dumps(outputs()).replace("openai-main", "[secret]").encode(), "hidden as a secret"),
        (json.dumps(outputs()).replace("openai-main", "\\u001b[2J").encode(), "must be text"),
    ],
)
def test_promises_that_cannot_be_used_are_refused_wherever_they_come_from(
    preflight, folder, monkeypatch, content, words
):
    (folder / "bad.json").write_bytes(content)
    refused(preflight("check", "--promises", "bad.json"), "bad.json", words)
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(content)))
    refused(preflight("check", "--promises", "-"), "standard input", words)
    monkeypatch.setenv("PREFLIGHT_PROMISES", "bad.json")
    refused(preflight("check"), "bad.json", words)


@pytest.mark.parametrize(("name", "words"), [("gone.json", "No such file"), (".", "directory")])
def test_a_promise_file_that_cannot_be_read_is_refused(preflight, name, words):
    refused(preflight("check", "--promises", name), f"{name}: cannot be read", words)


def pulumi(folder, monkeypatch, script):
    (folder / "bin").mkdir()
    command = folder / "bin" / "pulumi"
    command.write_text(script)
    command.chmod(0o755)
    monkeypatch.setenv("PATH", f"{command.parent}:/usr/bin:/bin")


def test_a_stack_needs_pulumi(preflight):
    refused(preflight("check", "--stack", "dev"), "stack dev", "not on the PATH", "--promises FILE")


@pytest.mark.parametrize(
    ("script", "words"),
    [
        (
            "#!/bin/sh\necho warning: old >&2; echo \"error: no stack named 'dev'\" >&2; exit 255",
            "no stack named 'dev'",
        ),
        ("#!/bin/sh\nexit 1", "no reason given"),
        ("#!/bin/sh\nprintf 'error: \\033[31m::error::\\377' >&2; exit 1", "\\x1b[31m"),
        ("#!/bin/sh\necho {}", "version: is missing"),
        ("#!/nowhere/interpreter", "does not start"),
    ],
)
def test_what_pulumi_refuses_is_told_in_its_words(preflight, folder, monkeypatch, script, words):
    pulumi(folder, monkeypatch, script)
    refused(preflight("check", "--stack", "dev"), words)


def test_pulumi_is_not_let_ask_anybody_anything(preflight, folder, monkeypatch):
    pulumi(
        folder,
        monkeypatch,
        '#!/bin/sh\nread answer && echo asked >&2; echo "error: $*" >&2; exit 1',
    )
    ended = preflight("check", "--stack", "dev")
    refused(ended, "stack output --json --stack dev --non-interactive")
    assert "asked" not in ended[2]


@pytest.mark.parametrize("key", ["", "  ", "two words", "line\nbreak", "\N{EURO SIGN}"])
def test_without_a_usable_key_nothing_is_said_and_nothing_sent(preflight, folder, monkeypatch, key):
    monkeypatch.setenv("TFY_API_KEY", key)
    code, out, _ = preflight("check", "requests.jsonl", "--promises", "promises.json")
    assert (code, "CANNOT TELL" in out) == (CANNOT_TELL, True)
    assert not key.strip() or key not in out
    for command, more in (("run", "--force"), ("submit", "--force")):
        code, out, err = preflight(command, "requests.jsonl", "--promises", "promises.json", more)
        assert (code, out) == (CANNOT_TELL, "")
        last = err.splitlines()[-1]
        assert one_sentence(f"{last}\n")
        assert "TFY_API_KEY" in last
        assert not key.strip() or key not in err
    assert not (folder / "preflight-runs").exists()


@pytest.mark.parametrize("command", ["run", "submit"])
def test_the_file_alone_is_not_enough_to_send_it(preflight, folder, command):
    ended = preflight(command, "requests.jsonl", "--promises", "promises.json", "--offline")
    refused(ended, "--offline", "not enough to send it")
    assert not (folder / "preflight-runs").exists()


def every_command():
    return ("check", "run", "submit", "status", "fetch", "cancel", "sandbox", "demo")


@pytest.mark.parametrize("command", every_command())
def test_help_names_the_exit_codes_and_fits_a_terminal(preflight, command, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    code, out, err = preflight(command, "--help")
    assert (code, err) == (0, "")
    assert out.startswith(f"usage: preflight {command}")
    assert "exit codes: 0 ready" in out
    for line in out.splitlines():
        assert len(line) <= 90


def test_help_lists_every_command(preflight):
    code, out, _ = preflight("--help")
    assert code == 0
    for command in every_command():
        assert f"\n    {command} " in out
