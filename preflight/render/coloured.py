"""A page as a terminal shows it: with its colours, and as wide as it is."""

from collections.abc import Iterable
from itertools import groupby
from typing import IO

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from preflight.render.paragraphs import INDENT, Paragraph
from preflight.render.plain import WIDTH


def console(out: IO[str]) -> Console:
    """A console that draws no colours into a file, and never reads markup out of content."""
    terminal = out.isatty()
    return Console(
        file=out,
        markup=False,
        emoji=False,
        highlight=False,
        width=None if terminal else WIDTH,
        soft_wrap=False,
    )


def lines(page: Iterable[Paragraph], out: IO[str]) -> list[str]:
    """The page's lines, with what colours them there."""
    drawn = console(out)
    with drawn.capture() as captured:
        for marked, several in groupby(page, key=lambda paragraph: paragraph.mark is not None):
            if marked:
                drawn.print(Padding(_points(several), (0, 0, 0, INDENT)))
                continue
            for paragraph in several:
                drawn.print(Text.assemble(*paragraph.parts))
    return captured.get().splitlines()


def _points(several: Iterable[Paragraph]) -> Table:
    grid = Table.grid(padding=(0, 1))
    grid.add_column(width=1)
    grid.add_column(overflow="fold")
    for paragraph in several:
        grid.add_row(Text(*(paragraph.mark or ())), Text.assemble(*paragraph.parts))
    return grid
