"""What a command line asks to be sent, and whether it may be."""

import os
from argparse import Namespace

from preflight.batch import plan as plans
from preflight.catalog import yours
from preflight.commands.around import Around
from preflight.commands.choices import refuse_a_part
from preflight.commands.division import division
from preflight.commands.judge import Targets, judge, promised, scanned, targets
from preflight.contract import Promises
from preflight.report import Report, Verdict
from preflight.requests.scan import Scan
from preflight.seams import UsageError


def _refuse_several(arguments: Namespace, chosen: Targets) -> None:
    if len(chosen) != 1:
        raise UsageError(
            arguments.requests,
            f"goes to one provider, and these are {', '.join(chosen)}",
            "name one with --provider NAME",
        )


class Asked:
    """What the command line asks for: a plan, and what it is judged by."""

    def __init__(self, arguments: Namespace) -> None:
        """Read the promises and the request file. Raises PreflightError."""
        yours.use(arguments.tables or os.environ.get(yours.VARIABLE))  # the limits are of them, too
        self.promises: Promises = promised(arguments)
        _refuse_several(arguments, targets(arguments, self.promises))
        self.scan: Scan = scanned(arguments.requests, jobs=arguments.jobs)
        self.targets = targets(arguments, self.promises, self.scan)
        ((provider, several),) = self.targets.items()
        made = division(
            self.scan, provider, several, one=arguments.no_split, offline=arguments.offline
        )
        self.admits, self.notes = made.admits, made.notes
        target, *others = several
        self.plan = plans.make(
            self.promises,
            provider,
            target,
            self.scan.path,
            sha256=self.scan.sha256,
            count=self.scan.requests,
            size=self.scan.bytes,
            shards=made.shards,
            others=tuple(others),
        )


def asked_of(arguments: Namespace) -> Asked:
    """Read what is to be sent. Raises PreflightError, for a command line that rules sending out."""
    if arguments.offline and not arguments.force:
        raise UsageError(
            "--offline",
            "judges the request file alone, which is not enough to send it",
            "leave it out, or send all the same with --force",
        )
    refuse_a_part(arguments)
    return Asked(arguments)


def judged(asked: Asked, arguments: Namespace, around: Around) -> Report | None:
    """Judge what is to be sent; the report where that may not be sent."""
    for note in asked.notes:
        around.say(note)
    report = judge(
        asked.promises, asked.targets, asked.scan, arguments, environ=around.environ, say=around.say
    )
    return None if _may_go_on(report, arguments, around) else report


def _may_go_on(report: Report, arguments: Namespace, around: Around) -> bool:
    """Whether to send: READY, or told to all the same."""
    say = around.say
    if report.verdict is Verdict.READY:
        waivers = [f"{r.check_id} {r.waiver}" for r in report.results if r.waiver is not None]
        passed = len(report.results) - len(waivers)
        say(f"READY: {passed} checks passed in {report.seconds:.1f} s")
        for waiver in waivers:
            say(f"waived: {waiver}")
        for sentence in report.scope:
            say(f"not looked at: {sentence}")
        return True
    if arguments.force:
        around.overruled(report)
        say(f"{report.verdict}, and sent all the same (--force)")
        return True
    return False
