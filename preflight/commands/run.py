"""`preflight run`, and its first half by hand: submit."""

import os
import time
from argparse import ArgumentTypeError, Namespace
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from preflight.batch import parquet
from preflight.batch import plan as plans
from preflight.batch import run as runs
from preflight.batch.drive import Drive
from preflight.batch.ledger import Ledger
from preflight.batch.plan import Plan
from preflight.batch.remote import Remote
from preflight.batch.run import Finished, prepare
from preflight.batch.tracks import Admits, anything
from preflight.batch.watch import EVERY_SECONDS
from preflight.commands.around import CONSOLE, Around
from preflight.commands.asked import asked_of, judged
from preflight.commands.durations import seconds
from preflight.commands.judge import show
from preflight.commands.ledgers import begun, opened
from preflight.commands.notifying import nobody, notifying
from preflight.render.outcome import say, show_finished, show_submitted, shown
from preflight.report import EXIT_CODES, Report
from preflight.seams import PreflightError, UsageError

POLL = "PREFLIGHT_POLL_SECONDS"
"""The environment variable for --poll-every."""


def run(arguments: Namespace) -> int:
    """`preflight run`: check, upload, create, monitor, fetch."""
    came = ran(arguments, CONSOLE)
    return _not_sent(came, arguments) if isinstance(came, Report) else _shown(came, arguments)


def ran(arguments: Namespace, around: Around) -> Finished | Report:
    """What came of the run; the report where it was not sent for what that says."""
    every = polled(arguments.poll_every)
    if arguments.parquet:
        parquet.needed()
    asked = asked_of(arguments)
    before = _before(asked.plan, arguments, around)
    if isinstance(before, Finished):
        return before
    report = None if before else judged(asked, arguments, around)
    if report is not None:
        return report
    with (
        Remote(asked.plan, around.environ) as remote,
        opened(asked.plan, arguments) as ledger,
        ledger.alone(),
    ):
        plan = prepare(ledger, asked.plan, asked.plan.requests)
        return runs.done(ledger, plan) or follow(
            ledger,
            plan,
            remote,
            every=every,
            arguments=arguments,
            admitting=asked.admits,
            around=around,
        )


def _before(plan: Plan, arguments: Namespace, around: Around) -> Finished | bool:
    """What an earlier process has finished; else whether it has sent all that there is to send.

    Then there is nothing left to judge: what is paid for is brought in, whatever a check would say
    by now.
    """
    if not begun(plan, arguments):
        return False
    with opened(plan, arguments) as ledger:
        if ledger.plan() is None:
            return False
        plan = plans.write(ledger, replace(plan, requests=ledger.folder / plans.REQUESTS))
        finished = runs.done(ledger, plan)
        if finished is not None:
            around.say("this run has its results already: nothing is sent")
            return finished
        sent = runs.all_sent(ledger, plan)
    if sent:
        around.say("all of this run was sent before: it is not checked again, and nothing is sent")
    return sent


def follow(
    ledger: Ledger,
    plan: Plan,
    remote: Remote,
    *,
    every: float,
    arguments: Namespace,
    admitting: Admits = anything,
    around: Around = CONSOLE,
) -> Finished:
    """Send what is not sent, watch, fetch and merge; what came is merged whatever happens."""
    if arguments.parquet:
        parquet.needed()
    say = around.say
    with around.talk(plan, notifying(arguments.notify, say)) as told:
        rehearsed = not arguments.no_rehearsal
        drive = Drive(ledger, plan, remote, told, admitting, rehearsed, every=every)
        drive.begin()
        say(f"the run is kept in {shown(ledger.folder)}: interrupt and repeat this command at will")
        try:
            drive.finish()
        except PreflightError:
            if runs.fetched_shards(ledger, plan):
                part = runs.finish(ledger, plan, remote).summary
                say(f"{part.results:,} of {part.requests:,} requests have results so far")
            raise
    finished = runs.finish_once(ledger, plan, remote, time.sleep)
    if arguments.parquet and not finished.elsewhere:
        rows = parquet.write(ledger.folder)
        say(f"{rows:,} results are in {shown(ledger.folder / parquet.NAME)}, too")
    return finished


@dataclass(frozen=True, slots=True)
class Submitted:
    """A run that was sent as far as there is room: its batches by the shards' numbers."""

    plan: Plan
    batches: Mapping[int, str]
    folder: Path


def submit_only(arguments: Namespace) -> int:
    """`preflight submit`: check, upload, create."""
    came = submitted(arguments, CONSOLE)
    if isinstance(came, Submitted):
        return show_submitted(came.plan, came.batches, came.folder, arguments.format)
    return _not_sent(came, arguments) if isinstance(came, Report) else _shown(came, arguments)


def submitted(arguments: Namespace, around: Around) -> Submitted | Finished | Report:
    """What was sent, or what is finished already; the report where it was not sent."""
    asked = asked_of(arguments)
    report = judged(asked, arguments, around)
    if report is not None:
        return report
    with (
        Remote(asked.plan, around.environ) as remote,
        opened(asked.plan, arguments) as ledger,
        ledger.alone(),
    ):
        plan = prepare(ledger, asked.plan, asked.plan.requests)
        finished = runs.done(ledger, plan)
        if finished is not None:
            around.say("this run has its results already: nothing is sent")
            return finished
        with around.talk(plan, nobody) as told:
            rehearsed = not arguments.no_rehearsal
            drive = Drive(ledger, plan, remote, told, asked.admits, rehearsed)
            drive.begin()
            drive.send()
        return Submitted(plan, runs.created(ledger, plan), ledger.folder)


def _shown(finished: Finished, arguments: Namespace) -> int:
    return show_finished(finished, arguments.format)


def _not_sent(report: Report, arguments: Namespace) -> int:
    """Where nothing is sent, the report is the result."""
    show(report, arguments.format)
    say("nothing was sent; repair it, or send all the same with --force")
    return EXIT_CODES[report.verdict]


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
