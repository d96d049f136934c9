"""A run as one page of HTML: how it stands, its time line and its money; made as the report is."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from typing import IO
from urllib.parse import unquote
from xml.etree import ElementTree as ET

from preflight.batch.estimate import Money
from preflight.batch.merged_files import Summary
from preflight.batch.statuses import meaning
from preflight.batch.times import Span
from preflight.render.elements import Child, document, tag
from preflight.render.findings import MARKS, Kind, quotable
from preflight.render.html_charts import bar
from preflight.render.html_frame import BASE, CHARTS, SORTING, frame, mark, section
from preflight.render.html_plan import MOST_ROWS, dollars
from preflight.render.html_tables import Cell, Row, number, table
from preflight.render.html_times import lasted, times
from preflight.render.standing import ShardStanding


@dataclass(frozen=True, slots=True)
class Spent:
    """What the results of one model say that they took.

    `rows` of the results say so; `dollars` is None where no price is known.
    """

    model: str
    prompts: int
    answers: int
    rows: int
    dollars: float | None


@dataclass(frozen=True, slots=True)
class RunPage:
    """All that the page shows.

    Attributes:
        name: the run's folder.
        facts: what was sent where, as names and values.
        shards: how each stands.
        spans: shard -> what it was at, and when.
        now: seconds since the epoch.
        summary: the counts of the merge; None before it.
        estimated: what the plan's prompts cost; None where it holds no tokens.
        spent: what was used, by model; none before results are here.
    """

    name: str
    facts: tuple[tuple[str, str], ...]
    shards: tuple[ShardStanding, ...]
    spans: dict[int, tuple[Span, ...]]
    now: float
    summary: Summary | None
    estimated: Money | None
    spent: tuple[Spent, ...]


def render(run: RunPage, out: IO[str]) -> None:
    """Write the page."""
    out.write(document(page(run)))


def page(run: RunPage) -> ET.Element:
    """The document's root."""
    kind, word, sentence = standing(run)
    at = f"{datetime.fromtimestamp(run.now, UTC):%Y-%m-%d %H:%M:%S} UTC"
    header = tag(
        "header",
        tag(
            "div",
            tag("p", f"preflight status \u00b7 {quotable(run.name)} \u00b7 {at}", class_="product"),
            tag("h1", mark(MARKS.get(kind, "\u2026") if kind else "\u2026"), word),
            tag("p", f"{sentence}.", class_="sentence"),
            class_=f"verdict {kind.value if kind else 'going'}",
        ),
    )
    parts = (
        _counts(run),
        times(run.shards, run.spans, run.now),
        _shards(run),
        _money(run),
        _facts(run),
    )
    return frame(
        f"{word}: {quotable(run.name)}",
        tag("a", "Skip to the run", href="#main", class_="skip"),
        header,
        tag("main", parts, id="main", tabindex="-1"),
        tag("footer", tag("p", f"batch-preflight {version('batch-preflight')}")),
        styles=(BASE, CHARTS),
        scripts=(SORTING,),
    )


def standing(run: RunPage) -> tuple[Kind | None, str, str]:
    """How it stands: the look (None: it goes on), a word, and a sentence."""
    ended = [each for each in run.shards if each.ended]
    failed = sum(meaning(each.status) != "completed" for each in ended)
    total = len(run.shards)
    if run.summary is not None and run.summary.complete:
        whole = f"every one of {run.summary.requests:,} requests has a result"
        return Kind.PASSED, "COMPLETE", whole
    if run.summary is not None:
        left = run.summary.errors + run.summary.missing
        said = f"{left:,} of {run.summary.requests:,} requests have no result: preflight retry"
        return Kind.FAILED, "NOT COMPLETE", said
    if failed:
        said = f"{failed:,} of {_batches(total)} ended without completing"
        return Kind.FAILED, "PARTLY FAILED", said
    if len(ended) == total:
        return Kind.UNKNOWN, "ENDED", "the results are to be fetched: preflight fetch"
    return None, "GOING ON", f"{len(ended):,} of {_batches(total)} ended so far"


def _batches(amount: int) -> str:
    return f"{amount:,} batch" + "es" * (amount != 1)


