"""`preflight config`: what would hold for a command, and who says so; nothing is asked."""

import argparse
import json
import os
from argparse import Namespace
from collections.abc import Iterable, Mapping
from typing import Any

from preflight.cli import parser
from preflight.configuration.applied import refuse_unknown_checks
from preflight.configuration.finding import VARIABLE, configuration, shown
from preflight.configuration.layers import Layer, Setting, settings
from preflight.configuration.schema import schema
from preflight.configuration.shown import words
from preflight.configuration.table import COMMANDS, OPTIONS
from preflight.render.configuration import Shown, Variable, show
from preflight.seams import UsageError

SECRETS = {
    "TFY_API_KEY": "gateway key",
    "TFY_API_KEY_FILE": "gateway key in a file",
}
OTHERS = {
    VARIABLE: "the configuration file",
    "PREFLIGHT_GOOGLE_ENDPOINT": "where Google's services are asked, in place of Google",
    "PREFLIGHT_ARM_ENDPOINT": "where Azure Resource Manager is asked, in place of Azure",
    "TFY_PLAIN_HTTP_HOST": "the host of a gateway that is given the key over plain http",
    "PREFLIGHT_BUCKET_OWNER_PROFILE": "the AWS profile that looks into another account's bucket",
}
"""What is set in the environment alone."""


def config(arguments: Namespace) -> int:
    """Print it. Raises UsageError for what is wrong in the file or in a variable."""
    if arguments.schema:
        print(json.dumps(schema(), indent=2))
        return 0
    line = _parsed(arguments.line)
    file = configuration(line.get("config") or arguments.config, os.environ)
    named = line.get("command")
    commands = (named,) if named else COMMANDS
    found = {name: settings(name, line, os.environ, file) for name in commands}
    for one in found.values():
        refuse_unknown_checks(one)
    common = found[named] if named else _together(found)
    told = Shown(
        shown(file.path) if file else "",
        named or "",
        common,
        {} if named else _apart(found, common),
        tuple(_variables(os.environ)),
    )
    return show(told, as_json=arguments.json or bool(line.get("as_json")))


def _parsed(words: list[str]) -> dict[str, Any]:
    """The command line that is asked about; what it is about may be left out of it.

    Raises:
        UsageError: there is no such command, or it cannot be configured.
    """
    words = words[1:] if words[:1] == ["--"] else words
    if not words:
        return {}
    if words[0] not in COMMANDS:
        raise UsageError(
            f"preflight {words[0]}",
            "is no command that can be configured",
            f"name one of {', '.join(COMMANDS)}",
        )
    top = parser()
    commands = next(
        action
        for action in top._actions  # noqa: SLF001 - argparse has no other way to list them
        if isinstance(action, argparse._SubParsersAction)  # noqa: SLF001 - as above
    )
    for action in commands.choices[words[0]]._actions:  # noqa: SLF001 - as above
        action.required = False
        if not action.option_strings:
            action.nargs = "*" if action.nargs in {"+", "*"} else "?"
    for group in commands.choices[words[0]]._mutually_exclusive_groups:  # noqa: SLF001 - as above
        group.required = False
    return vars(top.parse_args(words)) | {"as_json": "--json" in words}


def _together(found: Mapping[str, Mapping[str, Setting]]) -> dict[str, Setting]:
    """Each option as it holds for most: what a command's own table says is apart."""
    every: dict[str, Setting] = {}
    for option in OPTIONS:
        for command in option.commands:
            setting = found[command][option.name]
            if option.name not in every and not _own(setting, command):
                every[option.name] = setting
    return every


def _apart(
    found: Mapping[str, Mapping[str, Setting]], common: Mapping[str, Setting]
) -> dict[str, dict[str, Setting]]:
    """What holds for one command alone, by the command."""
    apart = {
        command: {
            name: one
            for name, one in several.items()
            if _own(one, command) or _differs(one, common[name])
        }
        for command, several in found.items()
    }
    return {command: several for command, several in apart.items() if several}


def _differs(setting: Setting, common: Setting) -> bool:
    """Whether somebody has set it to what it is not for most commands."""
    takes, holds = setting.option.takes, setting.holds
    shown = words(common.option.takes, common.holds.value)
    return holds.layer is not Layer.DEFAULT and words(takes, holds.value) != shown


def _own(setting: Setting, command: str) -> bool:
    given: Iterable[Any] = (setting.holds, *setting.shadowed)
    return any(one.layer is Layer.FILE and one.detail == command for one in given)


def _variables(environment: Mapping[str, str]) -> Iterable[Variable]:
    """Those that no file may hold, and those that mean nothing; none of their values is told."""
    known = {option.environment for option in OPTIONS} | {*OTHERS}
    for name, what in SECRETS.items():
        yield Variable(name, what, bool(environment.get(name)))
    for name, what in OTHERS.items():
        if environment.get(name):
            yield Variable(name, what, True)
    for name in sorted(environment):
        own = name.startswith("PREFLIGHT_") and not name.startswith("PREFLIGHT_CI_")
        if own and name not in known:
            yield Variable(name, "", True)
