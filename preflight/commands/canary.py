"""`preflight check --canary`: the smallest real job, for what only a real job can tell."""

import sys
import time
from argparse import Namespace
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace

from preflight.batch.canary import CanaryRun
from preflight.checks.gateway_canary import CHECKS, returned
from preflight.commands.canary_job import Job, opened
from preflight.contract import Promises, Target
from preflight.outcomes import Check, Failed, Outcome, Passed, Skipped, Unknown
from preflight.render.outcome import say
from preflight.render.progress import progress
from preflight.report import Report, Result, Verdict
from preflight.requests.scan import Scan
from preflight.seams import PreflightError, UsageError
from preflight.targets import by_model, place

SUITE = "canary"
NOT_AGREED = "what only a real job can tell: no canary was sent, since nobody agreed to its price"


def refuse(arguments: Namespace) -> None:
    """Raise UsageError for a command line with which no canary can be sent."""
    if arguments.requests is None:
        raise UsageError("--canary", "sends requests of a file, and none was given", "name one")
    if arguments.offline:
        raise UsageError("--canary", "sends a job, and --offline asks nobody", "leave out one")
    if arguments.only or arguments.skip:
        raise UsageError(
            "--canary",
            "sends a job only where no check failed, and --only or --skip leaves checks out",
            "leave out one; a waiver accepts a failure",
        )
    if not (arguments.yes or (sys.stdin.isatty() and not arguments.quiet)):
        nobody = "--quiet asks nobody" if arguments.quiet else "there is no terminal to ask on"
        raise UsageError("--canary", f"costs money, and {nobody}", "agree with --yes")


def target_of(chosen: Mapping[str, tuple[Target, ...]], scan: Scan) -> tuple[str, Target]:
    """The one target that a canary goes to. Raises UsageError."""
    if len(chosen) != 1:
        raise UsageError(
            str(scan.path),
            f"goes to one provider as a canary, and these are {', '.join(chosen)}",
            "name one with --provider NAME",
        )
    ((provider, (target, *_)),) = chosen.items()
    if by_model(chosen[provider], scan.models):
        raise UsageError(
            str(scan.path),
            f"names {len(scan.models)} models, and a canary is one job",
            "send a canary with a file of one of them, or check this one without",
        )
    return provider, target


@dataclass(frozen=True, slots=True)
class Canary:
    """What --canary adds to a report: its three checks, each about one step of a real job."""

    promises: Promises
    provider: str
    target: Target
    scan: Scan
    arguments: Namespace

    def __call__(self, report: Report, judged: Report) -> Report:
        """Send it, unless a check failed that nobody waived."""
        start = time.monotonic()
        found = self._not_sent(judged) if judged.verdict is Verdict.NOT_READY else self._sent()
        if not found:
            return replace(report, scope=(*report.scope, NOT_AGREED))
        seconds = report.seconds + time.monotonic() - start
        return replace(report, results=(*report.results, *found), seconds=seconds)

    def _not_sent(self, judged: Report) -> list[Result]:
        failed = next(
            result.check_id
            for result in judged.results
            if isinstance(result.outcome, Failed) and result.waiver is None
        )
        why = Skipped(f"{failed} failed, so that no canary was sent")
        return [self._result(check, why) for check in CHECKS]

    def _sent(self) -> list[Result]:
        """What came of it; nothing where nobody agreed to pay."""
        with ExitStack() as held:
            try:
                job = opened(
                    held, self.promises, self.provider, self.target, self.scan, self.arguments
                )
                if not self._may_go_on(job):
                    return []
            except PreflightError as error:
                return self._after(self._result(CHECKS[0], _unknown(error)))
            try:
                return self._asked(job.run)
            except KeyboardInterrupt:
                if job.run.created_already():
                    say("the canary's batch goes on: the same command takes it up again")
                raise
            finally:
                job.run.tidy()

    def _may_go_on(self, job: Job) -> bool:
        """Whether nothing is to be paid any more, or somebody agrees to pay it."""
        run = job.run
        if run.ended() is not None:
            if isinstance(returned(self.target, run), Passed):
                return True
            say("the last canary proved nothing: this is another one")
            run.tidy()
            if run.created_already():
                run.again()
        if run.created_already():
            say("a canary was sent before: going on with its batch, sending nothing")
            return True
        say(f"canary: {job.words}")
        return bool(self.arguments.yes) or _agreed()

    def _asked(self, run: CanaryRun) -> list[Result]:
        """One check after the other, as far as each lets on to the next."""
        found: list[Result] = []
        with progress(run.plan.count) as display:
            run.show = display
            for check in CHECKS:
                began = time.monotonic()
                try:
                    outcome: Outcome = check(self.target, run)
                except PreflightError as error:
                    outcome = _unknown(error)
                found.append(self._result(check, outcome, time.monotonic() - began))
                if not isinstance(outcome, Passed):
                    break
        return self._after(*found)

    def _after(self, *found: Result) -> list[Result]:
        """Those, and the checks after them, which the last of them decides about."""
        skipped = Skipped(f"{found[-1].check_id} decides it")
        return [*found, *(self._result(check, skipped) for check in CHECKS[len(found) :])]

    def _result(self, check: Check, outcome: Outcome, seconds: float = 0.0) -> Result:
        where = place(self.target)
        return Result(self.provider, SUITE, check.id, check.title, outcome, seconds, where)


def _unknown(error: PreflightError) -> Unknown:
    return Unknown(f"{error.where}: {error.what}", error.remedy)


def _agreed() -> bool:
    """Ask on the terminal. No answer is no."""
    print("send it? [y/N] ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().lower() in {"y", "yes"}
