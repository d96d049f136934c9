"""`preflight run`, and its steps by hand: submit, status, fetch, cancel."""

import json
import os
import sys
from argparse import Namespace
from pathlib import Path
from urllib.parse import unquote

from preflight.batch import plan as plans
from preflight.batch.ledger import Ledger
from preflight.batch.plan import Plan
from preflight.batch.remote import Batch, Declined, Remote
from preflight.batch.run import Finished, batch_id, begin, fetch, follow, prepare, submit
from preflight.commands.judge import judge, promised, providers, scanned, show
from preflight.render.printable import printable
from preflight.render.progress import progress
from preflight.report import EXIT_CODES, Report, Verdict
from preflight.seams import UsageError

FOLDER = Path("preflight-runs")
INCOMPLETE = 1


def say(sentence: str) -> None:
    """Talk goes to standard error, results to standard output."""
    print(printable(sentence), file=sys.stderr, flush=True)


def shown(path: Path) -> str:
    """A path as short as it can be written from here."""
    return min(os.path.relpath(path), str(path), key=len)


def _one_provider(arguments: Namespace, names: tuple[str, ...]) -> str:
    if len(names) != 1:
        raise UsageError(
            arguments.requests,
            f"goes to one provider, and the stack promises {', '.join(names)}",
            "add --provider NAME",
        )
    return names[0]


def _checked(arguments: Namespace) -> tuple[Plan, Report]:
    """Judge first; what was judged is what is planned."""
    promises = promised(arguments)
    names = providers(arguments, promises)
    provider = _one_provider(arguments, names)
    scan = scanned(arguments.requests)
    report = judge(promises, names, scan, arguments)
    plan = plans.make(
        promises,
        provider,
        scan.path,
        sha256=scan.sha256,
        count=scan.requests,
        size=scan.bytes,
    )
    return plan, report


def _may_go_on(report: Report, arguments: Namespace) -> bool:
    """Whether to send: READY, or told to all the same."""
    if report.verdict is Verdict.READY:
        passed = len(report.results)
        say(f"READY: {passed} checks passed in {report.seconds:.1f} s")
        return True
    if arguments.force:
        show(report, "text", sys.stderr)
        say(f"{report.verdict}, and sent all the same (--force)")
        return True
    show(report, arguments.format)
    say("nothing was sent; repair it, or send all the same with --force")
    return False


def run(arguments: Namespace) -> int:
    """`preflight run`: check, upload, create, monitor, fetch."""
    return _send(arguments, to_the_end=True)


def submit_only(arguments: Namespace) -> int:
    """`preflight submit`: check, upload, create."""
    return _send(arguments, to_the_end=False)


def _send(arguments: Namespace, *, to_the_end: bool) -> int:
    plan, report = _checked(arguments)
    if not _may_go_on(report, arguments):
        return EXIT_CODES[report.verdict]
    folder = Path(arguments.out) if arguments.out else FOLDER / plans.folder_name(plan)
    with Ledger(folder) as ledger:
        plan = prepare(ledger, plan, plan.requests)
        done = begin(ledger, say)
        if done is not None:
            return _conclude(done, arguments.format)
        with Remote(plan) as remote:
            submitted = submit(ledger, plan, remote, say)
            if not to_the_end:
                print(json.dumps({"run": str(folder), "batch": submitted}))
                return 0
            say(f"the run is kept in {shown(folder)}: interrupt and repeat this command at will")
            with progress(plan.count) as display:
                done = follow(ledger, plan, remote, display, arguments.poll_every)
    return _conclude(done, arguments.format)


def _open(arguments: Namespace) -> tuple[Ledger, Plan]:
    ledger = Ledger.of(Path(arguments.run))
    return ledger, plans.read(ledger)


def status(arguments: Namespace) -> int:
    """`preflight status`: one look at a run's batch."""
    ledger, plan = _open(arguments)
    with ledger, Remote(plan) as remote:
        _print_batch(remote.look(batch_id(ledger)), plan)
    return 0


def cancel(arguments: Namespace) -> int:
    """`preflight cancel`: ask for the batch to be cancelled; what is done already is kept."""
    ledger, plan = _open(arguments)
    with ledger, Remote(plan) as remote:
        identifier = batch_id(ledger)
        ledger.write(ledger.attempt, "cancel", "intent", id=identifier)
        try:
            batch = remote.cancel(identifier)
        except Declined as declined:
            ledger.write(ledger.attempt, "cancel", "refused", reason=declined.what)
            raise
        ledger.write(ledger.attempt, "cancel", "answer", status=batch.status)
        _print_batch(batch, plan)
    return 0


def fetch_only(arguments: Namespace) -> int:
    """`preflight fetch`: download and merge what an ended batch has."""
    ledger, plan = _open(arguments)
    with ledger, Remote(plan) as remote:
        done = fetch(ledger, plan, remote, remote.look(batch_id(ledger)))
    return _conclude(done, arguments.format)


def _print_batch(batch: Batch, plan: Plan) -> None:
    counted = f"{batch.completed or 0:,} of {plan.count:,} done, {batch.failed or 0:,} failed"
    print(printable(f"{batch.status}: {counted} ({unquote(batch.id)})"))
    for reason in batch.reasons:
        print(printable(f"  {reason}"))


def _conclude(done: Finished, form: str) -> int:
    """Print what became of the run, and where it is."""
    code = 0 if done.complete else INCOMPLETE
    counts = done.summary
    if form == "json":
        shape = {
            "format": "preflight-run",
            "version": 1,
            "status": done.status,
            "reasons": list(done.reasons),
            "requests": counts.as_dict(),
            "folder": str(done.folder),
            "exit_code": code,
        }
        print(json.dumps(shape, indent=2))
        return code
    print(
        f"{printable(done.status)}: {counts.results:,} results, {counts.errors:,} errors, "
        f"{counts.missing:,} missing of {counts.requests:,} requests"
    )
    for reason in done.reasons[:20]:
        print(f"  reason: {printable(reason)}")
    for name, count in (
        ("results", counts.results),
        ("errors", counts.errors),
        ("missing", counts.missing),
        ("unmatched", counts.unmatched),
    ):
        if count:
            print(f"  {shown(done.folder / f'{name}.jsonl')}")
    return code
