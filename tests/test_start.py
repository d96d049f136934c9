"""What a command may import: each module costs time before the first word is said."""

import json
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from cli_world import request
from gateway_double import lines

from preflight import holders, vocabulary
from preflight.cli import PARTS, parser
from preflight.contract import CLASSES
from preflight.version import VERSION

ROOT = Path(__file__).parents[1]
START = """
import sys
before = set(sys.modules)
sys.argv = ["preflight", *sys.argv[1:]]
from preflight.__main__ import console
try:
    console()
except SystemExit as ended:
    code = ended.code or 0
print(code, *sorted(set(sys.modules) - before), file=sys.stderr)
"""

ENTRY = {"preflight", "preflight.__main__", "preflight.version"}
ENTRY |= {"preflight.render", "preflight.render.streams"}
GRAMMAR = ENTRY | {
    "preflight.cli",
    "preflight.commands",
    "preflight.commands.durations",
    "preflight.configuration",
    "preflight.configuration.judged",
    "preflight.configuration.option",
    "preflight.configuration.table",
    "preflight.render.printable",
    "preflight.vocabulary",
}
DISPATCH = GRAMMAR | {"preflight.dispatch", "preflight.seams", "preflight.seams.errors"}
SLOW = {"asyncio", "dataclasses", "email", "http", "importlib.metadata", "inspect", "logging"}
SLOW |= {"multiprocessing", "socket", "subprocess", "unittest", "xml"}
"""Of the standard library: each takes longer than all that help needs."""

PROVIDERS_CHECKS = tuple(f"preflight.checks.{name}" for name in ("azure", "gateway", "vertex"))


def started(*arguments, cwd=None):
    """The modules that one command imports, and its exit code."""
    done = subprocess.run(
        [sys.executable, "-c", START, *arguments], cwd=cwd, capture_output=True, check=True
    )
    code, *modules = done.stderr.decode().splitlines()[-1].split()
    assert code == "0", done.stdout
    return set(modules)


def ours(modules):
    """Those of the project, the parts of the grammar left out: they are many and small."""
    return {
        name
        for name in modules
        if name.partition(".")[0] == "preflight" and not name.startswith("preflight.cli_")
    }


def foreign(modules):
    """The packages that neither Python nor the project brings."""
    tops = {name.partition(".")[0] for name in modules}
    return {name for name in tops if name not in sys.stdlib_module_names} - {"preflight"}


@pytest.fixture
def requests(tmp_path):
    promises = {"version": 2, "gateway": {"base_url": "https://gateway.example"}}
    promises["openai"] = [{"provider_name": "openai-main", "model": "gpt-4o-mini"}]
    (tmp_path / "promises.json").write_text(json.dumps(promises))
    path = tmp_path / "requests.jsonl"
    path.write_bytes(lines(request("first"), request("second")))
    return path


def test_the_version_needs_python_alone():
    modules = started("--version")
    assert modules == ENTRY


def test_the_version_is_that_of_the_project():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["version"] == VERSION
    assert project["scripts"]["preflight"] == "preflight.__main__:console"


