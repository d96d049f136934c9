"""A little of Terraform's language: blocks and values, laid out as `terraform fmt` does."""

from collections.abc import Iterable, Sequence
from typing import TypeGuard

Value = str | Sequence[str]
Line = tuple[str, Value] | str
"""An attribute, or a line as it is: a comment, "", or a line of a block within."""

_BOUND = "\0"
_LIST = "\0*"
_ESCAPES = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"})


def reference(expression: str) -> str:
    """An expression such as `var.bucket`, as it can stand inside a text or for a whole value.

    Nothing printable holds its bounds, so no text from outside is ever taken for an expression.
    """
    return f"{_BOUND}{expression}{_BOUND}"


def variable(name: str) -> str:
    """A variable, as it can stand inside a text or for a whole value."""
    return reference(f"var.{name}")


def whole_list(expression: str) -> tuple[str, ...]:
    """A list that is an expression, such as a variable that is a list."""
    return (f"{_LIST}{expression}{_BOUND}",)


def literal(text: str) -> str:
    """The text in quotes, in which Terraform fills in references; all else stands for itself."""
    first, *rest = text.split(_BOUND)
    if not first and rest[1:] == [""]:
        return rest[0]
    parts = (
        f"${{{part}}}" if number % 2 else _escaped(part)
        for number, part in enumerate((first, *rest))
    )
    return f'"{"".join(parts)}"'


def _escaped(text: str) -> str:
    return text.translate(_ESCAPES).replace("${", "$${").replace("%{", "%%{")


def block(header: str, lines: Iterable[Line]) -> list[str]:
    """A block's lines. `header` is its type and labels, as they are written."""
    return [f"{header} {{", *(f"  {line}".rstrip() for line in _body(list(lines))), "}"]


def _body(lines: list[Line]) -> list[str]:
    """Equals signs of attributes that follow each other on a line each stand below each other."""
    made: list[str] = []
    group: list[tuple[str, str]] = []
    for line in [*lines, ""]:
        if isinstance(line, tuple) and not _is_long(line[1]):
            group.append((line[0], _value(line[1])))
            continue
        width = max((len(name) for name, _ in group), default=0)
        made += [f"{name:{width}} = {value}" for name, value in group]
        group = []
        made += _long(*line) if isinstance(line, tuple) else [line]
    return made[:-1]


def _is_long(value: Value) -> TypeGuard[Sequence[str]]:
    """A list of more than one text has a line for each."""
    return not isinstance(value, str) and len(value) > 1


def _value(value: Value) -> str:
    if isinstance(value, str):
        return literal(value)
    if len(value) == 1 and value[0].startswith(_LIST):
        return value[0].removeprefix(_LIST).removesuffix(_BOUND)
    return f"[{', '.join(map(literal, value))}]"


def _long(name: str, value: Value) -> list[str]:
    return [f"{name} = [", *(f"  {literal(text)}," for text in value), "]"]
