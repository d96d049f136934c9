"""Which value of an option holds: the flag's, the environment's, the file's, or the default."""

import json
import os
import shutil

import pytest
from cli_world import write_promises, write_requests

from preflight.configuration.option import Takes
from preflight.configuration.table import COMMANDS, of_command

VALUES = {
    Takes.TEXT: ("one", "two", "three"),
    Takes.PATH: ("one.x", "two.x", "three.x"),
    Takes.ADDRESS: ("postgresql://a/one", "postgresql://a/two", "postgresql://a/three"),
    Takes.NOTICE: ("one", "two", "three"),
    Takes.SECONDS: (1.5, 2.0, 3.0),
    Takes.COUNT: (2, 3, 4),
    Takes.CHECKS: (["gateway-*"], ["bedrock-bucket"], ["requests-url"]),
}


def three(option):
    """Three values of an option that differ from its default, if there are that many."""
    if option.takes is Takes.FLAG:
        return (not option.default,) * 3
    if option.takes in {Takes.CHOICE, Takes.CHOICES, Takes.REPORTS}:
        several = [name for name in option.choices if name != option.default]
        lists = option.takes is not Takes.CHOICE
        return tuple([several[n % len(several)]] if lists else several[0] for n in range(3))
    return VALUES[option.takes]


def as_text(value):
    if isinstance(value, bool):
        return str(value).lower()
    return ",".join(value) if isinstance(value, list) else str(value)


def as_flags(option, value):
    if option.takes is Takes.FLAG:
        return [option.option if value != option.default else option.back]
    values = value if isinstance(value, list) else [value]
    return [word for one in values for word in (option.option, str(one))]


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def every(preflight):
    """What `preflight config` says of each option of a command line."""

    def shown(*line):
        code, out, err = preflight("config", "--json", *line)
        assert code == 0, err
        return {one["name"]: one for one in json.loads(out)["options"]}

    return shown


@pytest.fixture
def holds(every):
    """What it says of one of them."""
    return lambda name, *line: every(*line)[name]


@pytest.mark.parametrize("command", COMMANDS)
def test_flag_before_environment_before_file_before_default(every, folder, monkeypatch, command):
    own = of_command(command).values()
    pairs = [(one, three(one)) for one in own if one.name != "stack" and not one.when]
    assert {one["layer"] for one in every(command).values()} == {"default"}
    lines = [f"{option.name} = {json.dumps(values[0])}" for option, values in pairs]
    (folder / "preflight.toml").write_text("\n".join(lines))
    found = every(command)
    for line, (option, values) in enumerate(pairs, 1):
        where = {"layer": "file", "where": f"preflight.toml:{line}"}
        assert found[option.name].items() >= {"value": values[0], **where}.items()
    for option, values in pairs:
        monkeypatch.setenv(option.environment, as_text(values[1]))
    found = every(command)
    for option, values in pairs:
        where = {"layer": "environment", "where": f"environment {option.environment}"}
        assert found[option.name].items() >= {"value": values[1], **where}.items()
    flags = [word for option, values in pairs for word in as_flags(option, values[2])]
    found = every(command, *flags)
    for option, values in pairs:
        shown = found[option.name]
        assert (shown["layer"], shown["value"]) == ("flag", values[2])
        assert [one["layer"] for one in shown["outdone"]] == ["environment", "file", "default"]


def test_a_commands_own_table_is_nearer_than_the_top(holds, folder):
    text = "deadline = 5\nquiet = true\n[check]\ndeadline = 7\n"
    (folder / "preflight.toml").write_text(text)
    assert holds("deadline", "check")["value"] == 7
    assert holds("deadline", "check")["outdone"][0] == {
        "value": 5,
        "layer": "file",
        "where": "preflight.toml:1",
    }
    assert holds("deadline", "run")["value"] == 5
    assert holds("quiet", "check")["value"] is True


