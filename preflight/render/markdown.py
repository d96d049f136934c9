"""The report as Markdown for a comment on a pull request or a job summary.

What failed comes first, what passed is folded away. It stays within what GitHub takes for one
comment, and begins with a mark by which a later run finds the comment to replace.
"""

import re
from collections.abc import Iterator
from typing import IO

from preflight.render.findings import (
    MARKS,
    Finding,
    Kind,
    alike,
    findings,
    numbers,
    of_kind,
    places,
    quotable,
    sentence,
)
from preflight.report import Report, Verdict

MARK = "<!-- batch-preflight -->"
LONGEST = 60_000
"""Characters: GitHub takes 65,536 for a comment."""

VERDICT_MARKS = {
    Verdict.READY: MARKS[Kind.PASSED],
    Verdict.NOT_READY: MARKS[Kind.FAILED],
    Verdict.CANNOT_TELL: MARKS[Kind.UNKNOWN],
}
_LISTED = {Kind.FAILED: "Failed", Kind.UNKNOWN: "Not known", Kind.WAIVED: "Waived"}
_ACTIVE = re.compile(r"([\\`*_\[\]<>|~&$!^])")
_LINKED = re.compile(r"@|://|^www\.|#|:\S*:|^GH-\d|[0-9a-f]{7}")
"""What GitHub makes a mention, a link, a reference or an emoji of, unless it is code."""


def prose(text: str) -> str:
    """Quotable text as Markdown that shows just that text."""
    return " ".join(map(_word, text.split(" ")))


def _word(word: str) -> str:
    if not _LINKED.search(word):
        return _plain(word)
    body = word.rstrip(",;.") or word
    return code(body) + _plain(word[len(body) :])


def _plain(text: str) -> str:
    return _ACTIVE.sub(r"\\\1", text)


def code(text: str) -> str:
    """Quotable text as code that shows just that text."""
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * (longest + 1)
    pad = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{pad}{text}{pad}{fence}"


def _cell(text: str) -> str:
    """Quotable text for a table, in which a bar ends the cell even inside of code."""
    return " ".join(
        word if word == _plain(one) else word.replace("|", "\\|")
        for one in text.split(" ")
        for word in [_word(one)]
    )


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |\n"


def blocks(report: Report) -> Iterator[str]:
    """The parts of the page, the most urgent first."""
    found = findings(report)
    yield f"{MARK}\n## {VERDICT_MARKS[report.verdict]} {report.verdict}: {sentence(report)}\n"
    rows = (_row(_cell(place), word.value, counted) for place, word, counted in places(report))
    yield f"\n{_row('Target', 'Verdict', 'Checks')}{_row('---', '---', '---')}{''.join(rows)}"
    for kind, heading in _LISTED.items():
        for number, same in enumerate(alike(of_kind(found, kind)), start=1):
            yield ("" if number > 1 else f"\n### {heading}\n") + _listed(number, same)
    for text in report.scope:
        yield f"\nNot looked at: {prose(quotable(text))}\n"
    for kind, heading in ((Kind.SKIPPED, "not asked"), (Kind.PASSED, "passed")):
        if several := of_kind(found, kind):
            yield from _folded(f"{len(several):,} {heading}", several)
    rows = (_row(name, _cell(value)) for name, value in numbers(report))
    head = f"{_row('What', 'Value')}{_row('---', '---')}"
    yield _details("What was looked at", f"{head}{''.join(rows)}")


def _listed(number: int, same: tuple[Finding, ...]) -> str:
    first = same[0]
    where = "; ".join(dict.fromkeys(prose(finding.place) for finding in same))
    title = f"{MARKS[first.kind]} **{prose(first.title)}** ({where}, {code(first.id)})"
    if first.file:
        place = f"{first.file}:{first.lines[0]}" if first.lines else first.file
        title += f" at {code(quotable(place))}"
    notes = [f"Note: {prose(note)}" for note in first.notes]
    lines = [
        title,
        f"Seen: {prose(first.said)}",
        f"**{first.todo}:** {prose(first.action)}",
        *notes,
    ]
    begin = f"{number}. "
    # Two blanks at its end break a line without ending the paragraph.
    return "\n" + begin + ("  \n" + " " * len(begin)).join(lines) + "\n"


def _folded(summary: str, several: tuple[Finding, ...]) -> Iterator[str]:
    head = f"{_row('Check', 'Target', 'Seen')}{_row('---', '---', '---')}"
    rows = (
        _row(*map(_cell, (finding.title, finding.place, "; ".join((finding.said, *finding.notes)))))
        for finding in several
    )
    yield _details(summary, f"{head}{''.join(rows)}")


def _details(summary: str, body: str) -> str:
    return f"\n<details>\n<summary>{summary}</summary>\n\n{body}\n</details>\n"


def page(report: Report) -> str:
    """The page, without the parts that one comment has no room for."""
    made, left_out = "", 0
    for block in blocks(report):
        if len(made) + len(block) > LONGEST:
            left_out += 1
        else:
            made += block
    if left_out:
        made += f"\nThere is no room here for {left_out:,} more parts; `--format json` has all.\n"
    return made


def render(report: Report, out: IO[str]) -> None:
    """Write the page."""
    out.write(page(report))
