"""The library's public names: which there are, what each says of itself, and what they cost."""

import importlib
import importlib.util
import inspect
import re
import subprocess
import sys
from dataclasses import fields, is_dataclass
from enum import Enum
from pathlib import Path
from typing import get_args, get_type_hints

import pytest

import preflight
from preflight.cli import parser
from preflight.contract import CLASSES as CLASSES_PROMISED
from preflight.render.pages.library import PARTS
from preflight.requests.fault import Fault

ROOT = Path(__file__).parents[1]
FUNCTIONS = {name for name in preflight.__all__ if inspect.isfunction(getattr(preflight, name))}
CLASSES = sorted(set(preflight.__all__) - FUNCTIONS)
PUBLIC = """
    Busy CredentialsMissing Failed Finished ListedRun LookError NotInTime NotReady Passed Planned
    PreflightError PromiseError Refused Report RequestFileError Result RunError ShardStanding
    Skipped Standing Summary Unknown Unreachable UsageError Verdict Waiver
    cancel check fetch formatted merge plan resume retry run runs scan status submit watch
"""
ELSEWHERE = {
    "format": "the answer is a value",
    "quiet": "nothing is printed",
    "json": "the answer is a value",
    "notify": "`progress` is called",
    "canary": "it asks a person about its price",
    "yes": "of --canary",
    "canary_wait": "of --canary",
    "canary_cancel": "of --canary",
    "from_bundle": "a bundle is judged by the command",
    "shard": "a program gives stretches to an executor",
    "parts": "what scans have read is summed up by the command",
    "runs_folder": "`out` is the whole path",
    "config": "what is configured is the command's: a program says what it means",
}
"""Options that no parameter is for, and why."""

CALLED = {"run": "folder"}
"""Parameters that are called otherwise than on the command line."""

BY_PLACE = {"requests", "results", "folder", "report", "form"}
"""Parameters that may be given without their names: what the function is about."""

CONTENTS = ("Args", "Returns", "Yields", "Raises", "Attributes")


def sections(text):
    """The parts of a docstring that say things one by one: part -> names of what they are about."""
    found, part = {}, None
    for line in inspect.cleandoc(text).splitlines():
        if (head := line.removesuffix(":")) in CONTENTS and line.endswith(":"):
            part = found.setdefault(head, [])
        elif part is not None and (named := re.match(r"    (\w+): \S", line)):
            part.append(named[1])
        elif line and not line.startswith(" "):
            part = None
    return found


def test_the_public_names_are_those_that_are_listed():
    assert preflight.__all__ == sorted(PUBLIC.split())
    assert set(dir(preflight)) >= set(preflight.__all__)
    modules = {getattr(preflight, name).__module__ for name in preflight.__all__}
    assert all(module.startswith("preflight.") for module in modules)


def test_no_public_name_is_that_of_a_module():
    """To import the module would put it in the place of what is public."""
    for name in preflight.__all__:
        assert importlib.util.find_spec(f"preflight.{name}") is None


def test_a_name_that_there_is_not_is_an_attribute_error():
    with pytest.raises(AttributeError, match="has no attribute 'chek'"):
        preflight.chek  # noqa: B018 - it is what is tested


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_a_function_says_what_it_takes_gives_and_raises(name):
    function = getattr(preflight, name)
    said, signature = sections(function.__doc__), inspect.signature(function)
    assert said["Args"] == list(signature.parameters)
    assert "Returns" in said or "Yields" in said
    raised = [getattr(preflight, error) for error in said["Raises"]]
    assert all(issubclass(error, preflight.PreflightError) for error in raised)
    assert signature.return_annotation is not inspect.Signature.empty
    for parameter in signature.parameters.values():
        assert parameter.annotation is not inspect.Parameter.empty
        kind = inspect.Parameter.KEYWORD_ONLY
        assert parameter.kind is kind or parameter.name in {
            "requests",
            "results",
            "folder",
            "report",
            "form",
        }


@pytest.mark.parametrize("name", CLASSES)
def test_a_class_says_what_is_in_it(name):
    kind = getattr(preflight, name)
    assert kind.__doc__
    if is_dataclass(kind):
        said = sections(kind.__doc__).get("Attributes", [])
        unsaid = [field.name for field in fields(kind) if field.name not in said]
        assert all(re.search(rf"`{field}`|\b{field}\b", kind.__doc__) for field in unsaid), unsaid
    elif not issubclass(kind, Enum):
        assert issubclass(kind, preflight.PreflightError)


def options(name):
    """What a command takes, by the names that a program gives them."""
    commands = next(a for a in vars(parser())["_actions"] if isinstance(a.choices, dict))
    actions = vars(commands.choices[name])["_actions"]
    return {CALLED.get(action.dest, action.dest) for action in actions} - {"help", *ELSEWHERE}


