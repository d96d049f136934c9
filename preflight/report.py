"""What came out of a run of checks, the verdict, and the exit code that says it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from preflight.contract import Target
from preflight.outcomes import Failed, Outcome, Skipped, Unknown
from preflight.requests.spread import Spread

if TYPE_CHECKING:
    from preflight.commands.plan import Planned


class Verdict(StrEnum):
    """The answer to "would the job run?"."""

    READY = "READY"
    NOT_READY = "NOT READY"
    CANNOT_TELL = "CANNOT TELL"


ONLY_A_JOB = (
    "what only a real job can tell: whether the file arrives whole, the job is created and results "
    "come back; --canary sends a small one"
)
"""Not looked at by any check that sends nothing: what can be known before the job is known."""

EXIT_CODES = {Verdict.READY: 0, Verdict.NOT_READY: 1, Verdict.CANNOT_TELL: 3}
"""2 is for wrong usage and unreadable input, which have no verdict."""


@dataclass(frozen=True, slots=True)
class Waiver:
    """A risk that somebody accepted: a failure or unknown with one is shown, and decides nothing.

    Attributes:
        reason: why.
        owner: who.
        until: the last day on which it counts.
        days_left: how many there were to it.
    """

    reason: str
    owner: str
    until: date
    days_left: int = 0

    def __str__(self) -> str:
        """Until when, by whom and why."""
        days = f"{self.days_left:,} day" + "s" * (self.days_left != 1)
        return f"until {self.until}, {days} left, by {self.owner}: {self.reason}"


@dataclass(frozen=True, slots=True)
class Result:
    """One check's outcome.

    Attributes:
        provider: whose target it is about.
        suite: the world that was asked.
        check_id: of the check; docs/checks.md explains each.
        title: of the check, as it is where it passes.
        outcome: Passed, Failed, Unknown or Skipped.
        seconds: how long the question took; 0 where it was not asked.
        target: the region and the model it is about; "" where nothing is known of them.
        waiver: the risk that somebody accepted; None: nobody did.
        file: the request file it is about, where the report has several.
    """

    provider: str
    suite: str
    check_id: str
    title: str
    outcome: Outcome
    seconds: float = 0.0
    target: str = ""
    waiver: Waiver | None = None
    file: str = ""


def verdict(results: Iterable[Result]) -> Verdict:
    """One failure decides; else one unknown does; only what was asked and answered is ready.

    What a waived gate kept from being asked is not known: a waiver answers for its check alone.
    """
    asked = tuple(results)
    outcomes = [result.outcome for result in asked if result.waiver is None]
    if any(isinstance(outcome, Failed) for outcome in outcomes):
        return Verdict.NOT_READY
    if not asked or any(isinstance(outcome, Unknown | Skipped) for outcome in outcomes):
        return Verdict.CANNOT_TELL
    return Verdict.READY


_NONE = Spread()


@dataclass(frozen=True, slots=True)
class RequestFile:
    """The request file that was judged, in numbers.

    Attributes:
        path: as it was named.
        bytes: its size.
        sha256: of its content, in hex; "" where nobody computed it.
        requests: lines that are not blank.
        tokens: of the prompts, estimated.
        models: `body.model` ("": left out) -> on how many lines; the first 100 different ones.
        lengths: how the bytes of a line are spread, by a sample of the lines.
        prompts: how the tokens of a prompt are, likewise.
        longest_line: bytes of the longest line, and its number; (0, 0): not known.
    """

    path: str
    bytes: int
    sha256: str
    requests: int
    tokens: int
    models: tuple[tuple[str, int], ...]
    lengths: Spread = _NONE
    prompts: Spread = _NONE
    longest_line: tuple[int, int] = (0, 0)


@dataclass(frozen=True, slots=True)
class Report:
    """All results in reading order.

    Attributes:
        results: one per check and target.
        scope: what was not looked at, in sentences.
        seconds: how long it all took.
        promises: the file that stands for the promises: theirs, or the stack's settings; "" where
            there is none.
        file: the request file, where one was judged.
        files: all that were judged, where they were judged by themselves: one or more.
        at: when it was made, in UTC.
        left_out: ids of checks that the command line left out: with any, READY is a part's verdict.
        notes: what else is to be known of the waivers, in sentences.
        calls: how many calls went over the wire, each try counted.
        longest_chain: the most of them that had to wait for one another.
        gateway: its base URL, as it is promised; "" where nothing is known of it.
        promised: provider -> those of its targets that were judged, as they are promised.
        plans: what a run of the file would be, one for each provider; none where no format that
            shows them was asked for.
    """

    results: tuple[Result, ...]
    scope: tuple[str, ...] = ()
    seconds: float = 0.0
    promises: str = ""
    file: RequestFile | None = None
    at: datetime | None = None
    left_out: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    calls: int = 0
    longest_chain: int = 0
    gateway: str = ""
    promised: Mapping[str, tuple[Target, ...]] = field(default_factory=dict)
    plans: "tuple[Planned, ...]" = ()
    files: tuple[RequestFile, ...] = ()

    @property
    def overlooked(self) -> tuple[str, ...]:
        """What was not looked at and could have been, without a job."""
        return tuple(sentence for sentence in self.scope if sentence != ONLY_A_JOB)

    @property
    def providers(self) -> tuple[str, ...]:
        """The providers judged, in reading order."""
        return tuple(dict.fromkeys(result.provider for result in self.results))

    def of(self, provider: str) -> tuple[Result, ...]:
        """One provider's results."""
        return tuple(result for result in self.results if result.provider == provider)

    def targets(self, provider: str) -> tuple[str, ...]:
        """One provider's targets, in reading order."""
        return tuple(dict.fromkeys(result.target for result in self.of(provider)))

    @property
    def verdict(self) -> Verdict:
        """Over all providers."""
        return verdict(self.results)

    @property
    def exit_code(self) -> int:
        """0 ready, 1 not ready, 3 cannot tell."""
        return EXIT_CODES[self.verdict]

    def failed_ids(self) -> frozenset[str]:
        """The ids of the checks that failed."""
        return frozenset(r.check_id for r in self.results if isinstance(r.outcome, Failed))
