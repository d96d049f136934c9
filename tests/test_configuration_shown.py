"""`preflight config`: every value, who says so, and no secret; and the schema for editors."""

import json
import re
import shlex
from pathlib import Path

import pytest
from cli_world import write_promises, write_requests

from preflight.cli import parser
from preflight.cli_everywhere import NO_JSON
from preflight.cli_examples import EXAMPLES
from preflight.configuration.file import parsed
from preflight.configuration.option import Takes
from preflight.configuration.schema import schema
from preflight.configuration.table import OPTIONS, TABLES, of_command

TOP = parser()._actions  # noqa: SLF001 - argparse has no other way to list them
GRAMMAR = next(action for action in TOP if action.dest == "command").choices


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_each_value_is_shown_with_its_place_and_what_it_outdoes(preflight, folder, monkeypatch):
    (folder / "preflight.toml").write_text('stack = "dev"\n\n[check]\ndeadline = 5\n')
    monkeypatch.setenv("PREFLIGHT_STACK", "prod")
    code, out, err = preflight("config")
    assert (code, err) == (0, "")
    assert re.search(r"^stack +prod +environment PREFLIGHT_STACK$", out, re.MULTILINE)
    assert re.search(r"^ +\(dev\) +outdone: preflight\.toml:1$", out, re.MULTILINE)
    assert re.search(r"^poll-every +60 s +default$", out, re.MULTILINE)
    assert re.search(r"^check\ndeadline  5 s  preflight\.toml:4$", out, re.MULTILINE)
    code, out, _ = preflight("config", "check", "requests.jsonl", "--deadline", "9")
    assert re.search(r"^deadline +9 s +flag --deadline$", out, re.MULTILINE)
    assert "poll-every" in out
    assert "contact" not in out


@pytest.mark.parametrize("line", [("config",), ("config", "check"), ("config", "--json")])
def test_the_key_is_set_or_not_and_never_shown(preflight, monkeypatch, line):
    _, out, _ = preflight(*line)
    assert ("not set (environment TFY_API_KEY)" in out) == ("--json" not in line)
    monkeypatch.setenv("TFY_API_KEY", "sesame-open")
    code, out, err = preflight(*line)
    assert code == 0
    assert "sesame" not in out + err
    if "--json" in line:
        (key,) = [one for one in json.loads(out)["environment"] if one["name"] == "TFY_API_KEY"]
        assert key == {"name": "TFY_API_KEY", "set": True, "known": True}
    else:
        assert re.search(r"^gateway key +set \(environment TFY_API_KEY\)$", out, re.MULTILINE)


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("ledger", "postgresql://me:sesame@db.example:5432/runs?password=sesame",
         "postgresql://me@db.example:5432/runs"),
        ("notify", "https://hooks.example/services/sesame", "https://hooks.example/..."),
        ("notify", "notify-send done", "notify-send done"),
        ("notify", "https://[sesame", "https://..."),
    ],
)  # fmt: skip
@pytest.mark.parametrize("form", [(), ("--json",)])
def test_an_address_is_shown_without_what_may_be_secret(  # noqa: PLR0917
    preflight, monkeypatch, name, value, shown, form
):
    monkeypatch.setenv(f"PREFLIGHT_{name.upper()}", value)
    code, out, _ = preflight("config", *form, "run")
    assert code == 0
    assert shown in out
    assert "sesame" not in out
    flags = preflight("config", *form, "run", f"--{name}", value)[1]
    assert shown in flags
    assert "sesame" not in flags


def test_what_holds_for_one_command_alone_is_shown_apart(preflight, folder):
    text = 'format = "markdown"\n[run]\npoll-every = 5\n[plan]\nformat = "json"\n'
    (folder / "preflight.toml").write_text(text)
    _, out, _ = preflight("config", "--json")
    told = json.loads(out)
    common = {one["name"]: one["value"] for one in told["options"]}
    assert (common["format"], common["poll-every"]) == (["markdown"], 60)
    assert {name: [one["name"] for one in own] for name, own in told["commands"].items()} == {
        "plan": ["format"],
        "run": ["poll-every"],
    }


def test_a_variable_that_means_nothing_is_told_with_the_nearest(preflight, monkeypatch):
    monkeypatch.setenv("PREFLIGHT_PROMISSES", "p.json")
    monkeypatch.setenv("PREFLIGHT_CI_STACK", "dev")
    _, out, _ = preflight("config")
    assert re.search(
        r"PREFLIGHT_PROMISSES +means nothing here; did you mean PREFLIGHT_PROMISES", out
    )
    assert "PREFLIGHT_CI_STACK" not in out


