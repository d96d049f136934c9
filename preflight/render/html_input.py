"""The request file's numbers as small charts: its models, and how sizes and tokens are spread."""

from collections.abc import Iterable, Sequence
from math import log2
from xml.etree import ElementTree as ET

from preflight.limits import GB, MB
from preflight.render.elements import tag
from preflight.render.findings import quotable
from preflight.render.html_charts import Column, Mark, bar, histogram
from preflight.render.html_frame import section
from preflight.render.html_tables import Cell, Row, folded, number, table
from preflight.report import Report, RequestFile
from preflight.requests.spread import FINE, Spread

MOST_MODELS = 12
"""Shown one by one; the others together."""

MOST_FILES = 500
MOST_COLUMNS = 30
_KB = 1000


def size(amount: float) -> str:
    """Bytes, kB, MB or GB."""
    for unit, name in ((GB, "GB"), (MB, "MB"), (_KB, "kB")):
        if amount >= unit:
            return f"{amount / unit:,.1f}".removesuffix(".0") + f" {name}"
    return f"{amount:,.0f} bytes"


def tokens(amount: float) -> str:
    """A number of tokens."""
    return f"{amount:,.0f} tokens"


def numbers(report: Report) -> ET.Element | None:
    """The section; None where no file was judged, or an empty one."""
    if len(report.files) > 1:
        return section("input", "The request files", f"{len(report.files):,}", _files(report.files))
    file = report.file
    if file is None or not file.requests:
        return None
    cards = [
        _models(file),
        _spread("How large a request is", "bytes", file.lengths, file, _longest(report, file)),
        _spread("How long a prompt is", "tokens", file.prompts, file, _answers(report)),
    ]
    inside = tag("div", cards, class_="charts")
    return section("input", "The request file", f"{file.requests:,} requests", inside)


def _files(files: Sequence[RequestFile]) -> ET.Element:
    rows: Iterable[Row] = (
        (
            tag("span", quotable(file.path), class_="name"),
            number(file.requests),
            number(file.bytes, size(file.bytes)),
            number(file.tokens),
        )
        for file in files[:MOST_FILES]
    )
    heads = ("File", "Requests", "Size", "Prompt tokens")
    made = table("The request files", heads, rows, numbers=(1, 2, 3), sortable=True)
    left_out = len(files) - MOST_FILES
    more = tag("p", f"{left_out:,} more: --format json has all.") if left_out > 0 else None
    return tag("div", made, more, class_="card")


def _models(file: RequestFile) -> ET.Element:
    by_count = sorted(file.models, key=lambda pair: -pair[1])
    shown, others = by_count[:MOST_MODELS], by_count[MOST_MODELS:]
    rows = [(quotable(name) or "none named", count) for name, count in shown]
    if others:
        rows.append((f"{len(others):,} others", sum(count for _, count in others)))
    most = max((count for _, count in rows), default=1)
    cells = (
        (tag("span", name, class_="name"), bar(count / most), number(count)) for name, count in rows
    )
    heads = ("Model", "Share", "Requests")
    made = table("Requests per model", heads, cells, numbers=(2,))
    return tag("figure", tag("h3", "Requests per model"), made, class_="card chart-of")


def _longest(report: Report, file: RequestFile) -> str:
    """The longest line, beside what a file may have: no run divides a line."""
    longest, line = file.longest_line
    if not longest:
        return ""
    said = f"The longest is line {line:,} with {size(longest)}."
    bounds = [(plan.allowance.max_bytes.amount, plan.provider) for plan in report.plans]
    if not bounds:
        return said
    most, provider = min(bounds)
    more = "more" if longest >= most else "less"
    return f"{said} That is {more} than the {size(most)} of one job's file ({provider})."


def _answers(report: Report) -> str:
    """The bound of the answers, where the requests have one."""
    known = [plan.longest for plan in report.plans if plan.longest is not None]
    if not known:
        return ""
    return f"No answer may be longer than {tokens(known[0])}."


def _spread(title: str, unit: str, spread: Spread, file: RequestFile, more: str) -> ET.Element:
    card = tag("figure", tag("h3", title), class_="card chart-of")
    if not spread.steps:
        card.append(tag("p", "Not known."))
        return card
    columns = grouped(spread)
    said = size if unit == "bytes" else tokens
    middle, high = spread.quantile(0.5), spread.quantile(0.99)
    sure = "" if spread.count >= file.requests else f", by a sample of {spread.count:,}"
    summary = f"Half have about {said(middle)} or less, 99 % {said(high)} or less{sure}."
    marks = [Mark(_along(columns, middle), "half")]
    if _along(columns, high) - marks[0].at > _APART:
        marks.append(Mark(_along(columns, high), "99 %"))
    ends = (said(columns[0].least), said(columns[-1].most))
    label = f"{title}: from {ends[0]} to {ends[1]}. {summary} The table below has the numbers."
    card.append(histogram(columns, marks, ends, label))
    card.append(tag("figcaption", " ".join(filter(None, (summary, more)))))
    rows = (
        (
            Cell(_from_to(column), column.least),
            number(column.count),
            number(column.count / spread.count, f"{100 * column.count / spread.count:.1f} %"),
        )
        for column in columns
        if column.count
    )
    heads = (f"A request's {unit}", "Requests", "Share")
    card.append(folded("As a table", table(title, heads, rows, numbers=(1, 2))))
    return card


_APART = 0.18
"""Of the width: names that are nearer to each other would overlap."""


def _from_to(column: Column) -> str:
    if column.least == column.most:
        return f"{column.least:,}"
    return f"{column.least:,} to {column.most:,}"


def grouped(spread: Spread) -> tuple[Column, ...]:
    """The histogram's steps as columns of one width, few enough to be drawn.

    Steps grow with the values, so that the axis is about logarithmic.
    """
    first, last = _place(spread.steps[0][0]), _place(spread.steps[-1][0])
    each = -(-(last - first + 1) // MOST_COLUMNS)
    counts = [0] * -(-(last - first + 1) // each)
    for least, count in spread.steps:
        counts[(_place(least) - first) // each] += count
    return tuple(
        Column(_least(first + n * each), _least(first + (n + 1) * each) - 1, count)
        for n, count in enumerate(counts)
    )


_SMALL = 2 << FINE
"""Below it each value is a step of its own."""


def _place(least: int) -> int:
    """The number of a value's step, counted from that of zero."""
    spare = max(0, least.bit_length() - 1 - FINE)
    return (spare << FINE) + (least >> spare)


def _least(place: int) -> int:
    """The least value of a step, by its number."""
    if place < _SMALL:
        return place
    spare = (place >> FINE) - 1
    return (place - (spare << FINE)) << spare


def _along(columns: Sequence[Column], value: int) -> float:
    """Where a value is on the axis."""
    for place, column in enumerate(columns):
        if value <= column.most:
            within = log2((value + 1) / (column.least + 1)) if value > column.least else 0.0
            room = log2((column.most + 2) / (column.least + 1))
            return (place + max(within / room, 0.5 / len(columns))) / len(columns)
    return 1.0
