"""The report as one page of HTML that needs nothing else: no font, no other file, nothing loaded.

What is to be repaired comes first. Every text from outside goes in as text of a tree, and the page
forbids itself to load anything, and to run anything but the script that sorts its tables.
"""

from importlib.metadata import version
from itertools import groupby
from typing import IO
from xml.etree import ElementTree as ET

from preflight.render.elements import document, tag
from preflight.render.findings import (
    MARKS,
    Finding,
    Kind,
    alike,
    counts,
    explanations,
    findings,
    numbers,
    of_kind,
    places,
    quotable,
    sentence,
)
from preflight.render.html_frame import BASE, CHARTS, SORTING, TRUST, frame, mark, section
from preflight.render.html_input import numbers as charts
from preflight.render.html_plan import plans
from preflight.render.html_trust import Anchors, pictures
from preflight.report import Report, Verdict

LOOKS = {
    Verdict.READY: Kind.PASSED,
    Verdict.NOT_READY: Kind.FAILED,
    Verdict.CANNOT_TELL: Kind.UNKNOWN,
}
ANCHORS = {kind: "skipped" if kind is Kind.SKIPPED else kind.value for kind in Kind}
"""Of a kind's section, and the class of all that has its colour."""

_LISTED = {Kind.FAILED: "To be repaired", Kind.UNKNOWN: "Not known", Kind.WAIVED: "Waived"}

Cards = dict[Kind, tuple[tuple[str, tuple[Finding, ...]], ...]]
"""Of each urgent kind: the cards, each with its id on the page."""


def page(report: Report) -> ET.Element:
    """The document's root."""
    found = findings(report)
    there = {kind: same for kind in Kind if (same := of_kind(found, kind))}
    cards: Cards = {
        kind: tuple((f"{ANCHORS[kind]}-{n}", one) for n, one in enumerate(alike(same), 1))
        for kind, same in there.items()
        if kind in _LISTED
    }
    parts = [
        _places(report),
        *(_section(kind, several) for kind, several in cards.items()),
        pictures(report, found, _anchors(cards)),
        charts(report),
        plans(report),
        _looked_at(report),
        *(_folded(kind, same) for kind, same in there.items() if kind not in _LISTED),
    ]
    product = f"batch-preflight {version('batch-preflight')}"
    return frame(
        f"{report.verdict}: preflight check",
        tag("a", "Skip to the findings", href="#main", class_="skip"),
        _header(report, found),
        tag("main", parts, id="main", tabindex="-1"),
        tag("footer", tag("p", f"{product}, exit code {report.exit_code}")),
        styles=(BASE, CHARTS, TRUST),
        scripts=(SORTING,),
    )


def _anchors(cards: Cards) -> Anchors:
    return {
        (one.id, one.place): anchor
        for several in cards.values()
        for anchor, same in several
        for one in same
    }


def _header(report: Report, found: tuple[Finding, ...]) -> ET.Element:
    look = LOOKS[report.verdict]
    kinds = [kind for kind in Kind if of_kind(found, kind)]
    links = (
        tag(
            "li",
            tag("a", mark(MARKS[kind]), counts(of_kind(found, kind)), href=f"#{ANCHORS[kind]}"),
            class_=ANCHORS[kind],
        )
        for kind in kinds
    )
    about = quotable(report.file.path) if report.file else ""
    when = f"{report.at:%Y-%m-%d %H:%M} UTC" if report.at else ""
    return tag(
        "header",
        tag(
            "div",
            tag(
                "p",
                " \u00b7 ".join(filter(None, ("preflight check", about, when))),
                class_="product",
            ),
            tag("h1", mark(MARKS[look]), report.verdict.value),
            tag("p", f"{sentence(report)}.", class_="sentence"),
            tag("ul", links, class_="counts") if kinds else None,
            class_=f"verdict {ANCHORS[look]}",
        ),
    )


def _places(report: Report) -> ET.Element | None:
    cards = [
        tag(
            "li",
            tag("p", place, class_="name"),
            tag("p", mark(MARKS[LOOKS[word]]), word.value, class_="word"),
            tag("p", counted, class_="counted"),
            class_=f"card {ANCHORS[LOOKS[word]]}",
        )
        for place, word, counted in places(report)
    ]
    if not cards:
        return None
    return section("targets", "Targets", f"{len(cards):,}", tag("ul", cards, class_="places"))


def _section(kind: Kind, cards: tuple[tuple[str, tuple[Finding, ...]], ...]) -> ET.Element:
    why = explanations()
    checks = sum(len(same) for _, same in cards)
    several = f" ({checks:,} checks)" if checks > len(cards) else ""
    shown = [_card(anchor, same, why.get(same[0].id, "")) for anchor, same in cards]
    return section(ANCHORS[kind], _LISTED[kind], f"{len(cards):,}{several}", *shown)


def _card(anchor: str, same: tuple[Finding, ...], why: str) -> ET.Element:
    first = same[0]
    where = [*dict.fromkeys(finding.place for finding in same), first.suite]
    if first.lines:
        where.append(f"{quotable(first.file)}, line {first.lines[0]:,}")
    return tag(
        "article",
        tag("h3", mark(MARKS[first.kind]), first.title),
        tag(
            "ul",
            (tag("li", text) for text in where),
            tag("li", tag("code", first.id)),
            class_="where",
        ),
        tag(
            "dl",
            tag("div", tag("dt", "Seen"), tag("dd", first.said)),
            tag("div", tag("dt", first.todo), tag("dd", first.action), class_="todo"),
            (tag("div", tag("dt", "Note"), tag("dd", note)) for note in first.notes),
            class_="answers",
        ),
        tag("details", tag("summary", "Why this is asked"), tag("p", why), class_="why")
        if why
        else None,
        id=anchor,
        class_=f"card finding {ANCHORS[first.kind]}",
    )


def _looked_at(report: Report) -> ET.Element:
    rows = (tag("div", tag("dt", name), tag("dd", value)) for name, value in numbers(report))
    card = tag("div", tag("dl", rows, class_="numbers"), class_="card")
    if report.scope:
        card.append(tag("p", "Not looked at:"))
        card.append(tag("ul", (tag("li", quotable(text)) for text in report.scope), class_="blind"))
    return section("looked-at", "What was looked at", "", card)


def _folded(kind: Kind, found: tuple[Finding, ...]) -> ET.Element:
    cards = []
    for place, group in groupby(found, key=lambda finding: finding.place):
        same = tuple(group)
        summary = tag("summary", place, " ", tag("span", f"{len(same):,}", class_="number"))
        # Open, since not every browser shows anything of a closed one on paper.
        made = tag("details", summary, tag("ul", map(_line, same), class_="rows"), open="")
        made.set("class", "card")
        cards.append(made)
    return section(ANCHORS[kind], kind.value.capitalize(), f"{len(found):,}", *cards)


def _line(finding: Finding) -> ET.Element:
    return tag(
        "li",
        tag("span", mark(MARKS[finding.kind]), finding.title, class_="title"),
        tag("span", finding.said, class_="said"),
        (tag("span", f"Note: {note}", class_="note") for note in finding.notes),
        class_=ANCHORS[finding.kind],
    )


def render(report: Report, out: IO[str]) -> None:
    """Write the page."""
    out.write(document(page(report)))
