"""The page in HTML, and Markdown for a comment."""

import base64
import hashlib
import re
from html.parser import HTMLParser

import pytest
from format_shapes import WAIVED, rendered

from preflight.outcomes import Failed
from preflight.render import (
    html_report,
    markdown,
)
from preflight.report import Report, Result


def test_markdown_begins_with_its_mark_and_the_verdict_and_folds_what_passed():
    mark, heading, *_ = rendered(markdown).splitlines()
    assert mark == markdown.MARK
    assert heading == "## ✗ NOT READY: the job would be refused or lost; repair what failed"
    page = rendered(markdown)
    assert page.index("### Failed\n") < page.index("### Not known") < page.index("### Waived")
    assert page.index("</summary>") > page.index("Seen: refused")
    assert WAIVED.replace("  ", " ") in " ".join(page.split())


def test_markdown_fits_into_a_comment_whatever_there_is():
    many = tuple(
        Result("bedrock", "aws", f"bedrock-{n}", "A title", Failed("x" * 5_000, "y" * 500))
        for n in range(100)
    )
    page = rendered(markdown, Report(many))
    assert len(page) < 65_536
    assert "There is no room here for" in page


LOADING = {"link", "img", "iframe", "object", "embed", "base", "form", "video", "use", "image"}


class Elements(HTMLParser):
    def __init__(self, source):
        super().__init__()
        self.found, self.text = [], ""
        self.feed(source)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.text += data

    def named(self, tag):
        return [attributes for name, attributes in self.found if name == tag]


def test_the_page_needs_nothing_else_and_forbids_it():
    source = rendered(html_report)
    page = Elements(source)
    assert {tag for tag, _ in page.found} & LOADING == set()
    [policy] = [meta["content"] for meta in page.named("meta") if "http-equiv" in meta]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy
    assert page.named("script") == [{}], "one, and it is in the page"
    assert not [attrs for _, attrs in page.found if "style" in attrs]
    assert not [name for _, attrs in page.found for name in attrs if name.startswith("on")]
    assert not re.search(r"url\(|@import|https?://", source[: source.index("</style>")])
    assert source.isascii(), "a stylesheet with other characters would not match its digest"


@pytest.mark.parametrize("kind", ["style", "script"])
def test_the_page_allows_its_own_style_and_script(kind):
    source = rendered(html_report)
    own = source[source.index(f"<{kind}>") + len(kind) + 2 : source.index(f"</{kind}>")]
    digest = base64.b64encode(hashlib.sha256(own.encode()).digest()).decode()
    assert f"{kind}-src 'sha256-{digest}'" in source


def test_the_page_is_made_of_sections_with_headings_and_ids_of_their_own():
    page = Elements(rendered(html_report))
    ids = [attributes["id"] for _, attributes in page.found if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert {"failed", "unknown", "waived", "skipped", "passed", "main"} <= set(ids)
    assert {section["aria-labelledby"] for section in page.named("section")} <= set(ids)
    assert {link["href"].removeprefix("#") for link in page.named("a")} <= set(ids)
    assert page.named("html") == [{"lang": "en"}]
    assert len(page.named("h1")) == len(page.named("title")) == len(page.named("main")) == 1


def test_the_page_says_everything_in_order_of_urgency():
    whole = Elements(rendered(html_report)).text
    text = "NOT READY" + whole[whole.index("Targets") :]  # behind the links to what follows
    order = ["NOT READY", "To be repaired", "rewrite", "Not known", "iam:GetRole", "Waived"]
    order += [WAIVED, "What was looked at", "1,234 bytes", "Not asked", "Passed"]
    places = [text.index(words) for words in order]
    assert places == sorted(places)
    assert "SHA-256" in text
