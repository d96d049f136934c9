"""What every page of HTML has in common: it needs nothing else, and forbids itself all the rest.

Its one style and its one script are part of it and named by their digests: whatever a text from
outside may be taken for, no browser loads it and none runs it.
"""

import base64
import hashlib
from collections.abc import Iterable
from importlib.resources import files
from xml.etree import ElementTree as ET

from preflight.render.elements import Child, tag

BASE = "html_report.css"
CHARTS = "html_charts.css"
TRUST = "html_trust.css"
SORTING = "html_sorting.js"


def frame(
    title: str, *body: Child | Iterable[Child], styles: tuple[str, ...], scripts: tuple[str, ...]
) -> ET.Element:
    """The document's root.

    Args:
        title: of the window.
        body: the page.
        styles: files beside this one, in order.
        scripts: likewise; the page must say all without them.
    """
    style, script = _joined(styles), _joined(scripts)
    allowed = [f"style-src {_digest(style)}", f"script-src {_digest(script)}" if script else ""]
    policy = ["default-src 'none'", *filter(None, allowed), "base-uri 'none'", "form-action 'none'"]
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content="; ".join(policy)),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="color-scheme", content="light dark"),
        tag("title", title),
        tag("style", style),
    )
    ends = tag("script", script) if script else None
    return tag("html", head, tag("body", *body, ends), lang="en")


def _joined(names: tuple[str, ...]) -> str:
    folder = files("preflight.render")
    return "".join(folder.joinpath(name).read_text(encoding="utf-8") for name in names)


def _digest(text: str) -> str:
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return f"'sha256-{digest}'"


def section(anchor: str, title: str, number: str, *children: Child) -> ET.Element:
    """A part of the page under a heading; `number` stands beside it, "" for none."""
    counted = tag("span", number, class_="number") if number else None
    heading = tag("h2", title, " " if number else None, counted, id=f"{anchor}-heading")
    return tag("section", heading, children, id=anchor, aria_labelledby=f"{anchor}-heading")


def contents(sections: Iterable[ET.Element | None]) -> ET.Element:
    """Links to sections of the page; those that are None are not there."""
    links = (
        tag("li", tag("a", each.findtext("h2", "").strip(), href=f"#{each.get('id')}"))
        for each in sections
        if each is not None
    )
    return tag("nav", tag("ul", links), aria_label="On this page", class_="contents")


def mark(sign: str) -> ET.Element:
    """A sign that stands beside its word, and is not read out."""
    return tag("span", f"{sign} ", class_="mark", aria_hidden="true")


def hidden(words: str) -> ET.Element:
    """What is read out and not shown."""
    return tag("span", words, class_="hidden")
