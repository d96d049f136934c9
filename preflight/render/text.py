"""The report for people: what was asked, what was seen, and the repair beside each problem."""

import os
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import IO

from preflight.outcomes import Answer, Failed, Passed, Skipped, Unknown
from preflight.render.paragraphs import Paragraph
from preflight.render.printable import no_order, printable
from preflight.report import Report, Result, Verdict, verdict

MARKS: dict[type, tuple[str, str]] = {
    Passed: ("✓", "green"),
    Failed: ("✗", "bold red"),
    Unknown: ("?", "bold yellow"),
    Skipped: ("-", "dim"),
}
WAIVED = ("≈", "yellow")
_ASCII = {"✓": "+", "✗": "x", "≈": "~"}
STYLES = {
    Verdict.READY: "bold green",
    Verdict.NOT_READY: "bold red",
    Verdict.CANNOT_TELL: "bold yellow",
}


def render(report: Report, out: IO[str], *, quiet: bool = False) -> None:
    """Write the report; `quiet`: its problems and the verdict alone.

    Of several request files, a file's verdict and its problems are shown.
    """
    utf = (getattr(out, "encoding", None) or "utf-8").lower().startswith("utf")
    page = _page(report, quiet=quiet, utf=utf)
    if _may_colour(out):
        from preflight.render import coloured  # noqa: PLC0415 - it needs rich, which a pipe does not

        lines: Iterable[str] = coloured.lines(page, out)
    else:
        from preflight.render import plain  # noqa: PLC0415 - not for a terminal

        lines = plain.lines(page)
    # A grid pads every line to the page's width; nobody wants that in a file. Where a line was
    # folded, what stood in its middle may stand at its start.
    out.writelines(f"{no_order(line.rstrip())}\n" for line in lines)


def _may_colour(out: IO[str]) -> bool:
    """Whether rich may colour what goes there: by what it goes by itself."""
    return (
        out.isatty()
        or bool(os.environ.get("FORCE_COLOR"))
        or os.environ.get("TTY_COMPATIBLE") == "1"
    )


def _page(report: Report, *, quiet: bool, utf: bool) -> Iterator[Paragraph]:
    brief = quiet or len(report.files) > 1
    for provider in report.providers:
        targets, results = report.targets(provider), report.of(provider)
        for target in targets:
            name = f"{provider} {target}" if len(targets) > 1 else provider
            found = tuple(r for r in results if r.target == target)
            shown = tuple(filter(_wrong, found)) if brief else found
            if shown or not quiet:
                yield from _target(name, found, shown, utf=utf)
    for sentence in () if quiet else report.scope:
        yield Paragraph(((f"Not looked at: {printable(sentence)}", "dim"),))
    for sentence in report.notes:
        yield Paragraph(((f"Waivers: {printable(sentence)}", "yellow"),))
    yield _conclusion(report)


def _wrong(result: Result) -> bool:
    """Whether somebody has to do something about it."""
    return isinstance(result.outcome, Failed | Unknown) and result.waiver is None


def _target(
    name: str, results: tuple[Result, ...], shown: tuple[Result, ...], *, utf: bool
) -> Iterator[Paragraph]:
    """A target's verdict and what is shown of its results."""
    word = verdict(results)
    counts = f"  {_counts(results)}"
    yield Paragraph(((printable(name), "bold"), ("  ", ""), (word, STYLES[word]), (counts, "")))
    for suite, found in groupby(shown, key=lambda result: result.suite):
        yield Paragraph(((f"  {printable(suite)}", "bold dim"),))
        for outcome, same in groupby(found, key=_together):
            alike = list(same)
            if isinstance(outcome, Skipped):
                body = _not_asked(outcome, alike)
            else:
                body = tuple(_body(alike[0]))
            yield Paragraph(body, _mark(alike[0], utf=utf))
    if shown:
        yield Paragraph()


def _mark(result: Result, *, utf: bool) -> tuple[str, str]:
    """The mark of a result and its style."""
    mark, style = WAIVED if result.waiver is not None else MARKS[type(result.outcome)]
    return mark if utf else _ASCII.get(mark, mark), style


def _body(result: Result) -> Iterator[tuple[str, str]]:
    title = printable(result.title)
    outcome = result.outcome
    match outcome:
        case Passed(detail, caveat):
            yield title, ""
            yield f": {printable(detail)}{_by(outcome)}", "dim"
            if caveat:
                yield f"\nnote: {printable(caveat)}", "dim yellow"
        case Failed(problem, remedy, findings=found):
            yield title, "bold"
            yield f"  [{result.check_id}]", "dim"
            yield f"\n{printable(problem)}", "red"
            yield _by(outcome), "dim"
            for fault in found:
                yield f"\n{printable(fault.sentence)}", ""
            yield "\nrepair: ", "bold"
            yield printable(remedy), ""
        case Unknown(reason, needs):
            yield title, "bold"
            yield f"  [{result.check_id}]", "dim"
            yield f"\nnot known: {printable(reason)}", "yellow"
            yield _by(outcome), "dim"
            yield "\nneeds: ", "bold"
            yield printable(needs), ""
    if result.waiver is not None:
        yield f"\nwaived {printable(str(result.waiver))}", WAIVED[1]


def _by(outcome: Answer) -> str:
    """What answered, where that could have been another."""
    return f" (by {printable(outcome.by)})" if outcome.by else ""


def _together(result: Result) -> object:
    """What was not asked for one reason stands on one line; every other outcome on its own."""
    return result.outcome if isinstance(result.outcome, Skipped) else result.check_id


def _not_asked(outcome: Skipped, results: list[Result]) -> tuple[tuple[str, str], ...]:
    titles = "; ".join(printable(result.title) for result in results)
    return ((f"not asked, {printable(outcome.reason)}: {titles}", "dim"),)


def _counts(results: tuple[Result, ...]) -> str:
    words = {Passed: "passed", Failed: "failed", Unknown: "unknown", Skipped: "not asked"}
    counted = Counter(
        words[type(result.outcome)] if result.waiver is None else "waived" for result in results
    )
    return ", ".join(
        f"{counted[word]} {word}" for word in (*words.values(), "waived") if counted[word]
    )


def _conclusion(report: Report) -> Paragraph:
    word = report.verdict
    if report.left_out:
        ready = "nothing wrong in the checks that were chosen, which are not all"
    elif report.overlooked:
        ready = "nothing wrong in what was looked at"
    else:
        ready = "the job would run, as far as can be known before it"
    sentences = {
        Verdict.READY: ready,
        Verdict.NOT_READY: "the job would be refused or lost; repair the lines marked with a cross",
        Verdict.CANNOT_TELL: "some questions got no answer; that is no yes",
    }
    return Paragraph(((word, STYLES[word]), (f": {sentences[word]}  ({_cost(report)})", "")))


def _cost(report: Report) -> str:
    """How long it took; and where anybody was asked, by how many calls."""
    took = f"{report.seconds:.1f} s"
    if not report.calls:
        return took
    calls = f"{report.calls:,} call" + "s" * (report.calls != 1)
    return f"{took}, {calls}, at most {report.longest_chain} of them one after another"
