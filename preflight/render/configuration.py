"""What holds and who says so, for people and for programs."""

import json
import sys
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any, NamedTuple

from rich.table import Table
from rich.text import Text

from preflight.configuration.layers import Given, Layer, Setting
from preflight.configuration.shown import plain, words
from preflight.configuration.table import OPTIONS
from preflight.render.coloured import console
from preflight.render.printable import no_order, printable

VERSION = 1
_NONE = "none (no preflight.toml, and no [tool.preflight] in a pyproject.toml)"


class Variable(NamedTuple):
    """A variable of the environment; `words` is "" for one that means nothing to preflight."""

    name: str
    words: str
    is_set: bool


class Shown(NamedTuple):
    """What `preflight config` shows.

    Attributes:
        file: that holds; "" for none.
        command: that is asked about; "" for all.
        settings: by the option's name.
        own: command -> those that its own table of the file decides.
        variables: those of the environment that no file may hold, or that mean nothing.
    """

    file: str
    command: str
    settings: Mapping[str, Setting]
    own: Mapping[str, Mapping[str, Setting]]
    variables: tuple[Variable, ...]


def show(told: Shown, *, as_json: bool) -> int:
    """Print it; the exit code."""
    if as_json:
        print(json.dumps(_shape(told), indent=2))
        return 0
    page = console(sys.stdout)
    with page.capture() as captured:
        page.print(_text(f"configuration file: {told.file or _NONE}"))
        every = told.command or "every command"
        for command, several in {every: told.settings, **told.own}.items():
            page.print()
            page.print(_text(command, "bold"))
            page.print(_settings(several))
        page.print()
        page.print(_text("environment alone", "bold"))
        page.print(_variables(told.variables))
    sys.stdout.writelines(f"{no_order(line.rstrip())}\n" for line in captured.get().splitlines())
    return 0


def _text(content: str, style: str = "") -> Text:
    return Text(printable(content), style=style)


def _settings(several: Mapping[str, Setting]) -> Table:
    """An option's name, its value, and who says it; below it, dim, what that outdoes."""
    grid = Table.grid(padding=(0, 2))
    for _ in range(3):
        grid.add_column(overflow="fold")
    for name, setting in several.items():
        takes, holds = setting.option.takes, setting.holds
        style = "dim" if holds.layer is Layer.DEFAULT else ""
        value = words(takes, holds.value)
        grid.add_row(_text(name, style), _text(value, style), _text(holds.where, style))
        for given in _told(setting):
            value = f"({words(takes, given.value)})"
            grid.add_row("", _text(value, "dim"), _text(f"outdone: {given.where}", "dim"))
    return grid


def _told(setting: Setting) -> Iterator[Given]:
    """Of what is outdone, all but the default, which is known."""
    return (given for given in setting.shadowed if given.layer is not Layer.DEFAULT)


def _variables(several: tuple[Variable, ...]) -> Table:
    grid = Table.grid(padding=(0, 2))
    for _ in range(2):
        grid.add_column(overflow="fold")
    for one in several:
        if one.words:
            there = f"{'set' if one.is_set else 'not set'} (environment {one.name})"
            grid.add_row(_text(one.words), _text(there))
        else:
            unknown = f"means nothing here{_nearest(one.name)}"
            grid.add_row(_text(one.name), _text(unknown, "yellow"))
    return grid


def _nearest(name: str) -> str:
    near = get_close_matches(name, [option.environment for option in OPTIONS], 1)
    return f"; did you mean {near[0]}?" if near else ""


def _shape(told: Shown) -> dict[str, Any]:
    return {
        "format": "preflight-config",
        "version": VERSION,
        "file": told.file or None,
        "command": told.command or None,
        "options": [_option(name, one) for name, one in told.settings.items()],
        "commands": {
            command: [_option(name, one) for name, one in several.items()]
            for command, several in told.own.items()
        },
        "environment": [
            {"name": one.name, "set": one.is_set, "known": bool(one.words)}
            for one in told.variables
        ],
        "exit_code": 0,
    }


def _option(name: str, setting: Setting) -> dict[str, Any]:
    takes = setting.option.takes
    return {
        "name": name,
        "value": plain(takes, setting.holds.value),
        **_place(setting.holds),
        "outdone": [
            {"value": plain(takes, given.value), **_place(given)} for given in setting.shadowed
        ],
    }


def _place(given: Given) -> dict[str, str]:
    return {"layer": str(given.layer), "where": given.where}
