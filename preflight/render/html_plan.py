"""What a run of the file would be: how it is divided, how long it may take and what it costs."""

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from preflight.render.elements import tag
from preflight.render.findings import quotable
from preflight.render.html_charts import Stretch, against, time_line
from preflight.render.html_frame import mark, section
from preflight.render.html_input import size
from preflight.render.html_tables import Cell, Row, folded, number, table
from preflight.report import Report

if TYPE_CHECKING:
    from preflight.batch.room import Bound
    from preflight.commands.plan import Planned

MOST_DRAWN = 20
"""Rows of a time line; what is open beside them is counted."""

MOST_BOXES = 120
"""Of a row; where there are more waves, a box stands for several."""

MOST_ROWS = 500
"""Of a table of shards; `preflight plan --format json` has all."""

_NARROW = 0.05
"""Of the width: a stretch that is narrower has no number in it."""


def plans(report: Report) -> ET.Element | None:
    """The section; None where no run was planned."""
    if not report.plans:
        return None
    cards = [_card(planned) for planned in report.plans]
    several = [_side_by_side(report.plans)] if len(cards) > 1 else []
    return section("plan", "What a run would be", "", *several, *cards)


def counted(amount: int, what: str) -> str:
    """`1 shard`, `3 shards`."""
    return f"{amount:,} {what}{'s' * (amount != 1)}"


def dollars(amount: float) -> str:
    """Of a table: with cents, and fractions of them where it is little."""
    return f"${amount:,.2f}" if amount >= 1 or not amount else f"${amount:,.4f}"


def _side_by_side(several: Sequence["Planned"]) -> ET.Element:
    rows = (
        (
            planned.provider,
            number(len(planned.shards)),
            number(len(planned.waves)),
            number(planned.time.hours, f"{planned.time.hours:,} h"),
            _money(planned.money.prompts, planned.money.answers),
        )
        for planned in several
    )
    heads = ("Provider", "Shards", "Waves", "Up to", "Money")
    made = table("The providers side by side", heads, rows, numbers=(1, 2, 3, 4), sortable=True)
    return tag("div", made, class_="card compared")


def _money(prompts: float | None, answers: float | None) -> Cell:
    """The most that it costs, or the least where the answers have no bound."""
    if prompts is None:
        return Cell("not known", -1.0)
    if answers is None:
        return Cell(f"from {dollars(prompts)}", prompts)
    return Cell(f"up to {dollars(prompts + answers)}", prompts + answers)


def _card(planned: "Planned") -> ET.Element:
    shards, waves = len(planned.shards), len(planned.waves)
    head = f"{counted(shards, 'shard')} in {counted(waves, 'wave')}, up to {planned.time.hours:,} h"
    target = f"{planned.provider} {quotable(planned.target)}"
    return tag(
        "article",
        tag("h3", target),
        tag("p", head, class_="lead"),
        _drawn(planned),
        _limits(planned),
        _worth(planned),
        (tag("p", mark("!"), f"Note: {quotable(note)}", class_="noted") for note in planned.notes),
        _shards(planned),
        class_="card planned",
    )


def _drawn(planned: "Planned") -> ET.Element:
    """The waves one after the other, the shards of each side by side."""
    waves, hours = len(planned.waves), planned.time.window_hours
    tall = min(max(len(wave) for wave in planned.waves), MOST_DRAWN)
    together = -(-waves // MOST_BOXES)
    rows = [("", _boxes(planned, place, together)) for place in range(tall)]
    step = -(-waves // _MOST_TICKS)
    begins = [n for n in range(0, waves, step) if waves - n >= step]
    ticks = [(n / waves, f"{n * hours:,} h") for n in (*begins, waves)]
    left_out = sum(max(0, len(wave) - tall) for wave in planned.waves)
    more = f" {left_out:,} more are open beside them." if left_out else ""
    box = "a shard" if together == 1 else f"{together:,} shards one after the other"
    said = f"Each box is {box}, as long as it may take at the most.{more}"
    label = (
        f"Time line at the latest, {planned.provider} {quotable(planned.target)}: "
        f"{counted(len(planned.shards), 'shard')} in {counted(waves, 'wave')} of {hours} hours "
        "each. The table of shards has the same."
    )
    return tag("figure", time_line(rows, ticks, label), tag("figcaption", said))


def _boxes(planned: "Planned", place: int, together: int) -> list[Stretch]:
    """Those of one row; several waves in one box where there are very many."""
    waves = len(planned.waves)
    return [
        Stretch(
            n / waves,
            min(n + together, waves) / waves,
            "run",
            f"{planned.waves[n][place].number}" if 1 / waves > _NARROW else "",
        )
        for n in range(0, waves, together)
        if place < len(planned.waves[n])
    ]


_MOST_TICKS = 4


def _limits(planned: "Planned") -> ET.Element:
    """The file against what one job takes."""
    may, scan = planned.allowance, planned.scan
    tokens = sum(shard.tokens for shard in planned.shards) or scan.tokens
    rows = [
        _against("requests", scan.requests, may.max_requests, "{:,}".format),
        _against("in the file", scan.bytes, may.max_bytes, size),
    ]
    if may.max_tokens is not None:
        rows.append(_against("prompt tokens", tokens, may.max_tokens, "{:,}".format))
    return tag("ul", rows, class_="limits")


def _against(what: str, amount: int, bound: "Bound", said: Callable[[int], str]) -> ET.Element:
    times = f", {amount / bound.amount:,.1f} times that" if amount > bound.amount else ""
    return tag(
        "li",
        tag("p", tag("strong", said(amount)), f" {what}"),
        against(amount, bound.amount),
        tag("p", f"one job takes {said(bound.amount)}{times} ({quotable(bound.source)})"),
    )


def _worth(planned: "Planned") -> ET.Element:
    """Time and money in words, with their sources."""
    money, time = planned.money, planned.time
    said = [
        ("Money", quotable(money.words)),
        ("Prices", quotable("; ".join(filter(None, (money.source, money.warning))))),
        ("Time", quotable(f"{time.words} ({time.source})")),
    ]
    return tag(
        "dl",
        (tag("div", tag("dt", name), tag("dd", text)) for name, text in said if text),
        class_="numbers",
    )


def _shards(planned: "Planned") -> ET.Element:
    pairs = [(shard, wave) for wave, several in enumerate(planned.waves, 1) for shard in several]
    models = any(shard.model is not None for shard, _ in pairs)
    rows: Iterable[Row] = (
        (
            number(shard.number),
            number(wave),
            number(shard.requests),
            number(shard.bytes, size(shard.bytes)),
            number(shard.tokens),
            *([tag("span", quotable(shard.model or "-"), class_="name")] if models else []),
        )
        for shard, wave in pairs[:MOST_ROWS]
    )
    heads = ("Shard", "Wave", "Requests", "Size", "Tokens", *(["Model"] if models else []))
    made = table(
        f"The shards: {planned.provider} {quotable(planned.target)}",
        heads,
        rows,
        numbers=(0, 1, 2, 3, 4),
        sortable=True,
    )
    left_out = len(pairs) - MOST_ROWS
    more = f"{left_out:,} more: preflight plan --format json has all of them."
    return folded(counted(len(pairs), "shard"), made, tag("p", more) if left_out > 0 else None)
