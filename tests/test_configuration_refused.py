"""A configuration that cannot be followed: the place, what is wrong there, and the repair."""

import json
import os

import pytest
from cli_world import one_sentence, write_promises, write_requests

from preflight.configuration.places import line_of


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_requests(tmp_path / "requests.jsonl")
    write_promises(tmp_path / "promises.json")
    return tmp_path


def refused(ended, *words, code=2):
    found, out, err = ended
    assert found == code, err
    assert one_sentence(err), err
    for word in words:
        assert word in err
    assert out == ""


CHECK = ("check", "requests.jsonl", "--offline", "--promises", "promises.json")

WRONG = {
    "an unknown key": ("\npromisse = 'p'", "preflight.toml:2: promisse is no option", "promises?"),
    "snake case": ("max = 1\n", "preflight.toml:1: max is no option", ""),
    "an underscore": ("poll_every = 1", "poll_every is no option", "did you mean poll-every?"),
    "an unknown table": ("\n\n[chekc]\n", "preflight.toml:3: chekc is no option", "check?"),
    "one far from all": ("zzzzzz = 1", "zzzzzz is no option", "`preflight config` shows"),
    "another command's": (
        "[plan]\ndeadline = 5",
        "preflight.toml:2: deadline is no option of plan",
        "it is one of collect, check, run, submit",
    ),
    "a key of no command there": ("[check]\nontact='x'", ":2: ontact is no option", ""),
    "a text for a number": ("deadline = 'soon'", ":1: deadline is 'soon'", "a number of seconds"),
    "a flag for a number": ("deadline = true", "deadline is true", "a number of seconds"),
    "nought": ("deadline = 0", "deadline is 0;", "above 0"),
    "infinity": ("deadline = inf", "deadline is inf;", "above 0"),
    "a number for a flag": ("quiet = 1", "quiet is 1 (int)", "make it true or false"),
    "a text for a flag": ("quiet = 'yes'", "quiet is 'yes'", "make it true or false"),
    "a list for a text": ("contact = ['a']", "contact is ['a'] (list)", "make it text"),
    "no text": ("contact = ''", "contact is ''", "make it text"),
    "a control character": ('contact = "a\\u001bb"', "contact is", "make it text"),
    "a date": ("contact = 2026-01-01", "contact is", "(date)"),
    "a provider": ("provider = ['aws']", "provider holds 'aws'", "openai, azure"),
    "a list in a list": ("provider = [['openai']]", "provider holds ['openai'] (list)", ""),
    "a format": ("[run]\nformat = 'html'", ":2: format is 'html'", "one of text, json"),
    "a format of none": (
        "format = 'xml'",
        "preflight.toml:1: format is 'xml'",
        "make it one of text, json, sarif, junit, github, markdown, html, terraform",
    ),
    "a report": ("[check]\nformat = ['text', 'sarif:']", "format holds 'sarif:'", "NAME:FILE"),
    "a table for an option": ("[deadline]\nx = 1", "preflight.toml:1: deadline is a table", ""),
    "an option for a table": ("check = 'x'", "preflight.toml:1: check is no table", "[check]"),
    "a number for promises": ("promises = 1", "promises is 1 (int)", "a path"),
    "both sources": (
        "stack = 'a'\npromises = 'p'",
        "preflight.toml:2: has stack and promises",
        "keep one of the two",
    ),
    "both in a table": ("[run]\npromises = 'p'\nstack = 'a'", ":2: has stack and promises", ""),
    "a flag's name": ("no-split = true", "no-split is no option of a file", "split = true or"),
    "consent": ("[check]\nyes = true", ":2: yes agrees to a price", "remove it"),
    "force": ("[run]\nforce = true", ":2: force sends what was found wanting", "remove it"),
    "a canary": ("[check]\ncanary = true", "canary costs money each time", "remove it"),
    "json": ("json = true", 'json is written as format = "json"', "remove it"),
    "no TOML": ("deadline = 5\nquiet = yes\n", "preflight.toml:2: is no TOML", "repair that line"),
    "an end too soon": ("a = [1,\n", "is no TOML", "repair that line"),
    "a key twice": ("quiet = true\nquiet = true", "preflight.toml:2: is no TOML", ""),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_in_the_file_is_told_by_its_line(preflight, folder, case):
    text, *words = WRONG[case]
    (folder / "preflight.toml").write_text(text)
    refused(preflight(*CHECK), *words)


SECRETS = ("api_key", "api-key", "TFY_API_KEY", "tfy-api-key", "key", "token", "openai_api_key")
SECRETS += ("password", "gateway-secret", "credentials", "APIKEY")


@pytest.mark.parametrize("name", SECRETS)
@pytest.mark.parametrize("table", ["", "[check]\n"])
def test_a_secret_is_refused_with_the_reason_and_not_repeated(preflight, folder, name, table):
    (folder / "preflight.toml").write_text(f'{table}{name} = "sesame"\n')
    ended = preflight(*CHECK)
    refused(ended, f"{name} is a secret", "shared and kept", "TFY_API_KEY_FILE")
    assert "sesame" not in ended[2]


@pytest.mark.parametrize(
    "line",
    [
        'ledger = "postgresql://me:sesame@db.example/x"',
        'notify = "https://me:sesame@hooks.example/x"',
    ],
)
def test_a_password_in_an_address_is_refused_and_not_repeated(preflight, folder, line):
    (folder / "preflight.toml").write_text(line)
    ended = preflight(*CHECK)
    refused(ended, "preflight.toml:1", "holds a password", "its variable")
    assert "sesame" not in ended[2]


def test_a_file_that_is_not_utf8_is_told_by_its_line(preflight, folder):
    (folder / "preflight.toml").write_bytes(b'quiet = true\ncontact = "\xff"\n')
    refused(preflight(*CHECK), "preflight.toml:2: is not UTF-8")


def test_a_mark_at_the_start_and_windows_line_ends_are_no_fault(preflight, folder):
    (folder / "preflight.toml").write_bytes(b'\xef\xbb\xbfquiet = true\r\n\r\ndeadline = "x"\r\n')
    refused(preflight(*CHECK), "preflight.toml:3: deadline")


def test_a_file_that_cannot_be_read_is_refused(preflight, folder):
    path = folder / "preflight.toml"
    path.mkdir()
    refused(preflight(*CHECK), "preflight.toml: is a folder")
    path.rmdir()
    path.symlink_to("nowhere.toml")
    refused(preflight(*CHECK), "preflight.toml: cannot be read (No such file or directory)")
    path.unlink()
    os.mkfifo(path)
    refused(preflight(*CHECK), "preflight.toml: is no file")
    path.unlink()
    path.write_text("#" * 1_000_001)
    refused(preflight(*CHECK), "preflight.toml: is above 1,000,000 bytes")
    path.write_text("a = " + "[" * 100_000)
    refused(preflight(*CHECK), "preflight.toml")


def test_a_file_that_is_named_and_is_not_there_is_refused(preflight, monkeypatch):
    refused(preflight(*CHECK, "--config", "gone.toml"), "gone.toml: cannot be read")
    monkeypatch.setenv("PREFLIGHT_CONFIG", "gone.toml")
    refused(preflight(*CHECK), "gone.toml: cannot be read")


def test_two_files_in_one_folder_are_refused(preflight, folder):
    (folder / "preflight.toml").write_text("quiet = true")
    (folder / "pyproject.toml").write_text("[tool.preflight]\nquiet = true\n")
    refused(preflight(*CHECK), "preflight.toml: is beside [tool.preflight]", "keep one of the two")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[tool.preflight]\nquit = true", "pyproject.toml:2: quit is no option"),
        ("[tool]\npreflight = 1", "tool.preflight: is no table"),
        ("[tool.preflight.check]\n\ndeadline = 'x'", "pyproject.toml:3: deadline is 'x'"),
        ("[tool.preflight]\nx = ", "pyproject.toml:2: is no TOML"),
    ],
)
def test_a_table_of_pyproject_is_held_to_the_same(preflight, folder, text, words):
    (folder / "pyproject.toml").write_text(text)
    refused(preflight(*CHECK), words)


