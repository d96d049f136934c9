"""What came out of a run of checks, the verdict, and the exit code that says it."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from preflight.check import Failed, Outcome, Unknown


class Verdict(StrEnum):
    """The answer to "would the job run?"."""

    READY = "READY"
    NOT_READY = "NOT READY"
    CANNOT_TELL = "CANNOT TELL"


EXIT_CODES = {Verdict.READY: 0, Verdict.NOT_READY: 1, Verdict.CANNOT_TELL: 3}
"""2 is for wrong usage and unreadable input, which have no verdict."""


@dataclass(frozen=True, slots=True)
class Result:
    """One check's outcome. `seconds` is how long the question took; 0 where it was not asked."""

    provider: str
    suite: str
    check_id: str
    title: str
    outcome: Outcome
    seconds: float = 0.0


def verdict(results: Iterable[Result]) -> Verdict:
    """One failure decides; else one unknown does; only what was asked and answered is ready."""
    outcomes = [result.outcome for result in results]
    if any(isinstance(outcome, Failed) for outcome in outcomes):
        return Verdict.NOT_READY
    if not outcomes or any(isinstance(outcome, Unknown) for outcome in outcomes):
        return Verdict.CANNOT_TELL
    return Verdict.READY


@dataclass(frozen=True, slots=True)
class Report:
    """All results in reading order. `scope` says in sentences what was not looked at."""

    results: tuple[Result, ...]
    scope: tuple[str, ...] = ()
    seconds: float = 0.0

    @property
    def providers(self) -> tuple[str, ...]:
        """The providers judged, in reading order."""
        return tuple(dict.fromkeys(result.provider for result in self.results))

    def of(self, provider: str) -> tuple[Result, ...]:
        """One provider's results."""
        return tuple(result for result in self.results if result.provider == provider)

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
