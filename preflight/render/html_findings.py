"""What came of the checks: cards for what is to be done, lists of what was fine."""

from collections.abc import Mapping
from itertools import groupby
from xml.etree import ElementTree as ET

from preflight.render.elements import tag
from preflight.render.findings import MARKS, Finding, Kind, alike, explanations, quotable
from preflight.render.html_frame import mark, section
from preflight.render.html_tables import folded

ANCHORS = {kind: "skipped" if kind is Kind.SKIPPED else kind.value for kind in Kind}
"""Of a kind's section, and the class of all that has its colour."""

LISTED = {Kind.FAILED: "To be repaired", Kind.UNKNOWN: "Not known", Kind.WAIVED: "Waived"}
"""The kinds whose findings are cards, and the titles of their sections."""

MOST_PLACES = 60
"""Targets, or files, whose lists are shown; the others are counted, and JSON has all."""

Cards = tuple[tuple[str, tuple[Finding, ...]], ...]
"""Each card's id on the page, and the findings that share it."""


def cards(found: Mapping[Kind, tuple[Finding, ...]]) -> dict[Kind, Cards]:
    """Of each urgent kind."""
    return {
        kind: tuple((f"{ANCHORS[kind]}-{n}", one) for n, one in enumerate(alike(same), 1))
        for kind, same in found.items()
        if kind in LISTED
    }


def listed(kind: Kind, several: Cards) -> ET.Element:
    """The section of what is to be done."""
    why = explanations()
    checks = sum(len(same) for _, same in several)
    more = f" ({checks:,} checks)" if checks > len(several) else ""
    shown = [_card(anchor, same, why.get(same[0].id, "")) for anchor, same in several]
    return section(ANCHORS[kind], LISTED[kind], f"{len(several):,}{more}", *shown)


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
        folded(f"{len(first.further):,} places", tag("ul", map(_place, first.further)))
        if len(first.further) > 1
        else None,
        tag("details", tag("summary", "Why this is asked"), tag("p", why), class_="why")
        if why
        else None,
        id=anchor,
        class_=f"card finding {ANCHORS[first.kind]}",
    )


def _place(sentence: str) -> ET.Element:
    return tag("li", sentence)


def lists(kind: Kind, found: tuple[Finding, ...]) -> ET.Element:
    """The section of what nobody has to do anything about, by place."""
    made = []
    groups = [(place, tuple(same)) for place, same in groupby(found, key=lambda one: one.place)]
    for place, same in groups[:MOST_PLACES]:
        summary = tag("summary", place, " ", tag("span", f"{len(same):,}", class_="number"))
        # Open, since not every browser shows anything of a closed one on paper.
        made.append(tag("details", summary, tag("ul", map(_line, same), class_="rows"), open=""))
        made[-1].set("class", "card")
    left_out = len(groups) - MOST_PLACES
    if left_out > 0:
        made.append(tag("p", f"Likewise for {left_out:,} more: --format json has all."))
    return section(ANCHORS[kind], kind.value.capitalize(), f"{len(found):,}", *made)


def _line(finding: Finding) -> ET.Element:
    return tag(
        "li",
        tag("span", mark(MARKS[finding.kind]), finding.title, class_="title"),
        tag("span", finding.said, class_="said"),
        (tag("span", f"Note: {note}", class_="note") for note in finding.notes),
        class_=ANCHORS[finding.kind],
    )
