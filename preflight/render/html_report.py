"""The report as one page of HTML that needs nothing else: no font, no other file, nothing loaded.

What is to be repaired comes first. Every text from outside goes in as text of a tree, and the page
forbids itself to load anything, and to run anything but the script that sorts its tables.
"""

from collections.abc import Iterable
from importlib.metadata import version
from typing import IO
from xml.etree import ElementTree as ET

from preflight.render.elements import document, tag
from preflight.render.findings import (
    MARKS,
    Finding,
    Kind,
    counts,
    findings,
    numbers,
    of_kind,
    places,
    quotable,
    sentence,
)
from preflight.render.html_findings import ANCHORS, LISTED, MOST_PLACES, Cards, cards, listed, lists
from preflight.render.html_frame import BASE, CHARTS, SORTING, TRUST, contents, frame, mark, section
from preflight.render.html_input import numbers as charts
from preflight.render.html_plan import plans
from preflight.render.html_trust import Anchors, pictures
from preflight.report import Report, Verdict

LOOKS = {
    Verdict.READY: Kind.PASSED,
    Verdict.NOT_READY: Kind.FAILED,
    Verdict.CANNOT_TELL: Kind.UNKNOWN,
}


def page(report: Report) -> ET.Element:
    """The document's root."""
    found = findings(report)
    there = {kind: same for kind in Kind if (same := of_kind(found, kind))}
    urgent = cards(there)
    drawn = [
        pictures(report, found, _anchors(urgent.values())),
        charts(report),
        plans(report),
        _looked_at(report),
    ]
    parts = [
        _places(report),
        *(listed(kind, several) for kind, several in urgent.items()),
        *drawn,
        *(lists(kind, same) for kind, same in there.items() if kind not in LISTED),
    ]
    product = f"batch-preflight {version('batch-preflight')}"
    return frame(
        f"{report.verdict}: preflight check",
        tag("a", "Skip to the findings", href="#main", class_="skip"),
        _header(report, found, contents(drawn)),
        tag("main", parts, id="main", tabindex="-1"),
        tag("footer", tag("p", f"{product}, exit code {report.exit_code}")),
        styles=(BASE, CHARTS, TRUST),
        scripts=(SORTING,),
    )


def _anchors(urgent: Iterable[Cards]) -> Anchors:
    return {
        (one.id, one.place): anchor
        for several in urgent
        for anchor, same in several
        for one in same
    }


def _header(report: Report, found: tuple[Finding, ...], links_down: ET.Element) -> ET.Element:
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
        links_down,
    )


def _places(report: Report) -> ET.Element | None:
    several = places(report)
    if not several:
        return None
    left_out = len(several) - MOST_PLACES
    if left_out > 0:  # the urgent ones first, where not all are shown
        several = tuple(sorted(several, key=lambda one: one[1] is Verdict.READY))[:MOST_PLACES]
    shown = [
        tag(
            "li",
            tag("p", place, class_="name"),
            tag("p", mark(MARKS[LOOKS[word]]), word.value, class_="word"),
            tag("p", counted, class_="counted"),
            class_=f"card {ANCHORS[LOOKS[word]]}",
        )
        for place, word, counted in several
    ]
    more = (
        tag("p", f"{left_out:,} more are not shown here.", class_="more") if left_out > 0 else None
    )
    title = "Request files" if len(report.files) > 1 else "Targets"
    number = f"{len(shown) + max(0, left_out):,}"
    return section("targets", title, number, tag("ul", shown, class_="places"), more)


def _looked_at(report: Report) -> ET.Element:
    rows = (tag("div", tag("dt", name), tag("dd", value)) for name, value in numbers(report))
    card = tag("div", tag("dl", rows, class_="numbers"), class_="card")
    if report.scope:
        card.append(tag("p", "Not looked at:"))
        card.append(tag("ul", (tag("li", quotable(text)) for text in report.scope), class_="blind"))
    return section("looked-at", "What was looked at", "", card)


def render(report: Report, out: IO[str]) -> None:
    """Write the page."""
    out.write(document(page(report)))
