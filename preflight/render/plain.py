"""A page without colours, as a pipe or a file gets it: the text that rich would write there.

To import rich takes longer than all the rest of a report; a terminal is worth it, a log is not.
"""

import re
from collections.abc import Iterable, Iterator

from rich.cells import cell_len, chop_cells

from preflight.render.paragraphs import HANGING, INDENT, Paragraph

WIDTH = 110
"""Columns, where standard output is no terminal."""

_WORD = re.compile(r"\s*\S+\s*")


def lines(page: Iterable[Paragraph]) -> Iterator[str]:
    """The page's lines, none wider than WIDTH."""
    for paragraph in page:
        indent = " " * (HANGING if paragraph.mark else 0)
        first = f"{' ' * INDENT}{paragraph.mark[0]} " if paragraph.mark else ""
        text = "".join(words for words, _ in paragraph.parts)
        for line in text.split("\n"):
            for part in folded(line, WIDTH - len(indent)):
                yield f"{first}{part}"
                first = indent


def folded(line: str, width: int) -> Iterator[str]:
    """The line in parts of so many columns, between words; a longer word is cut."""
    start = used = 0
    for found in _WORD.finditer(line):
        word = found[0]
        wide = cell_len(word.rstrip())
        if wide <= width - used:
            used += cell_len(word)
            continue
        if found.start() > start:
            yield line[start : found.start()]
        start, used = found.start(), cell_len(word)
        if wide > width:
            *whole, last = chop_cells(word, width)
            yield from whole
            start, used = start + sum(map(len, whole)), cell_len(last)
    yield line[start:]
