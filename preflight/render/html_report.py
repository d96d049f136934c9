"""The report as one page of HTML that needs nothing else: no script, no font, no other file.

What is to be repaired comes first. Every text from outside goes in as text of a tree, and the page
forbids itself to load or to run anything.
"""

import base64
import hashlib
from importlib.metadata import version
from importlib.resources import files
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
from preflight.report import Report, Verdict

LOOKS = {
    Verdict.READY: Kind.PASSED,
    Verdict.NOT_READY: Kind.FAILED,
    Verdict.CANNOT_TELL: Kind.UNKNOWN,
}
ANCHORS = {kind: "skipped" if kind is Kind.SKIPPED else kind.value for kind in Kind}
"""Of a kind's section, and the class of all that has its colour."""

_LISTED = {Kind.FAILED: "To be repaired", Kind.UNKNOWN: "Not known", Kind.WAIVED: "Waived"}


def page(report: Report) -> ET.Element:
    """The document's root."""
    style = files("preflight.render").joinpath("html_report.css").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    found = findings(report)
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=policy),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="color-scheme", content="light dark"),
        tag("title", f"{report.verdict}: preflight check"),
        tag("style", style),
    )
    main = tag("main", _places(report), id="main")
    there = {kind: same for kind in Kind if (same := of_kind(found, kind))}
    main.extend(_section(kind, same) for kind, same in there.items() if kind in _LISTED)
    main.append(_looked_at(report))
    main.extend(_folded(kind, same) for kind, same in there.items() if kind not in _LISTED)
    body = tag(
        "body",
        tag("a", "Skip to the findings", href="#main", class_="skip"),
        _header(report, found),
        main,
        tag(
            "footer",
            tag("p", f"batch-preflight {version('batch-preflight')}, exit code {report.exit_code}"),
        ),
    )
    return tag("html", head, body, lang="en")


def _mark(kind: Kind) -> ET.Element:
    return tag("span", f"{MARKS[kind]} ", class_="mark", aria_hidden="true")


def _header(report: Report, found: tuple[Finding, ...]) -> ET.Element:
    look = LOOKS[report.verdict]
    kinds = [kind for kind in Kind if of_kind(found, kind)]
    links = (
        tag(
            "li",
            tag("a", _mark(kind), counts(of_kind(found, kind)), href=f"#{ANCHORS[kind]}"),
            class_=ANCHORS[kind],
        )
        for kind in kinds
    )
    return tag(
        "header",
        tag(
            "div",
            tag("p", "preflight check", class_="product"),
            tag("h1", _mark(look), report.verdict.value),
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
            tag("p", _mark(LOOKS[word]), word.value, class_="word"),
            tag("p", counted, class_="counted"),
            class_=f"card {ANCHORS[LOOKS[word]]}",
        )
        for place, word, counted in places(report)
    ]
    if not cards:
        return None
    return _titled("targets", "Targets", f"{len(cards):,}", tag("ul", cards, class_="places"))


def _titled(anchor: str, title: str, number: str, *children: ET.Element) -> ET.Element:
    counted = tag("span", number, class_="number") if number else None
    heading = tag("h2", title, " ", counted, id=f"{anchor}-heading")
    return tag("section", heading, children, id=anchor, aria_labelledby=f"{anchor}-heading")


def _section(kind: Kind, found: tuple[Finding, ...]) -> ET.Element:
    why = explanations()
    cards = [_card(same, why.get(same[0].id, "")) for same in alike(found)]
    several = f" ({len(found):,} checks)" if len(found) > len(cards) else ""
    return _titled(ANCHORS[kind], _LISTED[kind], f"{len(cards):,}{several}", *cards)


def _card(same: tuple[Finding, ...], why: str) -> ET.Element:
    first = same[0]
    where = [*dict.fromkeys(finding.place for finding in same), first.suite]
    if first.lines:
        where.append(f"{quotable(first.file)}, line {first.lines[0]:,}")
    return tag(
        "article",
        tag("h3", _mark(first.kind), first.title),
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
        class_=f"card finding {ANCHORS[first.kind]}",
    )


def _looked_at(report: Report) -> ET.Element:
    rows = (tag("div", tag("dt", name), tag("dd", value)) for name, value in numbers(report))
    card = tag("div", tag("dl", rows, class_="numbers"), class_="card")
    if report.scope:
        card.append(tag("p", "Not looked at:"))
        card.append(tag("ul", (tag("li", quotable(text)) for text in report.scope), class_="blind"))
    return _titled("looked-at", "What was looked at", "", card)


def _folded(kind: Kind, found: tuple[Finding, ...]) -> ET.Element:
    cards = []
    for place, group in groupby(found, key=lambda finding: finding.place):
        same = tuple(group)
        summary = tag("summary", place, " ", tag("span", f"{len(same):,}", class_="number"))
        # Open, since paper shows nothing of a closed one.
        made = tag("details", summary, tag("ul", map(_line, same), class_="rows"), open="")
        made.set("class", "card")
        cards.append(made)
    return _titled(ANCHORS[kind], kind.value.capitalize(), f"{len(found):,}", *cards)


def _line(finding: Finding) -> ET.Element:
    return tag(
        "li",
        tag("span", _mark(finding.kind), finding.title, class_="title"),
        tag("span", finding.said, class_="said"),
        (tag("span", f"Note: {note}", class_="note") for note in finding.notes),
        class_=ANCHORS[finding.kind],
    )


def render(report: Report, out: IO[str]) -> None:
    """Write the page."""
    out.write(document(page(report)))
