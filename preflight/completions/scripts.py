"""The scripts by which shells complete the command line, made from its grammar by shtab."""

import argparse
from collections.abc import Iterator
from importlib import import_module
from typing import Any

from preflight.cli import parser
from preflight.vocabulary import FORMATS

FILES = ("FILE", "REQUESTS.jsonl", "RESULTS")
"""Metavars that stand for a file."""

FOLDERS = ("FOLDER", "RUN_FOLDER")
"""Metavars that stand for a folder."""


def script(shell: str) -> str:
    """The script for "bash", "zsh" or "fish"."""
    shtab: Any = import_module("shtab")  # here: no command needs it
    top = parser()
    for action in _actions(top):
        hinted: Any = action
        if action.metavar in FILES:
            hinted.complete = shtab.FILE
        elif action.metavar in FOLDERS:
            hinted.complete = shtab.DIRECTORY
        elif action.metavar == "NAME[:FILE]":
            hinted.choices = tuple(FORMATS)
    written = str(shtab.complete(top, shell))
    return "\n".join(line.rstrip() for line in written.splitlines()) + "\n"


def _actions(of: argparse.ArgumentParser) -> Iterator[argparse.Action]:
    """Every option and argument, those of the commands too."""
    for action in of._actions:  # noqa: SLF001 - argparse has no other way to list them
        yield action
        if isinstance(action, argparse._SubParsersAction):  # noqa: SLF001 - as above
            for command in action.choices.values():
                yield from _actions(command)