@pytest.mark.parametrize(
    ("text", "environment", "flags", "stack", "promises"),
    [
        ('stack = "a"', {}, (), "a", None),
        ('stack = "a"', {"PREFLIGHT_PROMISES": "p"}, (), None, "p"),
        ('promises = "p"', {"PREFLIGHT_STACK": "b"}, (), "b", None),
        ('stack = "a"', {"PREFLIGHT_STACK": "b"}, ("--promises", "p"), None, "p"),
        ('promises = "p"', {"PREFLIGHT_PROMISES": "q"}, ("--stack", "c"), "c", None),
        ('promises = "p"\n[check]\nstack = "a"', {}, (), "a", None),
        ('stack = "a"\n[check]\npromises = "p"', {}, (), None, "p"),
        ('stack = "a"\n[run]\npromises = "p"', {}, (), "a", None),
    ],
)
def test_the_nearest_of_stack_and_promises_holds_wholly(  # noqa: PLR0917
    holds, folder, monkeypatch, text, environment, flags, stack, promises
):
    (folder / "preflight.toml").write_text(text)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert holds("stack", "check", *flags)["value"] == stack
    assert holds("promises", "check", *flags)["value"] == promises


def test_a_flag_takes_back_what_was_set_once(holds, folder):
    (folder / "preflight.toml").write_text("offline = true\nsplit = false\nparquet = true\n")
    assert holds("offline", "check", "--no-offline")["value"] is False
    assert holds("split", "run", "--split")["value"] is True
    assert holds("parquet", "run", "--no-parquet")["where"] == "flag --no-parquet"


def test_the_flag_that_was_given_is_named(holds):
    for line, name, where in (
        ("run --parquet", "parquet", "flag --parquet"),
        ("run --no-parquet", "parquet", "flag --no-parquet"),
        ("run --no-split", "split", "flag --no-split"),
        ("run --split", "split", "flag --split"),
        ("check --deadline 30", "deadline", "flag --deadline"),
        ("check", "deadline", "default"),
    ):
        assert holds(name, *line.split())["where"] == where


def test_what_is_for_a_canary_alone_is_read_with_a_canary_alone(
    holds, preflight, folder, monkeypatch
):
    (folder / "preflight.toml").write_text("poll-every = 5\n")
    assert holds("poll-every", "check")["layer"] == "default"
    assert holds("poll-every", "check", "--canary")["value"] == 5
    monkeypatch.setenv("PREFLIGHT_POLL_SECONDS", "soon")
    assert holds("poll-every", "check")["layer"] == "default"
    code, _, err = preflight("config", "check", "--canary")
    assert (code, "PREFLIGHT_POLL_SECONDS" in err) == (2, True)


def test_a_format_holds_for_the_commands_that_have_it(holds, folder, monkeypatch):
    (folder / "preflight.toml").write_text('format = "markdown"\n')
    assert holds("format", "check")["value"] == ["markdown"]
    assert holds("format", "permissions")["value"] == "markdown"
    assert holds("format", "run")["layer"] == "default"
    monkeypatch.setenv("PREFLIGHT_FORMAT", "json")
    assert holds("format", "run")["value"] == "json"
    assert holds("format", "onboard")["where"] == "preflight.toml:1"


def test_an_empty_variable_says_nothing(holds, monkeypatch):
    monkeypatch.setenv("PREFLIGHT_STACK", "")
    assert holds("stack", "check")["layer"] == "default"


# --- where the file is ---------------------------------------------------------------------------


def test_the_nearest_file_up_to_the_repositorys_root_holds(holds, folder, monkeypatch):
    (folder / "preflight.toml").write_text("deadline = 1\n")
    repository = folder / "repository"
    within = repository / "a" / "b"
    within.mkdir(parents=True)
    monkeypatch.chdir(within)
    assert holds("deadline", "check")["layer"] == "default"  # in no repository, and not at home
    (repository / ".git").mkdir()
    assert holds("deadline", "check")["layer"] == "default"  # what is above it is none of its
    (repository / "pyproject.toml").write_text("[tool.preflight]\ndeadline = 2\n")
    found = holds("deadline", "check")
    assert (found["value"], found["where"]) == (2, "../../pyproject.toml:2")
    (repository / "a" / "pyproject.toml").write_text("[project]\nname = 'preflight-user'\n")
    assert holds("deadline", "check")["value"] == 2  # it has no table of ours
    (repository / "a" / "preflight.toml").write_text("[check]\ndeadline = 3\n")
    assert holds("deadline", "check")["where"] == "../preflight.toml:2"
    assert holds("deadline", "run")["layer"] == "default"  # files are not mixed


def test_at_home_the_search_ends_at_home(holds, folder, monkeypatch):
    home = folder / "home"
    (home / "a").mkdir(parents=True)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.chdir(home / "a")
    (folder / "preflight.toml").write_text("deadline = 1\n")
    assert holds("deadline", "check")["layer"] == "default"
    (home / "preflight.toml").write_text("deadline = 2\n")
    assert holds("deadline", "check")["value"] == 2


