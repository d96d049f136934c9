"""A task's run, from whatever stage it is at: one turn of it, or all the way to its end."""

import hashlib
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from preflight.airflow.access import Access
from preflight.airflow.asking import Asked, Job, to_send
from preflight.airflow.place import Place, opened, there
from preflight.airflow.route import Route, of
from preflight.batch import plan as plans
from preflight.batch import run as runs
from preflight.batch.drive import Drive
from preflight.batch.ledger import Ledger
from preflight.batch.merged_files import NAMES
from preflight.batch.plan import Plan
from preflight.batch.remote import Remote
from preflight.batch.run import Finished
from preflight.batch.tracks import Admits, Talk, anything
from preflight.batch.watch import EVERY_SECONDS
from preflight.catalog import yours
from preflight.commands.division import bounded
from preflight.render.outcome import INCOMPLETE, VERSION
from preflight.seams import PreflightError, RunError, UsageError

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Manner:
    """How a run is driven.

    Attributes:
        rehearsed: whether an upload is read back before a large batch.
        every: seconds between looks, in the long run.
        tables: a file of limits of the user's own; None: the one that the environment names.
        requests: the request file, for a worker that has no copy of it yet.
    """

    rehearsed: bool = True
    every: float = EVERY_SECONDS
    tables: str | None = None
    requests: str | None = None


@dataclass(frozen=True, slots=True)
class Going:
    """A run that has batches to wait for.

    Attributes:
        route: the way to them.
        batches: ids of those that are at the provider.
        waiting: how many shards are still to be sent: any batch that ends makes room.
        again_in: seconds after which there may be more to do all the same; None: there is not.
    """

    route: Route
    batches: tuple[str, ...]
    waiting: int
    again_in: float | None


@dataclass(frozen=True, slots=True)
class Ended:
    """A run with nothing left to wait for.

    `batches` are the ids of all that it has; `again` whether another try would do more: a batch
    ended with nothing to show.
    """

    finished: Finished
    batches: tuple[str, ...]
    again: bool


def sent(place: Place, job: Job, access: Access) -> bool:
    """Whether an earlier try has sent all there is to send: then nothing is left to be judged.

    Raises UsageError where what it sent is not what the task names now.
    """
    if not there(place):
        return False
    with opened(place) as ledger:
        if ledger.plan() is None:
            return False
        plan = plans.read(ledger)
        if not runs.all_sent(ledger, plan):
            return False
    if access.base_url and access.base_url != plan.base_url:
        raise UsageError(
            str(place.folder),
            f"holds a run through {plan.base_url}, and the connection names {access.base_url}",
            "put the connection's host back, or trigger a new DAG run",
        )
    requests = Path(job.requests or "")
    # Where the file has been tidied away meanwhile, the copy in the run's folder is what was sent.
    if requests.is_file() and _sha256(requests) != plan.sha256:
        raise UsageError(
            str(requests),
            f"is not the file that this DAG run has sent, of which a copy is in {place.folder}",
            "trigger a new DAG run for the new one",
        )
    return True


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def prepare(place: Place, asked: Asked, say: Say) -> None:
    """Write down what the run is to do, and keep a copy of the request file. Nothing is sent.

    Raises PreflightError.
    """
    plan, notes = to_send(asked)
    for note in notes:
        say(note)
    with opened(place) as ledger, ledger.alone():
        known = ledger.plan()
        if known is not None and known.get("key") != plan.key:
            what = "holds the run of another file, provider, target or gateway"
            raise UsageError(str(place.folder), what, "trigger a new DAG run for this one")
        runs.prepare(ledger, plan, plan.requests)


def turn(place: Place, access: Access, say: Say, manner: Manner, *, first: bool) -> Going | Ended:
    """Send what there is room for, look, fetch what has ended; merge where nothing is left.

    Args:
        place: where the run is kept.
        access: to the gateway.
        say: told what happens.
        manner: of driving it.
        first: whether a try begins: then what ended with nothing to show is begun anew.

    Raises PreflightError.
    """
    with _driven(place, access, say, manner, first=first) as drive:
        # The first turn brings in what has ended, the second sends what there is room for since.
        if drive.turn() is None or (pause := drive.turn()) is None:
            return _ended(drive)
        return _going(drive, pause)


