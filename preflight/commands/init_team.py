"""The second half of `preflight init`: what a team sets once, in preflight.toml."""

import os
from argparse import Namespace
from pathlib import Path
from typing import Any

from preflight import promises as sources
from preflight.commands.asking import agreed, answer, say
from preflight.configuration.file import holds_table
from preflight.configuration.finding import FILE, PROJECT, read, shown
from preflight.configuration.table import rows
from preflight.configuration.team import (
    ACCEPTED,
    PROMISES,
    PROVIDER,
    REPORT,
    REPORTS,
    RUNS_FOLDER,
    STACK,
    WAIVERS_START,
    Question,
    written,
)
from preflight.configuration.values import WrongValue, of_file
from preflight.contract import PROVIDERS
from preflight.seams import PromiseError, UsageError
from preflight.settings.stack_file import write_whole


class Team:
    """What is to be written, once all has been asked."""

    def __init__(self, folder: Path, arguments: Namespace, stack: str, *, asking: bool) -> None:
        """Ask, or take flags and defaults. `stack` is the one whose settings were asked for.

        Raises:
            UsageError: an answer is none, or there are no more of them.
        """
        self._folder = folder
        self._asking = asking
        self._flags = arguments
        self._answers: dict[str, Any] = {}
        self._source(stack)
        self._answers["provider"] = self._providers()
        self._answers["runs-folder"] = self._one(RUNS_FOLDER, self._path(arguments.runs_folder))
        waivers = self._one(ACCEPTED, self._path(arguments.waivers))
        self._answers["waivers"] = "" if waivers == "none" else waivers
        self._answers["format"] = self._report()

    def write(self, *, replace: bool) -> list[Path]:
        """Write the file, and the file of waivers where there is none; those written.

        Raises UsageError where one cannot be written.
        """
        path = self._folder / FILE
        write_whole(path, written(self._answers), force=replace)
        accepted = self._answers["waivers"]
        if not accepted or (self._folder / accepted).exists():
            return [path]
        write_whole(self._folder / accepted, WAIVERS_START, force=False)
        return [path, self._folder / accepted]

    def _source(self, stack: str) -> None:
        """Where promises come from: a stack or a file, and never both."""
        given = self._path(self._flags.promises)
        by_file = bool(given) or not stack
        if self._asking and not given and not stack:
            say("\nA stack's promises are asked of Pulumi for each check, or kept in a file.")
            kinds = ("stack", "file")
            default = "file" if (self._folder / PROMISES.default).exists() else "stack"
            by_file = _among("Stack or file", kinds, default) == "file"
        question = PROMISES if by_file else STACK
        self._answers[question.option] = self._one(question, given or stack)

    def _path(self, given: str | None) -> str | None:
        """A path of the command line, as the file has it."""
        if given in {None, "none"}:
            return given
        return os.path.relpath(given or "", self._folder)

    def _providers(self) -> list[str]:
        """None for all that are promised."""
        if self._flags.provider:
            return list(dict.fromkeys(self._flags.provider))
        promised = self._promised()
        default = promised[0] if len(promised) == 1 else PROVIDER.default
        if not self._asking:
            return [] if default == PROVIDER.default else [default]
        say(f"\n{PROVIDER.why}")
        while True:
            names = answer(PROVIDER.asks, default).lower().replace(",", " ").split()
            if names == [PROVIDER.default]:
                return []
            if names and set(names) <= set(PROVIDERS):
                return list(dict.fromkeys(names))
            say(f"  name some of {', '.join(PROVIDERS)}, or {PROVIDER.default}")

    def _promised(self) -> tuple[str, ...]:
        """The providers of a promise file that can be read; what is wrong with it is said."""
        path = self._folder / self._answers.get("promises", "")
        if "promises" not in self._answers:
            return ()
        if not path.exists():
            say(f"{shown(path)} is not there yet: `pulumi stack output --json` writes it")
            return ()
        try:
            promises = sources.from_file(str(path))
        except PromiseError as error:
            say(f"as it is, it cannot be used: {error}")
            return ()
        return tuple(name for name in PROVIDERS if promises.of(name))

    def _report(self) -> list[str]:
        given = self._flags.report
        if not given and self._asking:
            say(f"\n{REPORT.why}")
            given = _among(REPORT.asks, tuple(REPORTS), REPORT.default)
        report = REPORTS[given or REPORT.default]
        return ["text", report] if report else []

    def _one(self, question: Question, given: str | None) -> str:
        """A text: of a flag, or of an answer that the option takes. Raises UsageError."""
        option = rows(question.option)[0]
        asking = self._asking and not given
        if asking:
            say(f"\n{question.why}")
        while True:
            text = answer(question.asks, question.default) if asking else given or question.default
            try:
                of_file(option, text, self._folder)
            except WrongValue as wrong:
                if not asking:
                    where = f"--{question.option}"
                    raise UsageError(where, wrong.found, f"make it {wrong.allowed}") from None
                say(f"  it {wrong}")
            else:
                return text


def wanted(folder: Path, arguments: Namespace, *, asking: bool, alone: bool) -> bool:
    """Whether the file is to be written; an answer of the user's, where it is asked.

    Raises:
        UsageError: there is such a file (or a table in pyproject.toml), and it is all (`alone`)
            that was to be written.
    """
    path, project = folder / FILE, folder / PROJECT
    table = project.is_file() and holds_table(project, read(project))
    there = project if table else path
    if table or (path.exists() and not arguments.force):
        if asking and not table:
            return agreed(f"\n{shown(path)} exists: replace it", default=False)
        what = f"holds what your team {'has set' if table else 'set'} and is left as it is"
        remedy = f"change it there; {FILE} is none" if table else "add --force to replace it"
        if alone:
            raise UsageError(shown(there), what, remedy)
        say(f"{shown(there)} {what}; {remedy}")
        return False
    return not asking or agreed(f"\nWrite {FILE}, what your team sets once", default=True)


def _among(question: str, names: tuple[str, ...], default: str) -> str:
    while True:
        said = answer(question, default).lower()
        if said in names:
            return said
        say(f"  answer {' or '.join(names)}")
