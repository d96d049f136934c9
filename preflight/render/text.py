"""The report for people: what was asked, what was seen, and the repair beside each problem."""

from collections import Counter
from itertools import groupby
from typing import IO

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from preflight.outcomes import Answer, Failed, Passed, Skipped, Unknown
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
WIDTH = 110
"""Where standard output is no terminal, columns."""


def console(out: IO[str]) -> Console:
    """A console that draws no colours into a file, and never reads markup out of content."""
    terminal = out.isatty()
    return Console(
        file=out,
        markup=False,
        emoji=False,
        highlight=False,
        width=None if terminal else WIDTH,
        soft_wrap=False,
    )


def render(report: Report, out: IO[str], *, quiet: bool = False) -> None:
    """Write the report; `quiet`: its problems and the verdict alone.

    Of several request files, a file's verdict and its problems are shown.
    """
    page = console(out)
    brief = quiet or len(report.files) > 1
    with page.capture() as captured:
        for provider in report.providers:
            targets, results = report.targets(provider), report.of(provider)
            for target in targets:
                name = f"{provider} {target}" if len(targets) > 1 else provider
                found = tuple(r for r in results if r.target == target)
                shown = tuple(filter(_wrong, found)) if brief else found
                if shown or not quiet:
                    _target(page, name, found, shown)
        for sentence in () if quiet else report.scope:
            page.print(Text(f"Not looked at: {printable(sentence)}", style="dim"))
        for sentence in report.notes:
            page.print(Text(f"Waivers: {printable(sentence)}", style="yellow"))
        _conclusion(page, report)
    # A grid pads every line to the page's width; nobody wants that in a file. Where a line was
    # folded, what stood in its middle may stand at its start.
    out.writelines(f"{no_order(line.rstrip())}\n" for line in captured.get().splitlines())


def _wrong(result: Result) -> bool:
    """Whether somebody has to do something about it."""
    return isinstance(result.outcome, Failed | Unknown) and result.waiver is None


def _target(
    out: Console, name: str, results: tuple[Result, ...], shown: tuple[Result, ...]
) -> None:
    """A target's verdict and what is shown of its results."""
    word = verdict(results)
    out.print(
        Text.assemble(
            (printable(name), "bold"), "  ", (word, STYLES[word]), f"  {_counts(results)}"
        )
    )
    for suite, found in groupby(shown, key=lambda result: result.suite):
        out.print(Text(f"  {printable(suite)}", style="bold dim"))
        grid = Table.grid(padding=(0, 1))
        grid.add_column(width=1)
        grid.add_column(overflow="fold")
        for outcome, same in groupby(found, key=_together):
            alike = list(same)
            if isinstance(outcome, Skipped):
                grid.add_row(_mark(out, *_look(alike[0])), _not_asked(outcome, alike))
            else:
                grid.add_row(_mark(out, *_look(alike[0])), _body(alike[0]))
        out.print(Padding(grid, (0, 0, 0, 4)))
    if shown:
        out.print()


def _look(result: Result) -> tuple[str, str]:
    """The mark of a result and its style."""
    return WAIVED if result.waiver is not None else MARKS[type(result.outcome)]


def _mark(out: Console, mark: str, style: str) -> Text:
    return Text(mark if out.encoding.startswith("utf") else _ASCII.get(mark, mark), style=style)


def _body(result: Result) -> Text:
    body = Text(printable(result.title))
    outcome = result.outcome
    match outcome:
        case Passed(detail, caveat):
            body.append(f": {printable(detail)}{_by(outcome)}", "dim")
            if caveat:
                body.append(f"\nnote: {printable(caveat)}", "dim yellow")
        case Failed(problem, remedy, findings=found):
            body.stylize("bold")
            body.append(f"  [{result.check_id}]", "dim")
            body.append(f"\n{printable(problem)}", "red").append(_by(outcome), "dim")
            for fault in found:
                body.append(f"\n{printable(fault.sentence)}")
            body.append("\nrepair: ", "bold").append(printable(remedy))
        case Unknown(reason, needs):
            body.stylize("bold")
            body.append(f"  [{result.check_id}]", "dim")
            body.append(f"\nnot known: {printable(reason)}", "yellow")
            body.append(_by(outcome), "dim")
            body.append("\nneeds: ", "bold").append(printable(needs))
    if result.waiver is not None:
        body.append(f"\nwaived {printable(str(result.waiver))}", WAIVED[1])
    return body


def _by(outcome: Answer) -> str:
    """What answered, where that could have been another."""
    return f" (by {printable(outcome.by)})" if outcome.by else ""


def _together(result: Result) -> object:
    """What was not asked for one reason stands on one line; every other outcome on its own."""
    return result.outcome if isinstance(result.outcome, Skipped) else result.check_id


def _not_asked(outcome: Skipped, results: list[Result]) -> Text:
    titles = "; ".join(printable(result.title) for result in results)
    return Text(f"not asked, {printable(outcome.reason)}: {titles}", style="dim")


def _counts(results: tuple[Result, ...]) -> str:
    words = {Passed: "passed", Failed: "failed", Unknown: "unknown", Skipped: "not asked"}
    counted = Counter(
        words[type(result.outcome)] if result.waiver is None else "waived" for result in results
    )
    return ", ".join(
        f"{counted[word]} {word}" for word in (*words.values(), "waived") if counted[word]
    )


def _conclusion(out: Console, report: Report) -> None:
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
    out.print(Text.assemble((word, STYLES[word]), f": {sentences[word]}  ({_cost(report)})"))


def _cost(report: Report) -> str:
    """How long it took; and where anybody was asked, by how many calls."""
    took = f"{report.seconds:.1f} s"
    if not report.calls:
        return took
    calls = f"{report.calls:,} call" + "s" * (report.calls != 1)
    return f"{took}, {calls}, at most {report.longest_chain} of them one after another"
