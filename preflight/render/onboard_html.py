"""The onboarding page as one file of HTML that needs nothing else, for a mail or an intranet.

Every text goes in as text of a tree, and the page forbids itself to load or to run anything.
"""

from collections.abc import Iterable
from importlib.metadata import version
from xml.etree import ElementTree as ET

from preflight.render.elements import document, tag
from preflight.render.findings import quotable
from preflight.render.html_frame import frame
from preflight.render.onboard_parts import (
    Block,
    Code,
    Listing,
    Page,
    Paragraph,
    Section,
    Source,
    Table,
    Words,
)

TOP = 2
"""The level of the headings just below the page's own."""


def render(page: Page) -> str:
    """The document."""
    numbered = list(enumerate(page.sections))
    links = (
        tag("li", tag("a", _words(section.title), href=f"#part-{number}"))
        for number, section in numbered
        if section.level == TOP
    )
    whole = frame(
        page.title,
        tag("header", tag("h1", page.title), tag("nav", tag("ul", links), aria_label="Contents")),
        tag("main", _cards(numbered)),
        tag("footer", tag("p", f"Written by batch-preflight {version('batch-preflight')}")),
        styles=("onboard.css",),
        scripts=(),
    )
    return document(whole)


def _cards(numbered: Iterable[tuple[int, Section]]) -> list[ET.Element]:
    """A card for each heading just below the page's own, with all that is under it."""
    made: list[ET.Element] = []
    for number, section in numbered:
        if section.level == TOP or not made:
            made.append(tag("section", class_="card", aria_labelledby=f"part-{number}"))
        made[-1].extend(_section(number, section))
    return made


def _section(number: int, section: Section) -> list[ET.Element]:
    heading = tag(f"h{section.level}", _words(section.title), id=f"part-{number}")
    return [heading, *map(_block, section.blocks)]


def _block(block: Block) -> ET.Element:
    match block:
        case Paragraph():
            return tag("p", _words(block.words))
        case Listing():
            return tag("ul", (tag("li", _words(point)) for point in block.points))
        case Table():
            return _table(block)
        case Source():
            # Reached by the keyboard too: it scrolls sideways where a line is long.
            return tag("pre", tag("code", block.text.rstrip()), tabindex="0", class_=block.kind)


def _table(block: Table) -> ET.Element:
    heads = tag("tr", (tag("th", head, scope="col") for head in block.heads))
    rows = (tag("tr", (tag("td", _words(cell)) for cell in row)) for row in block.rows)
    made = tag("table", tag("thead", heads), tag("tbody", rows))
    named = ", ".join(block.heads)
    # Reached by the keyboard too, as a long line of code is.
    return tag("div", made, class_="wide", tabindex="0", role="group", aria_label=named)


def _words(words: Words) -> list[ET.Element | str | None]:
    return [tag("code", quotable(one.text)) if isinstance(one, Code) else one for one in words]
