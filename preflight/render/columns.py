"""Rows as columns; on a terminal that is too narrow for them, each row's parts under each other."""

import sys
import textwrap
from collections.abc import Sequence
from shutil import get_terminal_size

_INDENT = "    "
_NARROWEST = 20


def width() -> int | None:
    """How wide the terminal is; None where standard output is none, and nothing is folded."""
    return get_terminal_size().columns if sys.stdout.isatty() else None


def columns(rows: Sequence[tuple[str, ...]]) -> list[str]:
    """The lines. Two blanks are between columns; the last is as wide as it is."""
    if not rows:
        return []
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]) - 1)]
    lines = [
        "  ".join((*(text.ljust(each) for text, each in zip(row, widths, strict=False)), row[-1]))
        for row in rows
    ]
    most = width()
    if most is None or max(map(len, lines)) <= most:
        return lines
    return [line for row in rows for line in _folded(row, max(most, _NARROWEST))]


def _folded(row: tuple[str, ...], most: int) -> list[str]:
    """The first part by itself, the others indented below it. An id is never broken."""
    first, *others = row
    return [
        first,
        *(
            line
            for text in others
            for line in textwrap.wrap(
                text,
                most,
                initial_indent=_INDENT,
                subsequent_indent=_INDENT,
                break_on_hyphens=False,
            )
        ),
    ]
