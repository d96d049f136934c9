"""Which value of an option holds, where it came from, and which others it outdoes."""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple

from preflight.configuration.option import Option, Takes
from preflight.configuration.table import RIVALS, of_command, rows
from preflight.configuration.values import WrongValue, of_text
from preflight.seams.errors import UsageError

if TYPE_CHECKING:
    from preflight.configuration.file import File  # it imports what parses TOML


class Layer(StrEnum):
    """Who says a value; in the order of `list(Layer)` each is outdone by those after it."""

    DEFAULT = "default"
    FILE = "file"
    ENVIRONMENT = "environment"
    FLAG = "flag"


class Given(NamedTuple):
    """One value of an option, and who gives it.

    Attributes:
        name: of the option.
        value: understood.
        layer: who.
        detail: the flag, the variable, or the command whose table of the file it is ("": the top).
        file: of Layer.FILE.
    """

    name: str
    value: Any
    layer: Layer
    detail: str = ""
    file: "File | None" = None

    @property
    def where(self) -> str:
        """The place, in words: `preflight.toml:3`, `environment PREFLIGHT_STACK`, `flag --stack`.

        To find a line takes a while: it is asked only where it is shown.
        """
        if self.file is not None:
            return self.file.where(self.detail, self.name)
        return f"{self.layer} {self.detail}".rstrip()


class Setting(NamedTuple):
    """An option of a command: what holds, and what that outdoes, the nearest first."""

    option: Option
    holds: Given
    shadowed: tuple[Given, ...] = ()


def settings(
    command: str,
    flags: Mapping[str, Any],
    environment: Mapping[str, str],
    file: "File | None",
) -> dict[str, Setting]:
    """Every option of a command by its name.

    Args:
        command: the command's name.
        flags: attributes of the parsed command line; None is what was not given.
        environment: all variables; an empty one says nothing.
        file: the configuration file.

    Raises:
        UsageError: a variable holds what its option does not take, or two that exclude each other
            are set beside each other.
    """
    found: dict[str, Setting] = {}
    for name, option in of_command(command).items():
        given = _given(option, command, flags, environment, file)
        if any(map(flags.get, option.unless)) or (option.when and not flags.get(option.when)):
            given = _of_flag(option, flags)
        default = Given(name, option.default, Layer.DEFAULT)
        holds, *shadowed = [*given, default]
        found[name] = Setting(option, holds, tuple(shadowed))
    for rivals in RIVALS:
        if set(rivals) <= set(found):
            _decide(found, rivals)
    return found


def _given(
    option: Option,
    command: str,
    flags: Mapping[str, Any],
    environment: Mapping[str, str],
    file: "File | None",
) -> Iterator[Given]:
    """Who says something of it, the nearest first."""
    yield from _of_flag(option, flags)
    text = environment.get(option.environment, "")
    if text and (value := _of_variable(option, text)) is not None:
        yield Given(option.name, value, Layer.ENVIRONMENT, option.environment)
    if file is None:
        return
    for table in (command, ""):
        try:
            value = file.value(option, table)
        except WrongValue:
            continue  # at the top, for the commands that take it: the file was looked through
        if value is not None:
            yield Given(option.name, value, Layer.FILE, table, file)


def _of_flag(option: Option, flags: Mapping[str, Any]) -> Iterator[Given]:
    flag = flags.get(option.attribute)
    if flag is not None:
        value = not flag if option.inverted else flag
        back = option.takes is Takes.FLAG and value == option.default
        yield Given(option.name, value, Layer.FLAG, option.back if back else option.option)


def _of_variable(option: Option, text: str) -> Any:
    """None for what another command's option of that name takes. Raises UsageError."""
    try:
        return of_text(option, text)
    except WrongValue as wrong:
        for other in rows(option.name):
            if other is not option and _takes(other, text):
                return None
        where = f"environment variable {option.environment}"
        raise UsageError(where, str(wrong), "correct or unset it") from None


def _takes(option: Option, text: str) -> bool:
    try:
        of_text(option, text)
    except WrongValue:
        return False
    return True


def _decide(found: dict[str, Setting], rivals: tuple[str, ...]) -> None:
    """The nearest of the rivals holds; what the others say is outdone. Raises UsageError."""
    reach = {name: _distance(found[name].holds) for name in rivals}
    nearest = max(reach.values())
    first, *others = [name for name in rivals if reach[name] == nearest]
    if others and nearest > _distance(Given("", None, Layer.DEFAULT)):
        # Of variables: in a file they are refused where it is read, of flags by the grammar.
        one, two = found[first].holds, found[others[0]].holds
        what = f"says {first}, and {two.detail} says {others[0]}"
        raise UsageError(one.where, what, "keep one of the two")
    for name in rivals:
        if name != first and reach[name] > 0:
            setting = found[name]
            default = Given(name, setting.option.default, Layer.DEFAULT)
            outdone = (setting.holds, *setting.shadowed)
            found[name] = Setting(setting.option, default, outdone)


def _distance(given: Given) -> int:
    """How near: a command's table of the file is nearer than the top."""
    return 2 * list(Layer).index(given.layer) + bool(given.file is not None and given.detail)
