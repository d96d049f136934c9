"""On which line of a TOML file a key stands, for the sentence that is about it.

The standard library's parser does not tell. So it is asked again: the first lines of a file, up to
the end of a statement, are TOML themselves, and the statement that makes the key appear is the one.
"""

import tomllib
from collections.abc import Sequence
from typing import Any

_LONGEST = 100_000
"""Characters of a text in which a line is looked for: beyond that it takes too long."""


def line_of(text: str, path: Sequence[str]) -> int | None:
    """The line of a key's statement or of a table's header, counted from 1; None if it is hidden.

    Args:
        text: of a file that is TOML.
        path: the tables down to the key, and the key itself.
    """
    if len(text) > _LONGEST:
        return None
    lines = text.split("\n")
    for number, line in enumerate(lines):
        if path[-1] in line and _appears(lines, number, path):
            return number + 1
    return None


def _appears(lines: Sequence[str], number: int, path: Sequence[str]) -> bool:
    """Whether the statement that begins on that line is what defines the key."""
    for end in range(number + 1, len(lines) + 1):
        try:
            found = tomllib.loads("\n".join(lines[:end]))
        except tomllib.TOMLDecodeError:
            continue  # in the middle of a value
        return _has(found, path)
    return False


def _has(found: Any, path: Sequence[str]) -> bool:
    for key in path:
        if not isinstance(found, dict) or key not in found:
            return False
        found = found[key]
    return True
