"""A report as every format for people and for CI shows it: in order of urgency, safe to quote.

A renderer of such a format takes its texts from here and not from the report: they are on one line,
with nothing unprintable in them, with nothing that a log reader takes for a command, and of bounded
length. What is left to the renderer is to escape its own markup.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from preflight.outcomes import Failed, Outcome, Passed, Skipped, Unknown
from preflight.render.printable import no_order, printable
from preflight.report import Report, Result, Verdict, verdict

LONGEST = 2_000
"""Characters of one text that are shown: a policy of 100 kB is no evidence that anyone reads."""


class Kind(StrEnum):
    """What a result is to its reader, the most urgent first."""

    FAILED = "failed"
    UNKNOWN = "unknown"
    WAIVED = "waived"
    SKIPPED = "not asked"
    PASSED = "passed"


MARKS = {
    Kind.FAILED: "✗",
    Kind.UNKNOWN: "?",
    Kind.WAIVED: "≈",
    Kind.SKIPPED: "-",
    Kind.PASSED: "✓",
}
"""Each stands beside its word, never in its place."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One result, ready to be shown.

    Attributes:
        kind: what it is to its reader.
        id: of the check.
        title: the healthy state.
        provider: as it is called on the command line.
        target: region and model, "" where nothing is known of them.
        suite: of the check.
        said: what was seen, what is wrong, or why it is not known or was not asked.
        action: what repairs it, or what would let it be known; "" where nothing is to be done.
        todo: what the action is called: "Repair" where it failed, else "Needs".
        notes: what else the reader must know, as sentences.
        seconds: how long the question took.
        file: the request file that it is about, "" where it is about none.
        lines: of that file, the first few, from 1.
        further: what was found on lines of it, as sentences, where that was asked for.
    """

    kind: Kind
    id: str
    title: str
    provider: str
    target: str
    suite: str
    said: str
    action: str
    todo: str
    notes: tuple[str, ...]
    seconds: float
    file: str
    lines: tuple[int, ...]
    further: tuple[str, ...] = ()

    @property
    def place(self) -> str:
        """Provider, region and model."""
        return f"{self.provider} {self.target}".strip()


def quotable(text: str) -> str:
    """Text from outside on one line, printable, no log reader's command, and not too long."""
    left_out = len(text) - LONGEST
    shown = no_order(printable(text[:LONGEST]))
    return shown if left_out <= 0 else f"{shown}... ({left_out:,} more characters)"


def findings(report: Report) -> tuple[Finding, ...]:
    """All results, in reading order."""
    return tuple(_finding(report, result) for result in report.results)


def _finding(report: Report, result: Result) -> Finding:
    said, action, note = _texts(result.outcome)
    by = "" if isinstance(result.outcome, Skipped) else result.outcome.by
    notes = [note, f"answered by {by}" if by else ""]
    if result.waiver is not None:
        came_out = "failed" if isinstance(result.outcome, Failed) else "not known"
        notes.append(f"{came_out}, and waived {result.waiver}")
    return Finding(
        kind=_kind(result),
        id=result.check_id,
        title=quotable(result.title),
        provider=quotable(result.provider),
        target=quotable(result.target),
        suite=quotable(result.suite),
        said=quotable(said),
        action=quotable(action),
        todo="Repair" if isinstance(result.outcome, Failed) else "Needs",
        notes=tuple(quotable(text) for text in notes if text),
        seconds=result.seconds,
        file=_file(report, result),
        lines=result.outcome.lines if isinstance(result.outcome, Failed) else (),
        further=_further(result.outcome),
    )


def _file(report: Report, result: Result) -> str:
    """The request file that the result is about."""
    if not result.check_id.startswith("requests-"):
        return ""
    return result.file or (report.file.path if report.file else "")


def _further(outcome: Outcome) -> tuple[str, ...]:
    found = outcome.findings if isinstance(outcome, Failed) else ()
    return tuple(quotable(fault.sentence) for fault in found)


