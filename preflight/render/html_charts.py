"""Small charts as SVG within the page: bars, a histogram, a time line.

Their widths are shares of the room there is and their letters are the page's own, so that they read
the same on a phone and on paper. No chart is alone: each stands beside its numbers as text, and
what a colour says, a shape or a word says too.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from xml.etree import ElementTree as ET

from preflight.render.elements import Child, tag

BAR = 12
"""Height of a bar in pixels."""

ROW = 22
"""Height of a row of a time line."""

NAMES = 0.09
"""Of the width, for the names of a time line's rows: a number each."""

BESIDE = 16
"""Above and below a drawing, for its words."""


def drawing(height: float, label: str, *children: Child | Iterable[Child]) -> ET.Element:
    """A picture as wide as there is room; with `label` read out in its place, "" for nothing."""
    said = {"role": "img", "aria_label": label} if label else {"aria_hidden": "true"}
    made = tag("svg", *children, width="100%", height=f"{height:g}", focusable="false", **said)
    made.set("class", "chart")
    return made


def percent(share: float) -> str:
    """Of the drawing's width."""
    return f"{100 * share:.3f}".rstrip("0").rstrip(".") + "%"


def box(left: float, right: float, top: float, height: float, kind: str) -> ET.Element:
    """A rectangle from one share of the width to another, never too narrow to be seen."""
    return tag(
        "rect",
        x=percent(left),
        y=f"{top:g}",
        width=percent(max(right - left, 0.002)),
        height=f"{height:g}",
        rx="2",
        class_=kind,
    )


def upright(at: float, top: float, bottom: float, kind: str) -> ET.Element:
    """A vertical line at a share of the width."""
    where = percent(at)
    return tag("line", x1=where, x2=where, y1=f"{top:g}", y2=f"{bottom:g}", class_=kind)


def words(at: float, top: float, said: str, anchor: str = "middle", kind: str = "") -> ET.Element:
    """Text, its baseline at `top`; `anchor` is start, middle or end."""
    return tag("text", said, x=percent(at), y=f"{top:g}", text_anchor=anchor, class_=kind or "said")


def anchored(at: float) -> str:
    """How a text at a share of the width stays within the drawing."""
    return "start" if at < 0.2 else "end" if at > 0.8 else "middle"  # noqa: PLR2004 - fifths


def bar(share: float, kind: str = "fill") -> ET.Element:
    """A bar of a share of the width, for the cell of a table that has the number too."""
    held = box(0, min(share, 1.0), 0, BAR, kind) if share > 0 else None
    return drawing(BAR, "", box(0, 1, 0, BAR, "track"), held)


def against(amount: float, limit: float) -> ET.Element:
    """A bar against a limit: what is above it goes on behind the mark, in another look."""
    whole = max(amount, limit) * 1.0001
    at = limit / whole
    return drawing(
        BAR + 4,
        "",
        box(0, at, 2, BAR, "track"),
        box(0, min(amount, limit) / whole, 2, BAR, "fill"),
        box(at, amount / whole, 2, BAR, "over") if amount > limit else None,
        upright(min(at, 0.999), 0, BAR + 4, "limit"),
    )


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a histogram: how many values are from `least` to `most`."""

    least: int
    most: int
    count: int


@dataclass(frozen=True, slots=True)
class Mark:
    """A value that is pointed out: where it is, from 0 to 1 along the axis, and its name."""

    at: float
    name: str


def histogram(
    columns: Sequence[Column], marks: Sequence[Mark], ends: tuple[str, str], label: str
) -> ET.Element:
    """Columns side by side, marks above them, and what the axis begins and ends with."""
    top, tall = BESIDE + 4, 96
    most = max(column.count for column in columns)
    width = 1 / len(columns)
    made: list[Child] = []
    for place, column in enumerate(columns):
        high = max(tall * column.count / most, 1.5) if column.count else 0
        if high:
            gap = width * 0.06
            left = place * width + gap
            made.append(box(left, (place + 1) * width - gap, top + tall - high, high, "fill"))
    floor = top + tall
    made.append(tag("line", x1="0", x2="100%", y1=f"{floor}", y2=f"{floor}", class_="axis"))
    for one in marks:
        made.append(upright(one.at, BESIDE, floor, "pointed"))
        made.append(words(one.at, BESIDE - 4, one.name, anchored(one.at), "name"))
    made.append(words(0, floor + BESIDE, ends[0], "start"))
    made.append(words(1, floor + BESIDE, ends[1], "end"))
    return drawing(floor + BESIDE + 6, label, made)


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of a row of a time line, from 0 to 1 along it; `kind` is its class, `text` in it."""

    start: float
    end: float
    kind: str
    text: str = ""


def time_line(
    rows: Sequence[tuple[str, Sequence[Stretch]]], ticks: Sequence[tuple[float, str]], label: str
) -> ET.Element:
    """Rows of stretches under one axis; the rows' names, where they have any, stand before it.

    `ticks` are places along the axis, and what is written there.
    """
    gutter = NAMES if any(name for name, _ in rows) else 0.0

    def along(at: float) -> float:
        return gutter + min(max(at, 0.0), 1.0) * (1 - gutter)

    top = BESIDE + 6
    bottom = top + ROW * len(rows)
    made: list[Child] = []
    for at, said in ticks:
        made.append(upright(min(max(along(at), 0.001), 0.999), top - 4, bottom, "tick"))
        made.append(words(along(at), BESIDE - 2, said, anchored(along(at))))
    for place, (name, stretches) in enumerate(rows):
        above = top + place * ROW + 3
        for one in stretches:
            made.append(box(along(one.start), along(one.end), above, ROW - 6, one.kind))
            if one.text:
                middle = along((one.start + one.end) / 2)
                made.append(words(middle, above + 12, one.text, kind="within"))
        if name:
            made.append(words(gutter - 0.015, above + 12, name, "end", "row"))
    return drawing(bottom + 4, label, made)