@pytest.mark.parametrize("name", sorted(FUNCTIONS - {"formatted", "resume", "watch"}))
def test_each_option_of_a_command_is_a_parameter_of_the_same_name(name):
    taken = set(inspect.signature(getattr(preflight, name)).parameters)
    of_a_shard = {"to"} if name == "scan" else set()
    assert taken - {"key", "say", "progress", "executor"} == options(name) - of_a_shard


def within(hint):
    """The project's classes that a type is made of."""
    for part in get_args(hint):
        yield from within(part)
    if inspect.isclass(hint) and hint.__module__.startswith("preflight."):
        yield hint


def test_whatever_is_in_an_answer_is_in_the_reference():
    names = {"Fault": Fault, "Planned": preflight.Planned}
    answers = [getattr(preflight, name) for name in CLASSES]
    answers += [getattr(importlib.import_module(f"preflight.{m}"), n) for n, m in PARTS.items()]
    found = set()
    for answer in filter(is_dataclass, answers):
        hints = get_type_hints(answer, localns=names).values()
        found |= {kind.__name__ for hint in hints for kind in within(hint)}
    promised = {kind.__name__ for kind in CLASSES_PROMISED.values()}
    assert found - {"Scan"} - promised <= set(preflight.__all__) | set(PARTS)


def test_the_errors_are_a_tree_and_each_says_which_exit_code_it_is():
    """2 for wrong usage, 3 for a question without an answer, 1 for a run that went wrong."""
    errors = [getattr(preflight, name) for name in CLASSES]
    errors = [kind for kind in errors if issubclass(kind, Exception)]
    for kind in errors:
        assert issubclass(kind, preflight.PreflightError)
        assert not issubclass(kind, SystemExit)
    codes = {kind.__name__: kind.exit_code for kind in errors if kind is not preflight.NotReady}
    assert {name for name, code in codes.items() if code == 1} == {"RunError"}
    asked = {"LookError", "Refused", "Unreachable", "NotInTime", "CredentialsMissing"}
    assert {name for name, code in codes.items() if code == 3} == asked


def test_to_import_the_package_imports_nothing_else():
    code = (
        "import sys; before = set(sys.modules); import preflight; print(set(sys.modules) - before)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "{'preflight'}"


@pytest.mark.parametrize("name", ["UsageError", "NotReady", "Verdict", "check"])
def test_what_needs_no_run_imports_no_sdk_and_no_database(name):
    code = f"import sys, preflight; preflight.{name}; print(*sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    tops = {module.partition(".")[0] for module in done.stdout.split()}
    assert not tops & {"openai", "boto3", "azure", "google", "sqlalchemy", "rich"}


PROGRAM = '''
"""A user's program, as `mypy --strict` reads it."""

import asyncio
from pathlib import Path

import preflight
from preflight import NotReady, Verdict


def main(requests: Path) -> int:
    report: preflight.Report = preflight.check(requests, stack="dev", provider=["bedrock"])
    if report.verdict is not Verdict.READY:
        for result in report.results:
            if isinstance(result.outcome, preflight.Failed):
                print(result.check_id, result.outcome.problem, result.outcome.remedy)
    money: float | None = preflight.plan(requests, promises={"version": 2}).money.prompts
    print(money)
    try:
        finished = preflight.run(requests, stack="dev", progress=shown, say=print)
    except NotReady as refused:
        return refused.report.exit_code
    except preflight.PreflightError as error:
        print(error.where, error.what, error.remedy)
        return error.exit_code
    count: int = finished.summary.results
    return int(count == 0)


def shown(standing: preflight.Standing) -> None:
    for shard in standing.shards:
        print(shard.status, shard.completed)


async def watched(folder: Path) -> bool:
    ended = False
    async for standing in preflight.watch(folder, poll_every=1.0):
        ended = standing.ended
    return ended


def wrong() -> None:
    preflight.check(request="x")
    preflight.run("x").nothing


if __name__ == "__main__":
    asyncio.run(watched(Path("run")))
'''


@pytest.mark.timeout(600)  # where mypy has read nothing yet
def test_a_users_program_is_typed_whole(tmp_path):
    (tmp_path / "program.py").write_text(PROGRAM)
    # The project's own configuration is that strict, and what it has read is not read again.
    command = [sys.executable, "-m", "mypy", "--config-file=pyproject.toml"]
    command.append(str(tmp_path / "program.py"))
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    errors = [line for line in done.stdout.splitlines() if "error:" in line]
    assert [line.rpartition("[")[2] for line in errors] == ["call-arg]", "attr-defined]"], errors
