"""The options that a team may set once, as the table of them has it."""

from collections.abc import Iterator

from preflight.configuration.option import Option
from preflight.configuration.shown import words
from preflight.configuration.table import COMMANDS, OPTIONS
from preflight.render.pages.markdown import code, codes, table

_HEADS = ("Option", "What it is", "Value", "Default", "Variable", "Flag", "For")


def options() -> str:
    """One row an option; one that has several has a row for each kind of value."""
    return table(_HEADS, _rows())


def _rows() -> Iterator[tuple[str, ...]]:
    for option in OPTIONS:
        if not option.when:
            yield (
                code(option.name),
                option.meaning.replace("*", r"\*"),
                option.allowed,
                "" if option.default is None else code(words(option.takes, option.default)),
                code(option.environment),
                codes(flag for flag in (option.option, option.back) if flag),
                _commands(option),
            )


def _commands(option: Option) -> str:
    missing = [name for name in COMMANDS if name not in option.commands]
    if not missing:
        return "every command that can be configured"
    # A row of the same name for fewer commands says the same in other words.
    further = [one for one in OPTIONS if one.name == option.name and one.when]
    beside = [f"{name} (with --{one.when})" for one in further for name in one.commands]
    return ", ".join((*option.commands, *beside))