def finish(
    place: Place, access: Access, say: Say, manner: Manner, *, until: float | None = None
) -> Ended:
    """All of it, in this process.

    Raises PreflightError: RunError where it is not done `until` then (seconds since the epoch).
    """
    with _driven(place, access, say, manner, first=True) as drive:
        while (pause := drive.turn()) is not None:
            left = pause if until is None else min(pause, until - time.time())
            if left <= 0 < pause:
                raise too_long(place)
            time.sleep(left)
        return _ended(drive)


def too_long(place: Place) -> RunError:
    """What is said where a try has waited for long enough."""
    return RunError(
        str(place.folder),
        "has batches that have not ended in the time that wait_timeout gives a try",
        "the next try takes them up, and so does clearing the task; `preflight cancel` ends them",
    )


@contextmanager
def _driven(
    place: Place, access: Access, say: Say, manner: Manner, *, first: bool
) -> Iterator[Drive]:
    """The loop over the run's shards, while this process holds the run."""
    yours.use(manner.tables or os.environ.get(yours.VARIABLE))  # what has room is by them, too
    with opened(place) as ledger, ledger.alone():
        plan = _with_its_requests(ledger, plans.read(ledger), manner)
        with Remote(plan, access.environ) as remote:
            drive = Drive(
                ledger, plan, remote, Talk(say), rehearsed=manner.rehearsed, every=manner.every
            )
            if first:
                drive.begin()
            else:
                drive.halted = _failed_before(drive)
            drive.admits = _room(drive)
            try:
                yield drive
            except PreflightError:
                if runs.fetched_shards(ledger, plan):
                    part = runs.finish(ledger, plan, remote).summary
                    say(f"{part.results:,} of {part.requests:,} requests have results so far")
                raise


def _with_its_requests(ledger: Ledger, plan: Plan, manner: Manner) -> Plan:
    """The plan, with a copy of the request file: another worker has begun the run, perhaps."""
    if plan.requests.exists():
        return plan
    source = Path(manner.requests or plan.requests)
    if not source.is_file():
        what = "is not on this worker, and no copy of it in the run's folder"
        raise UsageError(str(source), what, "put it where each worker finds it, and clear the task")
    return runs.prepare(ledger, plan, source)


def _failed_before(drive: Drive) -> RunError | None:
    """What an earlier turn of this try ended with: the shards to come would end like it."""
    for track in drive.tracks:
        found = track.stage.fetched
        if found is not None and found.failed and len(drive.tracks) > 1:
            why = "; ".join(found.reasons) or "no reason"
            what = f"ended {found.status} with no result: {why}"
            remedy = "repair that and clear the task: what has results is not sent again"
            return RunError(f"shard {track.shard.number}", what, remedy)
    return None


def _room(drive: Drive) -> Admits:
    """What makes room for the shards that are still to be sent, where there are several."""
    if len(drive.tracks) == 1 or not any(track.waiting for track in drive.tracks):
        return anything
    return bounded(drive.plan, offline=False).admits


def _going(drive: Drive, pause: float) -> Going:
    now = drive.clock()
    open_ones = tuple(track.stage.created or "" for track in drive.tracks if track.open)
    waiting = [track for track in drive.tracks if track.waiting and track.problem is None]
    if drive.halted:
        waiting = [track for track in waiting if track.stage.begun]
    dues = [track.due - now for track in waiting if track.due > now]
    again_in = min(dues) if dues else None if open_ones else pause
    return Going(of(drive.plan), open_ones, len(waiting), again_in)


def _ended(drive: Drive) -> Ended:
    ledger, plan = drive.ledger, drive.plan
    finished = runs.done(ledger, plan)
    if finished is None:
        finished = runs.finish_once(ledger, plan, drive.remote, time.sleep)
    if finished.elsewhere:  # the tasks that follow look for the results here
        finished = runs.finish(ledger, plan, drive.remote)
    fetched = runs.fetched_shards(ledger, plan).values()
    again = not all(each.over for each in fetched)
    return Ended(finished, tuple(runs.created(ledger, plan).values()), again)


def summary(ended: Ended) -> dict[str, Any]:
    """What became of it, as `preflight run --format json` has it, with ids and files besides."""
    done = ended.finished
    files = {name: done.folder / f"{name}.jsonl" for name in NAMES}
    return {
        "format": "preflight-run",
        "version": VERSION,
        "status": done.status,
        "reasons": list(done.reasons),
        "shards": dict(done.shards),
        "requests": done.summary.as_dict(),
        "folder": str(done.folder),
        "elsewhere": done.elsewhere,
        "exit_code": 0 if done.complete else INCOMPLETE,
        "batches": list(ended.batches),
        "files": {name: str(path) for name, path in files.items() if path.exists()},
    }
