"""A file that was not sent, for what the check said."""

from preflight.outcomes import Failed, Outcome, Unknown
from preflight.report import Report
from preflight.seams import PreflightError


class NotReady(PreflightError):
    """The check did not say READY, so that nothing was sent.

    Attributes:
        report: what the check said, with each problem and its remedy.
        exit_code: the command's for it: 1 not ready, 3 cannot tell.
    """

    def __init__(self, report: Report) -> None:
        """Word the first of what failed, or else of what is not known."""
        decisive = [result for result in report.results if result.waiver is None]
        failed = [result for result in decisive if isinstance(result.outcome, Failed)]
        wrong = failed or [result for result in decisive if isinstance(result.outcome, Unknown)]
        what, remedy = _words(wrong[0].outcome) if wrong else ("nothing was asked", "ask it all")
        more = f" (and {len(wrong) - 1} more)" if len(wrong) > 1 else ""
        where = wrong[0].check_id if wrong else "the check"
        super().__init__(where, f"{report.verdict}, nothing was sent: {what}{more}", remedy)
        self.report = report
        self.exit_code = report.exit_code

    def __reduce__(self) -> tuple[type["NotReady"], tuple[Report]]:
        """Travel whole between processes."""
        return type(self), (self.report,)


def _words(outcome: Outcome) -> tuple[str, str]:
    match outcome:
        case Failed(problem, remedy):
            return problem, remedy
        case Unknown(reason, needs):
            return reason, needs
        case _:
            return "was not asked", "repair what decides it"