def test_the_file_that_is_named_holds_alone(holds, folder, monkeypatch):
    (folder / "preflight.toml").write_text("deadline = 1\n")
    (folder / "other.toml").write_text("deadline = 2\n")
    assert holds("deadline", "check", "--config", "other.toml")["value"] == 2
    monkeypatch.setenv("PREFLIGHT_CONFIG", "other.toml")
    assert holds("deadline", "check")["value"] == 2
    assert holds("deadline", "check", "--config", "preflight.toml")["value"] == 1
    assert holds("deadline", "check", "--config", os.devnull)["layer"] == "default"
    monkeypatch.setenv("PREFLIGHT_CONFIG", os.devnull)
    assert holds("deadline", "check")["layer"] == "default"


def test_paths_in_a_file_are_its_folders(preflight, folder, monkeypatch):
    write_promises(folder / "promises.json")
    within = folder / "requests here"
    within.mkdir()
    write_requests(within / "requests.jsonl")
    (folder / ".git").mkdir()
    (folder / "preflight.toml").write_text(
        'promises = "promises.json"\n[check]\nformat = ["json:report.json", "text"]\n'
    )
    monkeypatch.chdir(within)
    code, _, err = preflight("check", "requests.jsonl", "--offline")
    assert (code, err) == (0, "")
    assert json.loads((folder / "report.json").read_text())["verdict"] == "READY"
    shutil.rmtree(folder / ".git")


# --- what it changes -----------------------------------------------------------------------------


def test_what_the_file_says_is_what_a_command_does(preflight, folder):
    write_promises(folder / "promises.json")
    write_requests(folder / "requests.jsonl")
    (folder / "preflight.toml").write_text(
        'promises = "promises.json"\nformat = "json"\n[check]\noffline = true\nskip = "*-url"\n'
    )
    code, out, _ = preflight("check", "requests.jsonl")
    report = json.loads(out)
    assert (code, report["left_out"]) == (0, ["requests-url"])
    code, out, _ = preflight("plan", "requests.jsonl", "--offline")
    assert (code, json.loads(out)["format"]) == (0, "preflight-plan")


@pytest.mark.parametrize(("line", "shards"), [("split = true", 2), ("split = false", 1)])
def test_a_flag_that_says_no_is_an_option_that_says_yes(preflight, folder, line, shards):
    write_promises(folder / "promises.json")
    write_requests(folder / "requests.jsonl")
    (folder / "tables.toml").write_text("[openai]\nmax_requests = 2\n")
    given = f'{line}\npromises = "promises.json"\ntables = "tables.toml"\noffline = true\n'
    (folder / "preflight.toml").write_text(given)
    for more, number in (((), shards), (("--no-split",), 1), (("--split",), 2)):
        _, out, _ = preflight("plan", "requests.jsonl", "--json", *more)
        assert len(json.loads(out)["shards"]) == number


def test_what_a_bundle_decides_no_file_does(holds, folder):
    (folder / "preflight.toml").write_text('stack = "dev"\noffline = true\n')
    assert holds("stack", "check", "--from-bundle", "b.json")["value"] is None
    assert holds("offline", "check", "--from-bundle", "b.json")["value"] is False


def test_a_canary_asks_all_whatever_a_file_leaves_out(holds, folder):
    (folder / "preflight.toml").write_text('[check]\noffline = true\nskip = "requests-*"\n')
    assert holds("offline", "check")["value"] is True
    for name, value in (("offline", False), ("skip", None)):
        found = holds(name, "check", "requests.jsonl", "--canary")
        assert (found["value"], found["layer"]) == (value, "default")
    assert holds("offline", "check", "--canary", "--offline")["value"] is True


def test_a_path_of_the_environment_may_have_any_name(preflight, folder, monkeypatch):
    write_requests(folder / "requests.jsonl")
    name = os.fsdecode(b"new\nline \xff.json")
    write_promises(folder / name)
    monkeypatch.setenv("PREFLIGHT_PROMISES", name)
    assert preflight("check", "requests.jsonl", "--offline")[0] == 0


def test_in_a_folder_that_is_gone_or_closed_no_file_is_looked_for(holds, folder, monkeypatch):
    gone = folder / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    assert holds("deadline", "check")["layer"] == "default"
    monkeypatch.chdir(folder)
