"""Whatever a text from outside holds, in every format it stays a text.

Each output is read with a parser of its format; then the text must be there, shown as what it is,
and nothing but it may have come of it.
"""

import io
import json
import re
from html.parser import HTMLParser
from xml.etree import ElementTree as ET

import msgspec
import pytest
from markdown_it import MarkdownIt
from report_world import filled

from preflight.render import (
    github,
    html_report,
    json_report,
    json_shape,
    junit,
    markdown,
    sarif,
    text,
)
from preflight.render.findings import LONGEST, quotable

HOSTILE = {
    "colours": "\x1b[31mred\x1b[0m \x9b2J",
    "a title of the terminal": "\x1b]0;owned\x07",
    "a hyperlink of the terminal": "\x1b]8;;https://evil.example\x1b\\here\x1b]8;;\x1b\\",
    "backspaces": "no\x08\x08yes",
    "lines": "one\r\ntwo\nthree\rfour\u2028five\u2029six\x85seven\x0beight\x0cnine",
    "a workflow command": "::error file=a::owned",
    "a workflow command on a line of its own": "\n::set-output name=a::b\n",
    "a command that adds a mask": "x\n::add-mask::e\n::stop-commands::t",
    "a command of an older runner": "##[error]owned",
    "a command of another CI": "##vso[task.setvariable variable=a]b",
    "percent signs": "100%0A::error::owned %25 %",
    "properties": "a,line=1,title=x::y",
    "markup": "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "an end of everything": "</style></title></textarea></details></code></table>--><!--",
    "quotes": '"\' onmouseover=alert(1) x="',
    "entities": "&lt;b&gt; &amp; &#x3c; &nbsp;",
    "an end of a section": "]]> <![CDATA[x]]> <?xml version='1.0'?> <!DOCTYPE x [<!ENTITY y 'z'>]>",
    "links": "[here](https://evil.example) ![i](https://evil.example/i.png) <https://evil.example>",
    "an address": "https://evil.example/a?b=c&d=e www.evil.example evil@example.com",
    "a mention": "@everyone, org/repo#1, #1, GH-1, " + "0123456789abcdef" * 3,
    "backticks": "` `` ``` `a` ```b``` `",
    "backticks beside a mention": "`@a` ``@b `c://d`` @`",
    "bars": "a | b || c \\| d `|` e@f|g",
    "emphasis": "*a* **b** _c_ __d__ ~~e~~ $f$ \\* \\",
    "a heading": "# a\n## b\n- c\n1. d\n> e\n---\n===\n    f",
    "an emoji": ":rocket: :+1:",
    "nothing and half a pair": "a\x00b\ud800c\udfffd\udcff",
    "what XML has no word for": "\x01\x02\x1f\x7f\ufffe\uffff",
    "directions": "\u202egnp.exe\u202c \u2066a\u2069 \u200b\u200f\ufeff",
    "braces": "{0} {{1}} ${x} {% raw %} {{ 7*7 }}",
    "markup of the terminal": "[bold red]x[/bold red] [link=https://evil.example]y[/link]",
    "beyond the first plane": "\U0001f600 \U000e0041 \U0010ffff",
    "a long text": "x" * (3 * LONGEST),
    "a long text of one mark": "`" * LONGEST,
    "blanks": "a  b   c\td\u00a0e",
}

every_text = pytest.mark.parametrize("hostile", HOSTILE.values(), ids=HOSTILE)


def written(module, hostile):
    out = io.StringIO()
    module.render(filled(hostile), out)
    return out.getvalue()


def shown(hostile):
    """What a reader is to see of a text that ends in it."""
    return " ".join(quotable(f"refused {hostile} end").split())


def visible(found):
    """Runs of blanks are one to a reader."""
    return " ".join(found.split())


@every_text
@pytest.mark.parametrize(
    "module",
    [text, json_report, sarif, junit, github, markdown, html_report],
    ids=lambda module: module.__name__,
)
def test_nothing_unprintable_and_no_command_is_written(module, hostile):
    written_text = written(module, hostile)
    assert written_text.replace("\n", "").isprintable()
    assert "##vso[" not in written_text
    assert "##[" not in written_text
    for line in written_text.splitlines():
        order = re.match(r"\s*::([\w-]+)[^:]*::", line)
        assert order is None or (module is github and order[1] in {"error", "warning", "notice"})


@every_text
def test_json_keeps_the_text_as_it_is(hostile):
    document = msgspec.json.decode(written(json_report, hostile), type=json_shape.Document)
    [unknown] = [one for one in document.checks if isinstance(one, json_shape.Unknown)]
    valid = f"refused {hostile} end".encode("utf-8", "backslashreplace").decode()
    assert unknown.reason == valid
    assert len(document.checks) == 8