def test_a_pyproject_that_does_not_mention_us_is_not_even_parsed(preflight, folder):
    (folder / "pyproject.toml").write_text("this is [no TOML")
    assert preflight(*CHECK)[0] == 0


@pytest.mark.parametrize("name", ["skip", "only"])
def test_a_check_that_there_is_not_is_told_with_the_nearest(preflight, folder, monkeypatch, name):
    (folder / "preflight.toml").write_text(f'[check]\n{name} = ["requests-ulr"]\n')
    refused(preflight(*CHECK), f"preflight.toml:2: {name} names requests-ulr", "mean requests-url?")
    refused(preflight("config"), "preflight.toml:2")
    monkeypatch.setenv("PREFLIGHT_CONFIG", os.devnull)
    monkeypatch.setenv(f"PREFLIGHT_{name.upper()}", "requests-ulr")
    refused(preflight(*CHECK), f"environment PREFLIGHT_{name.upper()}: {name} names requests-ulr")


@pytest.mark.parametrize(
    ("variable", "value", "words"),
    [
        ("PREFLIGHT_DEADLINE", "soon", "is 'soon', but must be a number of seconds"),
        ("PREFLIGHT_OFFLINE", "maybe", "is 'maybe', but must be true or false"),
        ("PREFLIGHT_PROVIDER", "openai,aws", "holds 'aws', but must be a list of some of openai"),
        ("PREFLIGHT_FORMAT", "xml", "holds 'xml'"),
    ],
)
def test_a_variable_that_cannot_be_is_told_by_its_name(
    preflight, monkeypatch, variable, value, words
):
    monkeypatch.setenv(variable, value)
    refused(preflight(*CHECK), f"environment variable {variable}: {words}", "correct or unset it")


