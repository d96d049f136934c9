"""Adds a command's options from the table of those that can be set once."""

import argparse
from typing import Any, Protocol

from preflight.commands.durations import count, seconds
from preflight.configuration.option import Option, Takes
from preflight.configuration.table import of_command, rows


class _Adds(Protocol):
    """A parser, or a group of one."""

    def add_argument(self, *flags: str, **words: Any) -> argparse.Action:
        """Add an option."""


def configured(
    parser: argparse.ArgumentParser,
    *names: str,
    words: str = "",
    group: "_Adds | None" = None,
) -> None:
    """Add options of the table.

    Args:
        parser: of a command. What it has not in the table takes the default at once.
        names: of the options.
        words: help, where the table's does not fit the command.
        group: of the parser that takes them.
    """
    own = of_command(parser.prog.rpartition(" ")[2])
    for name in names:
        option = own.get(name) or rows(name)[0]
        # None, for a flag that was not given, lets the environment and the file have a say.
        default = None if name in own else option.default
        if option.takes is Takes.FLAG:
            _flag(group or parser, option, words, None if name in own else not_by(option))
            continue
        (group or parser).add_argument(
            option.option, default=default, help=_help(option, words), **_value(option)
        )


def not_by(option: Option) -> bool:
    """What the attribute of a flag is while nobody gives it."""
    return bool(option.default) != option.inverted


def _flag(group: "_Adds", option: Option, words: str, default: bool | None) -> None:
    group.add_argument(
        option.option,
        option.back,
        dest=option.attribute,
        action=_Either,
        nargs=0,
        default=default,
        help=words or option.words,
    )


class _Either(argparse.Action):
    """True by the first of its flags, false by the second, which takes back what was set once."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: object,
        option_string: str | None = None,
    ) -> None:
        """Keep which it was."""
        del parser, values
        setattr(namespace, self.dest, option_string == self.option_strings[0])


def _value(option: Option) -> dict[str, Any]:
    """How argparse reads its value."""
    shown = {"metavar": option.metavar} if option.metavar else {}
    if option.takes is Takes.SECONDS:
        return {"type": seconds, **shown}
    if option.takes is Takes.COUNT:
        return {"type": count, **shown}
    if option.takes is Takes.CHOICE:
        return {"choices": option.choices, **shown}
    if option.takes is Takes.CHOICES:
        return {"action": "append", "choices": option.choices, **shown}
    if option.takes is Takes.REPORTS:
        return {"action": "append", "type": _destination, **shown}
    return {"action": "append", **shown} if option.takes is Takes.CHECKS else shown


def _help(option: Option, words: str) -> str:
    text = words or option.words
    if option.takes is Takes.REPORTS:
        text = f"{', '.join(option.choices)}: {text}"
    if option.default is None:
        return text
    default = f"{option.default:g}" if isinstance(option.default, float) else option.default
    return f"{text} (default: {default})"


def _destination(text: str) -> object:
    """Of one `--format`. Raises ArgumentTypeError."""
    from preflight.render.destinations import destination  # noqa: PLC0415 - only where one is named

    return destination(text)
