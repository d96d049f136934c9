"""The onboarding page as one file of HTML that needs nothing else, for a mail or an intranet.

Every text goes in as text of a tree, and the page forbids itself to load or to run anything.
"""

import base64
import hashlib
from importlib.metadata import version
from importlib.resources import files
from xml.etree import ElementTree as ET

from preflight.render.elements import document, tag
from preflight.render.findings import quotable
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


def render(page: Page) -> str:
    """The document."""
    style = files("preflight.render").joinpath("onboard.css").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=policy),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="color-scheme", content="light dark"),
        tag("title", page.title),
        tag("style", style),
    )
    numbered = list(enumerate(page.sections))
    links = (
        tag("li", tag("a", _words(section.title), href=f"#part-{number}"))
        for number, section in numbered
        if section.level == 2  # noqa: PLR2004 - the headings just below the page's own
    )
    body = tag(
        "body",
        tag("header", tag("h1", page.title), tag("nav", tag("ul", links), aria_label="Contents")),
        tag("main", (element for number, one in numbered for element in _section(number, one))),
        tag("footer", tag("p", f"Written by batch-preflight {version('batch-preflight')}")),
    )
    return document(tag("html", head, body, lang="en"))


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
    return tag("div", made, class_="wide", tabindex="0")


def _words(words: Words) -> list[ET.Element | str | None]:
    return [tag("code", quotable(one.text)) if isinstance(one, Code) else one for one in words]
