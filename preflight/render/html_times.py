"""The time line of a run: what each shard was at, and when."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from xml.etree import ElementTree as ET

from preflight.batch.times import Doing, Span
from preflight.render.elements import tag
from preflight.render.html_charts import Stretch, box, drawing, time_line
from preflight.render.html_frame import section
from preflight.render.html_tables import Cell, folded, number, table
from preflight.render.standing import ShardStanding

MOST_DRAWN = 40
"""Shards of a time line; the table has more."""

MOST_ROWS = 500
_MOST_TICKS = 4
_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400
_STEPS = (
    *(1, 2, 5, 10, 15, 30),
    *(n * _MINUTE for n in (1, 2, 5, 10, 15, 30)),
    *(n * _HOUR for n in (1, 2, 3, 6, 12)),
    *(n * _DAY for n in (1, 2, 5, 10, 20, 50, 100)),
)
"""Seconds between ticks, such as a clock has."""


def lasted(seconds: float) -> str:
    """`3 d 4 h`, `4 h 5 min`, `5 min 6 s`, `6 s`: no more than a reader wants."""
    whole = int(seconds + 0.5)
    parts = (
        (whole // _DAY, "d"),
        (whole % _DAY // _HOUR, "h"),
        (whole % _HOUR // _MINUTE, "min"),
        (whole % _MINUTE, "s"),
    )
    first = next((place for place, (amount, _) in enumerate(parts) if amount), len(parts) - 1)
    said = [f"{amount} {unit}" for amount, unit in parts[first : first + 2] if amount]
    return " ".join(said) or "0 s"


def times(
    shards: Sequence[ShardStanding], spans: Mapping[int, Sequence[Span]], now: float
) -> ET.Element | None:
    """The section; None where nothing has happened yet."""
    every = [span for several in spans.values() for span in several]
    if not every:
        return None
    start = min(span.start for span in every)
    end = max((now if span.end is None else span.end for span in every), default=now)
    whole = max(end - start, 1.0)
    rows = [
        (f"{each.shard}", [_stretch(span, start, whole, now) for span in spans.get(each.shard, ())])
        for each in shards[:MOST_DRAWN]
    ]
    label = f"Time line of {len(rows):,} shards over {lasted(whole)}. The table below has the same."
    began = f"{datetime.fromtimestamp(start, UTC):%Y-%m-%d %H:%M:%S} UTC"
    left_out = len(shards) - len(rows)
    more = f" {left_out:,} more shards are in the table." if left_out > 0 else ""
    figure = tag(
        "figure",
        _legend({span.doing for span in every}),
        time_line(rows, _ticks(whole), label),
        tag("figcaption", f"From {began}, {lasted(whole)} in all. A row is a shard.{more}"),
        class_="card",
    )
    figure.append(folded("As a table", _table(shards, spans, start, now)))
    return section("times", "Time line", lasted(whole), figure)


def _stretch(span: Span, start: float, whole: float, now: float) -> Stretch:
    end = now if span.end is None else span.end
    return Stretch((span.start - start) / whole, (end - start) / whole, f"at-{span.doing}")


def _ticks(whole: float) -> list[tuple[float, str]]:
    step = next((step for step in _STEPS if whole / step <= _MOST_TICKS), _STEPS[-1])
    return [
        (n * step / whole, f"+{lasted(n * step)}" if n else "0")
        for n in range(int(whole // step) + 1)
    ]


def _legend(there: set[Doing]) -> ET.Element:
    swatches = (tag("li", _swatch(doing), f" {_WORDS[doing]}") for doing in Doing if doing in there)
    return tag("ul", swatches, class_="legend")


_WORDS = {
    Doing.WAITING: "waits for room",
    Doing.SENDING: "is uploaded and created",
    Doing.QUEUED: "waits at the provider",
    Doing.RUNNING: "runs",
    Doing.ENDED: "has ended, and is fetched",
    Doing.FAILED: "has ended without completing",
}


def _swatch(doing: Doing) -> ET.Element:
    made = drawing(12, "", box(0, 1, 1, 10, f"at-{doing}"))
    made.set("width", "22")
    return made


def _table(
    shards: Sequence[ShardStanding],
    spans: Mapping[int, Sequence[Span]],
    start: float,
    now: float,
) -> ET.Element:
    rows = [
        (
            number(each.shard),
            number(span.attempt),
            _WORDS[span.doing],
            number(span.start - start, f"+{lasted(span.start - start)}"),
            _length(span, now),
        )
        for each in shards
        for span in spans.get(each.shard, ())
    ]
    heads = ("Shard", "Attempt", "What", "From", "For")
    return table("Time line", heads, rows[:MOST_ROWS], numbers=(0, 1, 3, 4), sortable=True)


def _length(span: Span, now: float) -> Cell:
    seconds = (now if span.end is None else span.end) - span.start
    going = "" if span.end is not None else ", and goes on"
    return number(seconds, f"{lasted(seconds)}{going}")