def _kind(result: Result) -> Kind:
    match result.outcome:
        case Failed() | Unknown() if result.waiver is not None:
            return Kind.WAIVED
        case Failed():
            return Kind.FAILED
        case Unknown():
            return Kind.UNKNOWN
        case Skipped():
            return Kind.SKIPPED
        case Passed():
            return Kind.PASSED


def _texts(outcome: Outcome) -> tuple[str, str, str]:
    """What is said, what is to be done, and a note."""
    match outcome:
        case Failed(problem, remedy):
            return problem, remedy, ""
        case Unknown(reason, needs):
            return reason, needs, ""
        case Skipped(reason):
            return reason, "", ""
        case Passed(detail, caveat):
            return detail, "", caveat


def of_kind(found: Iterable[Finding], kind: Kind) -> tuple[Finding, ...]:
    """Those of one kind."""
    return tuple(finding for finding in found if finding.kind is kind)


def alike(found: Iterable[Finding]) -> tuple[tuple[Finding, ...], ...]:
    """Those that say the same of several targets, together: a request file has its faults once."""
    together: dict[tuple[object, ...], list[Finding]] = {}
    for one in found:
        same = (one.kind, one.id, one.said, one.action, one.notes, one.lines, one.file)
        together.setdefault(same, []).append(one)
    return tuple(tuple(same) for same in together.values())


def counts(found: Iterable[Finding]) -> str:
    """`1 failed, 2 unknown, 30 passed`."""
    kinds = [finding.kind for finding in found]
    return ", ".join(f"{kinds.count(kind):,} {kind}" for kind in Kind if kind in kinds)


def places(report: Report) -> tuple[tuple[str, Verdict, str], ...]:
    """Provider, region and model, the verdict there, and what was counted; in reading order."""
    return tuple(
        (
            quotable(f"{provider} {target}".strip()),
            verdict(results),
            counts(_finding(report, result) for result in results),
        )
        for provider in report.providers
        for target in report.targets(provider)
        for results in [tuple(one for one in report.of(provider) if one.target == target)]
    )


def sentence(report: Report) -> str:
    """The verdict in words."""
    match report.verdict:
        case Verdict.READY if report.left_out:
            return "nothing wrong in the checks that were chosen, which are not all"
        case Verdict.READY if report.overlooked:
            return "nothing wrong in what was looked at"
        case Verdict.READY:
            return "the job would run, as far as can be known before it"
        case Verdict.NOT_READY:
            return "the job would be refused or lost; repair what failed"
        case Verdict.CANNOT_TELL:
            return "some questions got no answer; that is no yes"


def numbers(report: Report) -> tuple[tuple[str, str], ...]:
    """What was looked at, as names and values: the request file, the promises, the time."""
    found = []
    if report.promises:
        found.append(("Promises", report.promises))
    if len(report.files) > 1:
        found += [
            ("Request files", f"{len(report.files):,}"),
            ("Requests", f"{sum(file.requests for file in report.files):,}"),
            ("Size", f"{sum(file.bytes for file in report.files):,} bytes"),
        ]
    if (file := report.file) is not None:
        named = (f"{model or 'none named'} ({count:,})" for model, count in file.models)
        found += [
            ("Request file", file.path),
            ("Requests", f"{file.requests:,}"),
            ("Size", f"{file.bytes:,} bytes"),
            ("Prompt tokens, estimated", f"{file.tokens:,}"),
            ("Models, with their requests", ", ".join(named) or "none"),
        ]
        found += [("SHA-256", file.sha256)] if file.sha256 else []
    if report.at is not None:
        found.append(("Checked at", f"{report.at:%Y-%m-%d %H:%M:%S} UTC"))
    found.append(("Took", f"{report.seconds:.1f} s"))
    if report.calls:
        found.append(("Calls", f"{report.calls:,}, at most {report.longest_chain:,} in a row"))
    found += (("Waivers", sentence) for sentence in report.notes)
    return tuple((name, quotable(value)) for name, value in found)


def explanations() -> dict[str, str]:
    """Check id -> why the question is asked."""
    from preflight.checklist import checklist  # noqa: PLC0415 - it builds every suite there is

    found = {listed.check.id: listed.check.explanation for listed in checklist()}
    return {name: " ".join(text.split()) for name, text in found.items()}