def test_a_command_that_cannot_be_configured_is_refused(preflight):
    code, out, err = preflight("config", "demo")
    assert (code, out) == (2, "")
    assert "name one of check" in err
    assert preflight("config", "check", "--nonsense")[0] == 2
    assert preflight("config", "--", "run", "--parquet")[0] == 0


def test_what_a_file_holds_is_shown_escaped(preflight, folder):
    (folder / "preflight.toml").write_text('contact = "::error::owned"\nregion = "##vso[x]"\n')
    _, out, _ = preflight("config", "onboard")
    assert "##vso[" not in preflight("config", "check")[1]
    assert not re.search(r"^\s*::error::", out, re.MULTILINE)


# --- the page ----------------------------------------------------------------------------------

PAGE = (Path(__file__).parents[1] / "docs" / "configuration.md").read_text()
TOLD = re.findall(r"^preflight: preflight\.toml:\d+(.*)$", PAGE, re.MULTILINE)
FILES = (
    "promisse = 'p'",
    "deadline = 'soon'",
    "[check]\nskip = 'bedrok-bucket'",
    "promises = 'p.json'\nprovider = 'azure'",
)


def test_the_file_on_the_page_is_one(folder):
    (block,) = re.findall(r"^```toml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    within = re.sub(r"^\[", "[tool.preflight.", block, flags=re.MULTILINE)
    for name, text in (
        ("preflight.toml", block),
        ("pyproject.toml", f"[tool.preflight]\n{within}"),
    ):
        assert set(parsed(folder / name, text.encode()).tables) == {"", "check", "run"}


@pytest.mark.parametrize(("told", "text"), [*zip(TOLD, FILES, strict=True)])
def test_the_sentences_on_the_page_are_the_programs(preflight, folder, told, text):
    (folder / "preflight.toml").write_text(text)
    write_promises(folder / "p.json")
    write_requests(folder / "requests.jsonl")
    _, _, err = preflight("check", "requests.jsonl", "--offline")
    assert err.rstrip().endswith(told)


# --- the schema ----------------------------------------------------------------------------------


def test_the_schema_has_every_option_and_table_and_no_other(preflight):
    code, out, err = preflight("config", "--schema")
    made = json.loads(out)
    assert (code, err, made) == (0, "", schema())
    assert set(made["properties"]) == {option.name for option in OPTIONS} | set(TABLES)
    for command in TABLES:
        table = made["properties"][command]
        assert set(table["properties"]) == set(of_command(command))
        assert table["additionalProperties"] is False
    for option in OPTIONS:
        assert made["properties"][option.name]["description"]


def test_the_schema_is_what_the_program_takes():
    shapes = schema()["properties"]
    assert shapes["quiet"]["type"] == "boolean"
    assert shapes["deadline"]["exclusiveMinimum"] == 0
    provider = shapes["provider"]["anyOf"]
    assert provider[0]["items"] == provider[1] == {"enum": ["openai", "azure", "vertex", "bedrock"]}
    assert {"enum": ["text", "json"]} in shapes["format"]["anyOf"]
    (reports,) = [one["anyOf"] for one in shapes["format"]["anyOf"] if "anyOf" in one]
    report = reports[1]
    assert re.fullmatch(report["pattern"], "sarif:a.sarif")
    assert not re.fullmatch(report["pattern"], "sarif:")
    assert all(
        "default" in shapes["check"]["properties"][option.name]
        for option in OPTIONS
        if option.takes in {Takes.FLAG, Takes.SECONDS} and "check" in option.commands
    )


# --- what every command takes --------------------------------------------------------------------


@pytest.mark.parametrize("command", GRAMMAR)
def test_every_command_has_an_example_that_parses_and_is_in_its_help(preflight, command):
    examples = EXAMPLES[command]
    assert examples
    for example in examples:
        words = shlex.split(re.split(r" [<>] ", example)[0])
        assert words[0] == command
        assert parser().parse_args(words).command == command
    code, out, _ = preflight(command, "--help")
    assert code == 0
    assert "\nexamples:\n" in out
    assert f"preflight {examples[0]}" in " ".join(out.split())


@pytest.mark.parametrize("command", GRAMMAR)
def test_every_command_takes_quiet_and_all_that_print_for_programs_take_json(command):
    flags = {flag for action in GRAMMAR[command]._actions for flag in action.option_strings}  # noqa: SLF001
    assert "--quiet" in flags
    assert ("--json" in flags) == (command not in NO_JSON)


def test_the_narrowest_terminal_is_wide_enough_for_help(preflight, monkeypatch):
    monkeypatch.setenv("COLUMNS", "40")
    for command in GRAMMAR:
        _, out, _ = preflight(command, "--help")
        wide = [line for line in out.splitlines() if len(line) > 40]
        # argparse never breaks the choices of an option.
        told = [line for line in wide if not re.search(r"[\[{|]", line) and " " in line.strip()]
        assert not told, command
