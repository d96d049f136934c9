"""Who trusts whom: for each account a picture, and beside it the same in words, which have all."""

from collections.abc import Mapping
from xml.etree import ElementTree as ET

from preflight.render.elements import Child, tag
from preflight.render.findings import MARKS, Finding, Kind
from preflight.render.html_frame import hidden, mark, section
from preflight.render.html_trust_picture import STANDS, look_of, picture, sign_of
from preflight.render.trust import Party, Trust, asked, trusts
from preflight.render.trust_steps import Step
from preflight.report import Report

MOST_OPEN = 2
"""Where there are more accounts than so many, those in order are folded away."""

Anchors = Mapping[tuple[str, str], str]
"""Check and place -> the id of what is said about it on the page."""


def pictures(report: Report, found: tuple[Finding, ...], anchors: Anchors) -> ET.Element | None:
    """The section; None where nothing of it was asked."""
    several = trusts(report)
    if not several:
        return None
    drawn = [_card(one, found, anchors, folds=len(several) > MOST_OPEN) for one in several]
    return section("trust", "Who trusts whom", "", *drawn)


def _card(trust: Trust, found: tuple[Finding, ...], anchors: Anchors, *, folds: bool) -> ET.Element:
    of_step = [asked(trust, found, step.checks) for step in trust.steps]
    of_party = {name: asked(trust, found, party.checks) for name, party in trust.parties.items()}
    steps = tag(
        "ol",
        (
            _step(number, trust, step, told, anchors)
            for number, (step, told) in enumerate(zip(trust.steps, of_step, strict=True), 1)
        ),
        class_="steps",
    )
    names = tag(
        "dl",
        (
            _party(party, of_party[name], anchors)
            for name, party in trust.parties.items()
            if name != "you"
        ),
        class_="parties",
    )
    shown = picture(
        trust,
        [_kind(told) for told in of_step],
        {name: _kind(told) for name, told in of_party.items()},
    )
    drawn = tag("div", shown, steps, names, class_="trusting")
    kinds = {*map(_kind, of_step), *map(_kind, of_party.values())} - {None}
    if folds and kinds == {Kind.PASSED}:
        state = tag("span", f"{MARKS[Kind.PASSED]} every step holds", class_="passed state")
        return tag("details", tag("summary", f"{trust.title} ", state), drawn, class_="card")
    return tag("article", tag("h3", trust.title), drawn, class_="card")


def _kind(told: tuple[Finding, ...]) -> Kind | None:
    return told[0].kind if told else None


def _step(
    number: int, trust: Trust, step: Step, told: tuple[Finding, ...], anchors: Anchors
) -> ET.Element:
    kind = _kind(told)
    source, target = trust.parties[step.source], trust.parties[step.target]
    return tag(
        "li",
        tag("span", f"{number} ", tag("span", sign_of(kind), aria_hidden="true"), class_="pill"),
        tag(
            "div",
            tag(
                "p",
                tag("strong", source.kind),
                tag("span", " \u2192 ", aria_hidden="true"),
                hidden(" to "),
                tag("strong", target.kind),
                hidden(f": {STANDS[kind]}"),
            ),
            tag("p", f"{source.kind} {step.verb}. Rests on: {step.leave}.", class_="leave"),
            _said(told, anchors),
        ),
        class_=look_of(kind),
    )


def _said(told: tuple[Finding, ...], anchors: Anchors) -> ET.Element | None:
    """What is to be known of the checks that did not pass, and how many did."""
    lines: list[Child] = []
    for one in told:
        if one.kind is not Kind.PASSED:
            anchor = anchors.get((one.id, one.place))
            title = tag("a", one.title, href=f"#{anchor}") if anchor else one.title
            lines.append(tag("li", mark(MARKS[one.kind]), title, class_=look_of(one.kind)))
    passed = sum(one.kind is Kind.PASSED for one in told)
    if passed:
        counted = f"{passed:,} check{'s' * (passed != 1)} passed"
        lines.append(tag("li", mark(MARKS[Kind.PASSED]), counted, class_="passed"))
    return tag("ul", lines, class_="asked") if lines else None


def _party(party: Party, told: tuple[Finding, ...], anchors: Anchors) -> ET.Element:
    wrong = tuple(one for one in told if one.kind is not Kind.PASSED)
    return tag(
        "div",
        tag("dt", party.kind),
        tag("dd", tag("code", party.name), _said(wrong, anchors)),
    )