def test_two_variables_that_exclude_each_other_are_refused(preflight, monkeypatch):
    monkeypatch.setenv("PREFLIGHT_STACK", "dev")
    monkeypatch.setenv("PREFLIGHT_PROMISES", "promises.json")
    refused(preflight("check"), "PREFLIGHT_STACK", "PREFLIGHT_PROMISES", "keep one of the two")
    assert preflight(*CHECK)[0] == 0  # a flag is nearer than both


def test_what_a_command_refuses_is_told_by_who_said_it(preflight, folder, monkeypatch):
    (folder / "preflight.toml").write_text('promises = "promises.json"\nprovider = "azure"\n')
    ended = preflight("check", "requests.jsonl", "--offline")
    refused(ended, "preflight.toml:2 (provider azure): the stack promises only openai")
    monkeypatch.setenv("PREFLIGHT_PROVIDER", "vertex")
    ended = preflight("check", "requests.jsonl", "--offline")
    refused(ended, "environment PREFLIGHT_PROVIDER (provider vertex): the stack promises only")


def test_what_a_flag_says_is_told_as_the_flag(preflight, folder):
    (folder / "preflight.toml").write_text('provider = "openai"\n')
    refused(preflight(*CHECK, "--provider", "azure"), "preflight: --provider azure: the stack")
    refused(preflight(*CHECK, "--only", "nonsense"), "preflight: --only nonsense: is no check")


def test_formats_that_would_be_mixed_are_told_by_who_said_them(preflight, folder):
    (folder / "preflight.toml").write_text('[check]\nformat = ["junit", "markdown"]\n')
    where = "preflight.toml:2 (format junit --format markdown): would mix"
    refused(preflight(*CHECK), where)


def test_a_wrong_file_hinders_nobody_who_does_not_need_it(preflight, folder):
    (folder / "preflight.toml").write_text("nonsense = 1")
    for command in (("--version",), ("check", "--help"), ("list",), ("completion", "bash")):
        assert preflight(*command)[0] == 0


def test_where_json_is_asked_for_a_wrong_file_is_told_in_json(preflight, folder):
    (folder / "preflight.toml").write_text("nonsense = 1")
    code, out, _ = preflight(*CHECK, "--json")
    told = json.loads(out)
    assert (code, told["where"], told["exit_code"]) == (2, "preflight.toml:1", 2)


# --- where a key stands --------------------------------------------------------------------------

TEXT = """\
# stack = "in a comment"
about = \"\"\"
stack = "in a text"
[check]
\"\"\"
names = [
  "stack", # stack
  "[check]",
]
stack = "here"
[check]
stack = "there"
quoted."stack" = 1
[run]
"deadline" = 1
nested = { stack = 1 }
"""


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("about",), 2),
        (("names",), 6),
        (("stack",), 10),
        (("check",), 11),
        (("check", "stack"), 12),
        (("check", "quoted", "stack"), 13),
        (("run", "deadline"), 15),
        (("run", "nested", "stack"), 16),
        (("run", "stack"), None),
    ],
)
def test_a_key_is_found_where_it_is_and_nowhere_else(path, line):
    assert line_of(TEXT, path) == line


def test_a_key_that_is_written_in_escapes_has_no_line():
    assert line_of('"st\\u0061ck" = 1\n', ("stack",)) is None


def test_in_a_text_that_is_too_long_no_line_is_looked_for():
    assert line_of("stack = 1\n" + "#" * 99_990, ("stack",)) == 1
    assert line_of("stack = 1\n" + "#" * 99_991, ("stack",)) is None
