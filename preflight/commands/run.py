"""`preflight run`, and its first half by hand: submit."""

import os
from argparse import ArgumentTypeError, Namespace
from pathlib import Path

from preflight.batch import plan as plans
from preflight.batch.ledger import Ledger
from preflight.batch.plan import Plan
from preflight.batch.remote import Remote
from preflight.batch.run import begin, follow, prepare
from preflight.batch.send import send
from preflight.batch.watch import EVERY_SECONDS
from preflight.commands.choices import refuse_a_part
from preflight.commands.durations import seconds
from preflight.commands.judge import Targets, judge, promised, scanned, show, targets
from preflight.render.outcome import say, show_finished, show_submitted, shown
from preflight.render.progress import progress
from preflight.report import EXIT_CODES, Report, Verdict
from preflight.seams import UsageError

FOLDER = Path("preflight-runs")
POLL = "PREFLIGHT_POLL_SECONDS"
"""The environment variable for --poll-every."""


def run(arguments: Namespace) -> int:
    """`preflight run`: check, upload, create, monitor, fetch."""
    every = polled(arguments.poll_every)
    plan, report = _checked(arguments)
    if not _may_go_on(report, arguments):
        return EXIT_CODES[report.verdict]
    folder = _folder(plan, arguments)
    with Remote(plan) as remote, Ledger(folder) as ledger, ledger.alone():
        plan = prepare(ledger, plan, plan.requests)
        done = begin(ledger, say)
        if done is None:
            send(ledger, plan, remote, say)
            say(f"the run is kept in {shown(folder)}: interrupt and repeat this command at will")
            with progress(plan.count) as display:
                done = follow(ledger, plan, remote, display, say, every=every)
        return show_finished(done, arguments.format)


def submit_only(arguments: Namespace) -> int:
    """`preflight submit`: check, upload, create."""
    plan, report = _checked(arguments)
    if not _may_go_on(report, arguments):
        return EXIT_CODES[report.verdict]
    folder = _folder(plan, arguments)
    with Remote(plan) as remote, Ledger(folder) as ledger, ledger.alone():
        plan = prepare(ledger, plan, plan.requests)
        done = begin(ledger, say)
        if done is not None:
            return show_finished(done, arguments.format)
        return show_submitted(send(ledger, plan, remote, say), folder, arguments.format)


def polled(given: float | None) -> float:
    """Seconds between looks: those given, else the environment's, else the usual."""
    if given is not None:
        return given
    text = os.environ.get(POLL)
    try:
        return seconds(text) if text else EVERY_SECONDS
    except ArgumentTypeError as error:
        raise UsageError(
            f"environment variable {POLL}", str(error), "correct or unset it"
        ) from error


def _refuse_several(arguments: Namespace, chosen: Targets) -> None:
    if len(chosen) != 1:
        raise UsageError(
            arguments.requests,
            f"goes to one provider, and these are {', '.join(chosen)}",
            "name one with --provider NAME",
        )


def _checked(arguments: Namespace) -> tuple[Plan, Report]:
    """Judge first; what was judged is what is planned."""
    if arguments.offline and not arguments.force:
        raise UsageError(
            "--offline",
            "judges the request file alone, which is not enough to send it",
            "leave it out, or send all the same with --force",
        )
    refuse_a_part(arguments)
    promises = promised(arguments)
    _refuse_several(arguments, targets(arguments, promises))
    scan = scanned(arguments.requests)
    chosen = targets(arguments, promises, scan)
    ((provider, (target,)),) = chosen.items()
    report = judge(promises, chosen, scan, arguments)
    plan = plans.make(
        promises,
        provider,
        target,
        scan.path,
        sha256=scan.sha256,
        count=scan.requests,
        size=scan.bytes,
    )
    return plan, report


def _may_go_on(report: Report, arguments: Namespace) -> bool:
    """Whether to send: READY, or told to all the same.

    Standard output is the result's. Where nothing is sent, the report is the result.
    """
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
        show(report, "text", to_talk=True)
        say(f"{report.verdict}, and sent all the same (--force)")
        return True
    show(report, arguments.format)
    say("nothing was sent; repair it, or send all the same with --force")
    return False


def _folder(plan: Plan, arguments: Namespace) -> Path:
    return Path(arguments.out) if arguments.out else FOLDER / plans.folder_name(plan)
