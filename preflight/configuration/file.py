"""A configuration file, understood; everything in it that is none of ours is refused."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any, NoReturn

from preflight.configuration.finding import PROJECT, TABLE, shown
from preflight.configuration.option import Option, Takes
from preflight.configuration.places import line_of
from preflight.configuration.table import COMMANDS, OPTIONS, RIVALS, TABLES, rows
from preflight.configuration.values import WrongValue, of_file
from preflight.seams.errors import UsageError

NEVER = {
    "yes": "agrees to a price or to a default: whoever runs the command does that",
    "force": "sends what was found wanting: whoever runs the command answers for it",
    "canary": "costs money each time: ask for it with --canary",
    "out": "names one run's folder or one file: runs-folder is where all runs go",
    "json": 'is written as format = "json"',
    "config": "names the file that this is",
}
"""What is no option of a file, and why."""

_SECRET = re.compile(
    r"(^|_)(apikey|key|token|secret|password|passwd|credential)s?($|_)", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class File:
    """What a configuration file says.

    Attributes:
        path: of the file.
        text: its content.
        tables: command -> option -> value as TOML has it; "" is what holds for every command.
    """

    path: Path
    text: str
    tables: Mapping[str, Mapping[str, Any]]

    def where(self, command: str = "", name: str = "") -> str:
        """The place of an option, or of a command's table: the file, and the line if it shows."""
        keys = [key for key in (*_root(self.path), command, name) if key]
        line = line_of(self.text, keys) if keys else None
        return f"{shown(self.path)}:{line}" if line else shown(self.path)

    def value(self, option: Option, command: str) -> Any:
        """What its table (or the top, for "") says of an option; None where it says nothing.

        Raises:
            WrongValue: it is none that the option takes.
        """
        table = self.tables.get(command, {})
        if option.name not in table:
            return None
        return of_file(option, table[option.name], self.path.parent.absolute())


def parsed(path: Path, content: bytes) -> File:
    """Understand a file's content. Raises UsageError at the first thing that is wrong in it."""
    text, whole = _toml(path, content)
    for key in _root(path):
        whole = whole.get(key, {}) if isinstance(whole, dict) else {}
    if not isinstance(whole, dict):
        where = f"{shown(path)}: {'.'.join(TABLE)}"
        raise UsageError(where, "is no table", f"write [{'.'.join(TABLE)}]")
    # What is an option at the top is no table, although a command has the same name.
    tables = {key: value for key, value in whole.items() if key in TABLES}
    top = {key: value for key, value in whole.items() if key not in TABLES}
    file = File(path, text, {"": top, **{k: v for k, v in tables.items() if isinstance(v, dict)}})
    for command, table in tables.items():
        if not isinstance(table, dict):
            raise UsageError(file.where(command), f"{command} is no table", f"write [{command}]")
    for command, names in file.tables.items():
        for name in names:
            _check(file, command, name)
        for first, second in RIVALS:
            if first in names and second in names:
                raise UsageError(
                    file.where(command, second), f"has {first} and {second}", "keep one of the two"
                )
    return file


def holds_table(path: Path, content: bytes) -> bool:
    """Whether a pyproject.toml has a table of ours. Raises UsageError where it is no TOML."""
    _, found = _toml(path, content)
    for key in TABLE:
        if not isinstance(found, dict) or key not in found:
            return False
        found = found[key]
    return True


def _root(path: Path) -> tuple[str, ...]:
    return TABLE if path.name == PROJECT else ()


def _toml(path: Path, content: bytes) -> tuple[str, Any]:
    try:
        text = content.decode("utf-8-sig")
        return text, tomllib.loads(text)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise UsageError(f"{shown(path)}:{line}", "is not UTF-8", "save it as UTF-8") from None
    except RecursionError:
        raise UsageError(shown(path), "is nested too deeply", "write it flat") from None
    except tomllib.TOMLDecodeError as error:
        found = re.search(r" \(at line (\d+), column \d+\)", str(error))
        # What ends too soon has no line of its own: it is the last.
        line = int(found[1]) if found else max(1, len(text.splitlines()))
        what = str(error).replace(found[0], "") if found else str(error)
        where = f"{shown(path)}:{line}"
        raise UsageError(where, f"is no TOML ({what})", "repair that line") from None


def _check(file: File, command: str, name: str) -> None:
    """Raise UsageError for a key that is no option there, or a value that it does not take."""
    several = rows(name)
    for option in several:
        if command and command not in option.commands:
            continue
        try:
            file.value(option, command)
        except WrongValue as wrong:
            told = wrong
        else:
            return
    taking = dict.fromkeys(one for option in several for one in option.commands)
    if several and command and command not in taking:
        raise UsageError(
            file.where(command, name),
            f"{name} is no option of {command}",
            f"it is one of {', '.join(taking)}",
        )
    if not several:
        _refuse_key(file, command, name)
    allowed = told.allowed
    if len(several) > 1 and not command:
        # At the top it is for the commands that have it: what any of them takes will do.
        every = dict.fromkeys(one for option in several for one in option.choices)
        allowed = f"one of {', '.join(every)}"
    raise UsageError(file.where(command, name), f"{name} {told.found}", f"make it {allowed}")


def _refuse_key(file: File, command: str, name: str) -> NoReturn:
    """Raise UsageError for a key that is no option, with the one that is meant."""
    where, plain = file.where(command, name), name.replace("-", "_").lower()
    if _SECRET.search(plain.replace("api_key", "apikey")):
        raise UsageError(
            where,
            f"{name} is a secret, and a file like this one is shared and kept",
            "remove it; the gateway's key is read from TFY_API_KEY, or a file in TFY_API_KEY_FILE",
        )
    if plain in NEVER:
        raise UsageError(where, f"{name} {NEVER[plain]}", "remove it")
    positive = plain.removeprefix("no_").replace("_", "-")
    if positive != plain and any(one.takes is Takes.FLAG for one in rows(positive)):
        raise UsageError(
            where, f"{name} is no option of a file", f"write {positive} = true or false"
        )
    known = [one.name for one in OPTIONS if not command or command in one.commands]
    near = get_close_matches(plain.replace("_", "-"), [*known, *COMMANDS * (not command)], 1)
    remedy = f"did you mean {near[0]}?" if near else "`preflight config` shows those there are"
    raise UsageError(where, f"{name} is no option", remedy)
