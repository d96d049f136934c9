"""Every command: a table to find it, and a section for each, by the grammar that parses it."""

import argparse
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from unittest.mock import patch

from preflight.cli import EXIT_CODES, parser
from preflight.cli_examples import EXAMPLES
from preflight.render.pages.markdown import code, codes, fenced, table

WIDE = "200"
"""Columns: what the grammar would fold for a terminal is one line on a page."""


def index() -> str:
    """A table: each command and what it does."""
    rows = ((f"[{name}](#{name})", words) for name, (words, _) in _commands().items())
    return table(("Command", "What it does"), rows)


def sections() -> str:
    """A section for each command, its name the heading and so the anchor."""
    return "\n".join(_section(name, made) for name, (_, made) in _commands().items())


def common() -> str:
    """What every command's exit code means, and the environment that all read."""
    return _closing(EXIT_CODES)


def _commands() -> Mapping[str, tuple[str, argparse.ArgumentParser]]:
    """Name -> what it does, and its grammar."""
    with patch.dict(os.environ, COLUMNS=WIDE):
        top = parser()
    of_all = next(action for action in _actions(top) if isinstance(action.choices, dict))
    words = {str(a.dest): a.help or "" for a in vars(of_all)["_choices_actions"]}
    made: Mapping[str, argparse.ArgumentParser] = dict(of_all.choices or {})
    return {name: (words[name], made[name]) for name in made}


def _actions(of: argparse.ArgumentParser) -> list[argparse.Action]:
    found: list[argparse.Action] = vars(of)["_actions"]
    return found


def _section(name: str, made: argparse.ArgumentParser) -> str:
    parts = [f"### {name}\n", f"{made.description}\n"]
    examples = "\n".join(f"$ preflight {example}" for example in EXAMPLES.get(name, (name,)))
    parts.append(fenced("console", examples))
    shown = (action for action in _actions(made) if action.dest != "help")
    rows = [_row(action) for action in shown if action.help != argparse.SUPPRESS]
    parts.append(table(("Argument", "What it is", "Default"), sorted(rows, key=_options_last)))
    groups = vars(made)["_mutually_exclusive_groups"]
    for group in groups:
        names = " and ".join(code(_name(action)) for action in vars(group)["_group_actions"])
        least = "one of them is needed" if group.required else "not more than one of them"
        parts.append(f"Of {names}: {least}.\n")
    own = made.epilog or ""
    if own.startswith("examples:"):
        own = own.partition("\n\n")[2]
    if own and own != EXIT_CODES:
        parts.append(_closing(own))
    return "\n".join(parts)


def _row(action: argparse.Action) -> tuple[str, str, str]:
    values = {**vars(action), "prog": "preflight"}
    if action.choices is not None:
        values["choices"] = ", ".join(map(str, action.choices))
    words = (action.help or "") % values
    words = re.sub(r"\s*\(default: [^()]*(?:\([^()]*\)[^()]*)*\)$", "", words)
    said = re.search(r"\(default: (.*)\)$", (action.help or "") % values)
    return _spelled(action), words, said[1] if said else ""


def _spelled(action: argparse.Action) -> str:
    """The argument with its value, and the other ways to write it."""
    if not action.option_strings:
        return code(_value(action))
    value = "" if action.nargs == 0 else f" {_value(action)}"
    first, *others = action.option_strings
    return ", ".join(filter(None, (code(first + value), codes(others))))


def _name(action: argparse.Action) -> str:
    return next(iter(action.option_strings), None) or _value(action)


def _value(action: argparse.Action) -> str:
    if isinstance(action.metavar, str):
        return action.metavar
    if action.choices is not None:
        return "|".join(map(str, action.choices))
    return action.dest.upper() if action.option_strings else action.dest


def _options_last(row: Sequence[str]) -> bool:
    return row[0].startswith("`-")


def _closing(text: str) -> str:
    """Exit codes and environment, as a list."""
    return "".join(f"- {line}\n" for line in _closing_lines(text))


def _closing_lines(text: str) -> Iterator[str]:
    for part in re.split(r"\n(?=\S)", text.strip()):
        name, _, words = " ".join(part.split()).partition(": ")
        yield f"{name.capitalize()}: {words}."
