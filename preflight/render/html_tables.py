"""Tables of a page: they scroll by themselves where they are wide, and a script may sort them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from xml.etree import ElementTree as ET

from preflight.render.elements import Child, tag


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell. `value` is what it is sorted by, where that is a number; None: its text."""

    shown: Child
    value: float | None = None


Row = Sequence[Cell | Child]
"""One row's cells."""


def number(amount: float, shown: str = "") -> Cell:
    """A number, and how it is written."""
    return Cell(shown or f"{amount:,}", amount)


def table(
    caption: str,
    heads: Sequence[str],
    rows: Iterable[Row],
    *,
    numbers: tuple[int, ...] = (),
    sortable: bool = False,
) -> ET.Element:
    """A table, of which the first cell of each row names it.

    Args:
        caption: what is in it.
        heads: of the columns.
        rows: cells.
        numbers: columns of numbers, from 0.
        sortable: whether a script lets a reader sort it.
    """
    made = tag(
        "table",
        tag("caption", caption),
        tag("thead", tag("tr", (_head(head, n in numbers) for n, head in enumerate(heads)))),
        tag("tbody", (_row(row, numbers) for row in rows)),
    )
    if sortable:
        made.set("class", "sortable")
    # Reached by the keyboard too: it scrolls sideways where there is no room.
    return tag("div", made, class_="wide", tabindex="0", role="region", aria_label=caption)


def _head(head: str, is_number: bool) -> ET.Element:
    made = tag("th", head, scope="col")
    if is_number:
        made.set("class", "n")
    return made


def _row(row: Row, numbers: tuple[int, ...]) -> ET.Element:
    made = tag("tr")
    for place, one in enumerate(row):
        cell = one if isinstance(one, Cell) else Cell(one)
        added = tag("td", cell.shown) if place else tag("th", cell.shown, scope="row")
        if place in numbers:
            added.set("class", "n")
        if cell.value is not None:
            added.set("data-value", f"{cell.value:.12g}")
        made.append(added)
    return made


def folded(summary: str, *children: Child) -> ET.Element:
    """What is there for whoever wants it, and on paper."""
    return tag("details", tag("summary", summary), children, class_="folded")