def test_the_version_goes_where_a_pipeline_reads_it(preflight):
    command = [sys.executable, "-m", "preflight", "--version"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == (f"preflight {VERSION}\n", "")
    assert preflight("--version") == (0, done.stdout, "")


@pytest.mark.parametrize(
    "command", ["", "check", "scan", "run", "list", "permissions", "completion"]
)
def test_help_needs_the_grammar_alone(command):
    modules = started(*command.split(), "--help")
    assert ours(modules) == GRAMMAR
    assert not foreign(modules)
    assert not modules & (SLOW | {"json", "traceback"})


def test_a_command_that_is_asked_for_has_the_same_grammar_as_among_all():
    def commands(grammar):
        return next(act.choices for act in grammar._actions if act.dest == "command")  # noqa: SLF001

    everyone = commands(parser())
    assert tuple(everyone) == tuple(name for names in PARTS.values() for name in names)
    for names in PARTS.values():
        for name in names:
            alone = commands(parser(name))
            assert tuple(alone) == names
            assert alone[name].format_help() == everyone[name].format_help()
    assert tuple(commands(parser("nonsense"))) == tuple(everyone)


def test_only_the_grammar_of_the_command_is_made():
    modules = started("completion", "bash")
    parts = {name for name in modules if name.startswith("preflight.cli_")}
    shared = {"configured", "everywhere", "examples"}
    assert parts == {f"preflight.cli_{name}" for name in shared | {"completing"}}


def test_completions_are_read_and_not_made():
    modules = started("completion", "bash")
    assert ours(modules) == DISPATCH | {"preflight.commands.completion"}
    assert not foreign(modules)
    assert not modules & SLOW


@pytest.mark.parametrize("command", ["list", "explain bedrock-bucket", "explain B08"])
def test_what_is_only_looked_up_imports_no_check_and_no_package(command):
    modules = started(*command.split())
    assert not foreign(modules)
    assert not modules & SLOW
    further = {"preflight.reference", f"preflight.commands.{command.split()[0]}"}
    shown = {"preflight.render.columns", "preflight.render.explained"}
    assert ours(modules) <= DISPATCH | further | shown


def test_a_file_judged_offline_imports_nothing_that_asks_the_outside(requests):
    modules = started(
        "check", str(requests), "--offline", "--promises", "promises.json", cwd=requests.parent
    )
    assert foreign(modules) <= {"msgspec", "rich", "typing_extensions"}
    assert not modules & {"rich.console", "rich.table", "rich.text"}
    outside = ("preflight.cloud", "preflight.live", "preflight.worlds", "preflight.iam")
    kinds = (*outside, *PROVIDERS_CHECKS, "preflight.batch", "preflight.checklist")
    assert not {name for name in modules if name.startswith(kinds)}
    assert not modules & (SLOW - {"dataclasses", "inspect"})
    assert not modules & {"concurrent.futures", "importlib.resources", "tempfile", "zipfile"}


@pytest.mark.parametrize(
    ("file", "text", "parsed"),
    [
        ("pyproject.toml", "[project]\nname = 'mine'\n", False),
        ("preflight.toml", "deadline = 5\n", True),
    ],
)
def test_a_configuration_is_parsed_where_there_is_one(tmp_path, file, text, parsed):
    (tmp_path / file).write_text(text)
    modules = started("promises", "--example", "openai", cwd=tmp_path)
    assert ("preflight.configuration.file" in modules) is parsed
    assert not {name for name in modules if name.startswith("preflight.checks")}


def test_what_reads_no_configuration_does_not_look_for_one(tmp_path):
    (tmp_path / "preflight.toml").write_text("nonsense = 1\n")
    for command in ("list", "explain B08", "completion zsh", "--version", "run --help"):
        modules = started(*command.split(), cwd=tmp_path)
        assert "preflight.configuration.finding" not in modules, command


def test_files_scanned_here_import_nothing_that_reads_elsewhere(requests):
    modules = started("scan", str(requests), cwd=requests.parent)
    assert foreign(modules) <= {"msgspec", "rich", "typing_extensions"}
    assert not modules & {"rich.console", "rich.table", "rich.text"}
    outside = ("preflight.cloud", "preflight.live", "preflight.worlds", "preflight.iam")
    elsewhere = ("cluster", "storage", "remote", "ranged", "parts", "merging", "kept", "local")
    reading = tuple(f"preflight.requests.{name}" for name in elsewhere)
    kinds = (*outside, *reading, *PROVIDERS_CHECKS, "preflight.batch", "preflight.checklist")
    assert not {name for name in modules if name.startswith(kinds)}
    assert not modules & (SLOW - {"dataclasses", "inspect"})
    assert not modules & {"concurrent.futures", "importlib.resources", "tempfile", "zipfile"}


def test_what_the_grammar_offers_is_what_there_is():
    assert tuple(CLASSES) == vocabulary.PROVIDERS
    assert tuple(holders.IDENTITIES) == vocabulary.IDENTITIES
