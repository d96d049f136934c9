"""A document's text and form: what can be read of it, and how it is quoted."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

LONGEST = 1_000_000
"""Characters of a document. AWS's own limits are 20,480 (a bucket's policy) and less."""

_QUOTED_CHARACTERS = 120
_QUOTED_VALUES = 4


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Stands where a document should be: there is or may be one, and it could not be read."""

    reason: str


Document = Mapping[str, Any] | Unreadable


def document_of(text: object) -> Document:
    """The document in what a cloud answered: JSON text, or JSON already read. Raises nothing."""
    if isinstance(text, Mapping):
        return text
    if not isinstance(text, str | bytes | bytearray):
        return Unreadable(f"it is no JSON document but {type(text).__name__}")
    if len(text) > LONGEST:
        return Unreadable(f"it is longer than {LONGEST} characters")
    try:
        read = json.loads(text)
    except RecursionError:
        return Unreadable("it is nested too deeply")
    except ValueError as error:
        return Unreadable(f"it is not JSON: {quoted(error)}")
    return read if isinstance(read, Mapping) else Unreadable("it is not a JSON object")


def listed(value: object) -> list[Any]:
    """A list as it is; anything else as the only one of a list."""
    return value if isinstance(value, list) else [value]


def scalar(value: object) -> str | None:
    """Text, a truth value or a number as text; None for what is none of these."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return str(value)
    # Python refuses to write integers of thousands of digits, and none is a value that AWS knows.
    short = isinstance(value, int) and value.bit_length() < 256  # noqa: PLR2004
    return str(value) if short else None


def quoted(*values: object, joint: str = ", ") -> str:
    """Values as a message shows them: the first few, and of each its beginning."""
    shown = [_cut(value) for value in values[:_QUOTED_VALUES]]
    more = len(values) - len(shown)
    return joint.join(shown) + (f" and {more} more" if more else "")


def _cut(value: object) -> str:
    text = scalar(value) if not isinstance(value, Exception) else str(value)
    if text is None:
        return f"<{type(value).__name__}>"
    return text if len(text) <= _QUOTED_CHARACTERS else text[:_QUOTED_CHARACTERS] + "..."