def _counts(run: RunPage) -> ET.Element:
    """What became of the requests, as far as it is known."""
    found = run.summary
    if found is not None:
        total = found.requests
        rows = [("results", found.results), ("errors", found.errors), ("missing", found.missing)]
    else:
        total = sum(each.requests for each in run.shards)
        back = sum(each.requests for each in run.shards if each.fetched)
        ended = sum(each.requests for each in run.shards if each.ended and not each.fetched)
        going = [each for each in run.shards if not each.ended]
        done, failed = (sum(getattr(s, at) or 0 for s in going) for at in ("completed", "failed"))
        rows = [
            ("came back", back),
            ("in batches that ended", ended),
            ("done at the provider", done),
            ("failed at the provider", failed),
            ("open", max(0, total - back - ended - done - failed)),
        ]
    cells = ((name, bar(count / total if total else 0), number(count)) for name, count in rows)
    caption, heads = "What became of the requests", ("Requests", "Share", "Number")
    made = table(caption, heads, cells, numbers=(2,))
    return section("requests", "The requests", f"{total:,}", tag("div", made, class_="card"))


def _shards(run: RunPage) -> ET.Element:
    rows: Iterable[Row] = (
        (
            number(each.shard),
            tag("span", mark(_sign(each)), each.status, class_="name"),
            number(each.requests),
            _known(each.completed),
            _known(each.failed),
            _took(run.spans.get(each.shard, ()), run.now),
            tag("span", quotable(unquote(each.batch or "-")), class_="name"),
        )
        for each in run.shards[:MOST_ROWS]
    )
    heads = ("Shard", "Status", "Requests", "Done", "Failed", "Took", "Batch")
    made = table("The shards", heads, rows, numbers=(0, 2, 3, 4, 5), sortable=True)
    left_out = len(run.shards) - MOST_ROWS
    more = f"{left_out:,} more: preflight status --format json has all of them."
    reasons = dict.fromkeys(
        f"shard {each.shard}: {reason}" for each in run.shards for reason in each.reasons
    )
    said: list[Child] = [tag("li", quotable(reason)) for reason in list(reasons)[:_MOST_REASONS]]
    card = tag(
        "div",
        made,
        tag("p", more) if left_out > 0 else None,
        tag("h3", "What the provider says") if said else None,
        tag("ul", said, class_="blind") if said else None,
        class_="card",
    )
    return section("shards", "The shards", f"{len(run.shards):,}", card)


_MOST_REASONS = 50


def _sign(each: ShardStanding) -> str:
    if not each.ended:
        return "\u2026"
    return MARKS[Kind.PASSED if meaning(each.status) == "completed" else Kind.FAILED]


def _known(count: int | None) -> Cell:
    return Cell("-", -1.0) if count is None else number(count)


def _took(spans: tuple[Span, ...], now: float) -> Cell:
    """From the first upload until the results were here, or until now."""
    sent = [span for span in spans if span.doing != "waiting"]
    if not sent:
        return Cell("-", -1.0)
    seconds = (spans[-1].end or now) - sent[0].start
    return number(seconds, lasted(seconds))


def _money(run: RunPage) -> ET.Element | None:
    if run.estimated is None and not run.spent:
        return None
    card = tag("div", class_="card")
    if run.spent:
        rows: Iterable[Row] = (
            (
                tag("span", quotable(one.model) or "none named", class_="name"),
                number(one.rows),
                number(one.prompts),
                number(one.answers),
                Cell("not known", -1.0)
                if one.dollars is None
                else number(one.dollars, dollars(one.dollars)),
            )
            for one in run.spent
        )
        heads = ("Model", "Results", "Prompt tokens", "Answer tokens", "Money")
        caption = "What was used, by what the results say"
        card.append(table(caption, heads, rows, numbers=(1, 2, 3, 4), sortable=len(run.spent) > 1))
    if run.estimated is not None:
        words = [("Estimated before", run.estimated.words)]
        if run.estimated.source:
            words.append(
                ("Prices", "; ".join(filter(None, (run.estimated.source, run.estimated.warning))))
            )
        items = (tag("div", tag("dt", name), tag("dd", quotable(said))) for name, said in words)
        card.append(tag("dl", items, class_="numbers"))
    return section("money", "Money", "", card)


def _facts(run: RunPage) -> ET.Element:
    rows = (tag("div", tag("dt", name), tag("dd", quotable(value))) for name, value in run.facts)
    return section(
        "facts", "What was sent", "", tag("div", tag("dl", rows, class_="numbers"), class_="card")
    )