def unlinked(message):
    """What a viewer shows of a SARIF message string without arguments."""
    if "\\[" in message:
        assert re.search(r"(?<!\\)(?:\\\\)*[\[\]]", message) is None
        message = re.sub(r"\\([\\\[\]])", r"\1", message)
    assert re.search(r"\{", message.replace("{{", "")) is None
    return message.replace("{{", "{").replace("}}", "}")


@every_text
def test_sarif_shows_the_text(hostile):
    log = json.loads(written(sarif, hostile))
    messages = [result["message"]["text"] for result in log["runs"][0]["results"]]
    assert len(messages) == 4
    assert any(shown(hostile) in visible(unlinked(message)) for message in messages)


@every_text
def test_junit_shows_the_text(hostile):
    root = ET.fromstring(written(junit, hostile))
    assert {element.tag for element in root.iter()} == {
        *("testsuites", "testsuite", "properties", "property", "testcase"),
        *("failure", "error", "skipped", "system-out"),
    }
    assert shown(hostile) in visible(root.find(".//error").get("message"))
    assert shown(hostile) in visible(root.findtext(".//error"))


def commands(log):
    """The commands of a log as the runner reads them: name, properties, data."""
    for line in log.splitlines():
        if not line.startswith("::"):
            continue
        head, _, data = line[2:].partition("::")
        name, _, listed = head.partition(" ")
        pairs = (pair.split("=", 1) for pair in listed.split(","))
        yield name, {key: plain(value) for key, value in pairs}, plain(data)


def plain(text):
    for escape, char in {"%3A": ":", "%2C": ",", "%0D": "\r", "%0A": "\n", "%25": "%"}.items():
        text = text.replace(escape, char)
    return text


@every_text
def test_an_annotation_shows_the_text(hostile):
    found = list(commands(written(github, hostile)))
    assert [name for name, _, _ in found] == ["error", "error", "warning", "notice"]
    assert all(set(properties) <= {"file", "line", "title"} for _, properties, _ in found)
    _, properties, data = found[2]
    assert properties["title"].endswith("[bedrock-job-role-trust]")
    assert visible(data).startswith(shown(hostile))


ALLOWED = {
    *("heading_open", "heading_close", "paragraph_open", "paragraph_close", "inline"),
    *("ordered_list_open", "ordered_list_close", "list_item_open", "list_item_close"),
    *("table_open", "table_close", "thead_open", "thead_close", "tbody_open", "tbody_close"),
    *("tr_open", "tr_close", "th_open", "th_close", "td_open", "td_close", "html_block"),
    *("text", "code_inline", "strong_open", "strong_close", "softbreak", "hardbreak"),
    "text_special",
}
OWN = re.compile(r"<!-- batch-preflight -->|</?details>|<summary>[\w, ]+</summary>|\s")
LINKED = re.compile(r"@\w|https?://|www\.|\w#\d|(?<!\w)#\d|:\w+:|[0-9a-f]{40}")


@every_text
def test_markdown_shows_the_text(hostile):
    tokens = MarkdownIt("commonmark").enable("table").parse(written(markdown, hostile))
    flat = [child for token in tokens for child in (token.children or [token])]
    assert {token.type for token in tokens} | {token.type for token in flat} <= ALLOWED
    for token in flat:
        if token.type == "html_block":
            assert OWN.sub("", token.content) == ""
    lines = [
        "".join(child.content or " " for child in token.children if child.type not in TAGS)
        for token in tokens
        if token.type == "inline"
    ]
    # A comment has room for no more than so much; then it says so.
    assert any(shown(hostile) in visible(line) or "no room here" in line for line in lines)
    for token in flat:
        if token.type == "text" and (found := LINKED.search(token.content)):
            pytest.fail(f"{found[0]!r} stands outside of code")


TAGS = {"strong_open", "strong_close"}


class Page(HTMLParser):
    """The elements, the attributes and the text of a page."""

    def __init__(self, source):
        super().__init__(convert_charrefs=True)
        self.elements, self.attributes, self.texts = [], set(), [""]
        self.comments = []
        self.feed(source)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.elements.append(tag)
        self.attributes |= {name for name, _ in attrs}
        if tag not in {"span", "code"}:
            self.texts.append("")

    def handle_endtag(self, tag):
        if tag not in {"span", "code"}:
            self.texts.append("")

    def handle_data(self, data):
        self.texts[-1] += data

    def handle_comment(self, data):
        self.comments.append(data)


@every_text
def test_html_shows_the_text(hostile):
    harmless = Page(written(html_report, "harmless"))
    page = Page(written(html_report, hostile))
    assert page.elements == harmless.elements
    assert page.attributes == harmless.attributes
    assert page.comments == []
    assert any(visible(found) == shown(hostile) for found in page.texts)


@every_text
def test_a_terminal_is_shown_the_text(hostile):
    # It is folded at the width of the page, with the indentation of what it belongs to.
    squeezed = "".join(written(text, hostile).split())
    if len(hostile) < LONGEST and "::" not in hostile:
        assert "".join(quotable(f"refused {hostile} end").split()) in squeezed
    else:
        assert "refused" in squeezed
