"""The second half of a run by hand: status, fetch, cancel."""

from argparse import Namespace
from collections.abc import Mapping

from preflight.batch import plan as plans
from preflight.batch import run as runs
from preflight.batch.answers import Batch
from preflight.batch.drive import Drive
from preflight.batch.ledger import Ledger
from preflight.batch.plan import Plan
from preflight.batch.refusals import Declined
from preflight.batch.remote import Remote
from preflight.batch.run import Finished
from preflight.batch.stage import Stage, stage
from preflight.batch.statuses import TERMINAL, meaning
from preflight.batch.tracks import Talk
from preflight.commands.around import CONSOLE, Around
from preflight.commands.ledgers import existing
from preflight.render.outcome import show_finished
from preflight.render.standing import ShardStanding, Standing, show_standing
from preflight.seams import RunError


def status(arguments: Namespace) -> int:
    """`preflight status`: one look at each batch of a run that may still change."""
    seen = looked_at(arguments, CONSOLE)
    if arguments.format == "html":
        from preflight.commands import run_page  # noqa: PLC0415 - only where it is drawn

        return run_page.show(arguments, seen)
    return show_standing(seen.shards, seen.folder, arguments.format)


def looked_at(arguments: Namespace, around: Around) -> Standing:
    """Look once at each batch that may still change. Raises PreflightError."""
    with existing(arguments) as ledger:
        plan = plans.read(ledger)
        runs.created(ledger, plan)
        stages = _stages(ledger, plan)
        open_ones = {n for n, found in stages.items() if found.created and not found.fetched}
        looks: dict[int, Batch] = {}
        if open_ones:
            with Remote(plan, around.environ) as remote:
                looks = {number: remote.look(_batch(stages[number])) for number in open_ones}
        return Standing(standing(plan, stages, looks), ledger.folder)


def by_ledger(arguments: Namespace) -> Standing:
    """How a run stands, asking nobody. Raises PreflightError."""
    with existing(arguments) as ledger:
        plan = plans.read(ledger)
        return Standing(standing(plan, _stages(ledger, plan), {}), ledger.folder)


def fetch_only(arguments: Namespace) -> int:
    """`preflight fetch`: download and merge what ended batches have; nothing is sent."""
    return show_finished(fetched(arguments, CONSOLE), arguments.format)


def fetched(arguments: Namespace, around: Around) -> Finished:
    """What the run has come to, with what ended batches have. Raises PreflightError."""
    with existing(arguments) as ledger:
        plan = plans.read(ledger)
        runs.created(ledger, plan)
        with Remote(plan, around.environ) as remote, ledger.alone():
            drive = Drive(ledger, plan, remote, Talk(around.say))
            going = drive.fetch()
            if going and not runs.fetched_shards(ledger, plan):
                batch = going[0].batch
                raise RunError(
                    batch.id if batch else str(ledger.folder),
                    f"is {batch.status if batch else 'going on'}",
                    "fetch it when `preflight status` says it has ended",
                )
            done = runs.finish(ledger, plan, remote)
            if going:
                around.say(f"{len(going)} of {len(plan.shards)} batches have not ended")
            return done


def cancel(arguments: Namespace) -> int:
    """`preflight cancel`: ask for each batch to be cancelled; what is done already is kept."""
    seen = cancelled(arguments, CONSOLE)
    return show_standing(seen.shards, seen.folder, arguments.format)


def cancelled(arguments: Namespace, around: Around) -> Standing:
    """Ask for each batch to be cancelled. Raises PreflightError.

    It does not hold the run: the command that watches the batches goes on, and fetches.
    """
    with existing(arguments) as ledger:
        plan = plans.read(ledger)
        runs.created(ledger, plan)
        stages = _stages(ledger, plan)
        looks: dict[int, Batch] = {}
        with Remote(plan, around.environ) as remote:
            for number, found in stages.items():
                if found.created and not found.fetched:
                    looks[number] = _cancelled(ledger, remote, number, found)
        return Standing(standing(plan, stages, looks), ledger.folder)


def _cancelled(ledger: Ledger, remote: Remote, number: int, found: Stage) -> Batch:
    journal, identifier = ledger.journal(number), _batch(found)
    journal.write(found.attempt, "cancel", "intent", id=identifier)
    try:
        batch = remote.cancel(identifier)
    except Declined as declined:
        journal.write(found.attempt, "cancel", "refused", reason=declined.what)
        raise
    journal.write(found.attempt, "cancel", "answer", status=batch.status)
    return batch


def _stages(ledger: Ledger, plan: Plan) -> dict[int, Stage]:
    entries = ledger.every_line()
    return {
        shard.number: stage(ledger.journal(shard.number), entries.get(shard.number, ()))
        for shard in plan.shards
    }


def _batch(found: Stage) -> str:
    return found.created or ""


def standing(
    plan: Plan, stages: Mapping[int, Stage], looks: Mapping[int, Batch]
) -> tuple[ShardStanding, ...]:
    """Each shard as it was just seen, or else as the ledger has it."""
    found = []
    for shard in plan.shards:
        at, look = stages[shard.number], looks.get(shard.number)
        fetched = at.fetched
        word = look.status if look else fetched.status if fetched else at.status
        found.append(
            ShardStanding(
                shard=shard.number,
                requests=shard.requests,
                batch=at.created,
                status=word or ("created" if at.created else "not sent"),
                ended=fetched is not None or (word is not None and meaning(word) in TERMINAL),
                fetched=fetched is not None,
                completed=look.completed if look and look.done is not None else None,
                failed=look.failed if look and look.done is not None else None,
                reasons=look.reasons if look else fetched.reasons if fetched else (),
            )
        )
    return tuple(found)
