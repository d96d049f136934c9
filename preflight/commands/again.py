"""`preflight retry` and `preflight settle`: what a run needs a person, or another try, for."""

import hashlib
from argparse import Namespace
from pathlib import Path

from preflight.batch import plan as plans
from preflight.batch import run as runs
from preflight.batch.disk import on_disk, whole
from preflight.batch.ledger import Ledger
from preflight.batch.plan import Plan, Round
from preflight.batch.remote import Remote
from preflight.batch.run import Finished
from preflight.batch.shards import ShardLimits, split
from preflight.batch.stage import stage
from preflight.batch.worth import write_retry
from preflight.commands.allowed import allowed
from preflight.commands.around import CONSOLE, Around
from preflight.commands.ledgers import existing
from preflight.commands.run import follow, polled
from preflight.render.outcome import say, show_finished, shown
from preflight.requests.index import index
from preflight.seams import UsageError


def retry(arguments: Namespace) -> int:
    """`preflight retry`: send what failed for a reason that passes, and merge it in."""
    return show_finished(retried(arguments, CONSOLE), arguments.format)


def retried(arguments: Namespace, around: Around) -> Finished:
    """What the run has come to with what was worth another try. Raises PreflightError."""
    every = polled(arguments.poll_every)
    with existing(arguments) as ledger, ledger.alone():
        plan = plans.read(ledger)
        with Remote(plan, around.environ) as remote:
            if not _all_fetched(ledger, plan):
                if len(plan.rounds) == 1:
                    raise UsageError(
                        str(ledger.folder),
                        "has batches that have not ended",
                        "finish it with `preflight run` or `preflight fetch` first",
                    )
                around.say("a retry was begun before: it goes on")
                return follow(ledger, plan, remote, every=every, arguments=arguments, around=around)
            finished = runs.done(ledger, plan) or runs.finish(ledger, plan, remote)
            if finished.complete:
                around.say("every request has a result: there is nothing to try again")
                return finished
            more = _worth_it(ledger, plan)
            if more is None:
                around.say("what failed would fail again: nothing is sent")
                return finished
            plan = plans.add_round(ledger, plan, more)
            around.say(f"{more.count:,} requests are sent again, in {len(more.shards)} shards")
            return follow(ledger, plan, remote, every=every, arguments=arguments, around=around)


def _all_fetched(ledger: Ledger, plan: Plan) -> bool:
    return len(runs.fetched_shards(ledger, plan)) == len(plan.shards)


def _worth_it(ledger: Ledger, plan: Plan) -> Round | None:
    """The requests that are worth another try, as a file and its shards; None where none is."""
    name = f"retry-{len(plan.rounds)}.jsonl"
    target = ledger.folder / name
    renamed = any(shard.renamed for shard in plan.rounds[0].shards)
    with on_disk(ledger.folder), whole(target) as file:
        count = write_retry(plan.requests, ledger.folder, file, renamed=renamed)
    if not count:
        target.unlink()
        return None
    limits = allowed(plan.provider, plan.promised, offline=True)[0].limits
    by_model = any(shard.model is not None for shard in plan.rounds[0].shards)
    if count < limits.min_requests:
        target.unlink()
        raise UsageError(
            str(ledger.folder),
            f"has {count:,} requests to try again, and a job must have {limits.min_requests:,}",
            f"send them another way: they are in {shown(ledger.folder / 'again.jsonl')}",
        )
    return _round(target, count, limits, by_model=by_model)


def _round(file: Path, count: int, limits: ShardLimits, *, by_model: bool) -> Round:
    # They go under the names that the first round sent them by.
    shards = split(index(file), limits, by_model=by_model, renamed=False)
    with file.open("rb") as content:
        sha256 = hashlib.file_digest(content, "sha256").hexdigest()
    return Round(file.name, sha256, count, file.stat().st_size, shards)


def settle(arguments: Namespace) -> int:
    """`preflight settle`: a person looked at the provider, and says what is there."""
    with existing(arguments) as ledger, ledger.alone():
        plan = plans.read(ledger)
        if arguments.shard not in {shard.number for shard in plan.shards}:
            raise UsageError(
                "--shard", f"{arguments.shard} is none of this run's", f"1 to {len(plan.shards)}"
            )
        journal = ledger.journal(arguments.shard)
        stands = stage(journal)
        newest = journal.newest("create")
        if stands.created or newest is None or newest.kind != "intent":
            raise UsageError(
                str(ledger.folder),
                f"has no create of shard {arguments.shard} that nobody knows the end of",
                "`preflight status` says how it stands",
            )
        if arguments.none:
            journal.write(
                stands.attempt, "create", "refused", reason="there is none: a person looked"
            )
            say(f"shard {arguments.shard}: `preflight run` creates it anew")
            return 0
        with Remote(plan) as remote:
            batch = remote.look(arguments.batch)
        journal.write(stands.attempt, "create", "answer", id=batch.id, found=True)
        say(f"shard {arguments.shard}: batch {batch.id} is {batch.status}; go on with the run")
        return 0
