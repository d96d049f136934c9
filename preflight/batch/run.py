"""The run from plan to merged results; any process may die in it, and another carry on.

Whoever calls `prepare`, `begin`, `drive` and `finish` holds the run (`Ledger.alone`).
"""

import hashlib
import shutil
import socket
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from preflight.batch import plan as plans
from preflight.batch.damage import damaged
from preflight.batch.disk import on_disk, whole
from preflight.batch.fetch import RAW, Downloader, bring
from preflight.batch.joining import Returned, join
from preflight.batch.journal import WHOLE
from preflight.batch.leases import LeaseLost
from preflight.batch.ledger import Ledger
from preflight.batch.merged_files import FILES, Summary
from preflight.batch.plan import REQUESTS, Plan
from preflight.batch.shard_files import SHARDS
from preflight.batch.shards import Shard
from preflight.batch.stage import Fetched, stage
from preflight.batch.tracks import OTHERS_SECONDS
from preflight.seams import RequestFileError, RunError, UsageError

MERGE = "merge"


@dataclass(frozen=True, slots=True)
class Finished:
    """What became of a run.

    Attributes:
        status: of the batches, where it is the same for all; else "mixed".
        reasons: what the provider gave for those that did not complete.
        summary: the counts.
        folder: where the results are.
        shards: how many batches ended with each status.
        elsewhere: machine and folder of the worker that has the results; "" for this folder.
    """

    status: str
    reasons: tuple[str, ...]
    summary: Summary
    folder: Path
    shards: Mapping[str, int]
    elsewhere: str = ""

    @property
    def complete(self) -> bool:
        """Whether every request has a result."""
        return self.summary.complete


def prepare(ledger: Ledger, plan: Plan, source: Path) -> Plan:
    """Write the plan, and keep a copy of the request file in the run's folder.

    What was checked is what is sent and what results are joined to, whatever happens to the file
    afterwards. Raises RequestFileError where it changed since it was checked, UsageError for a
    folder that is not this run's.
    """
    _refuse_strangers(ledger)
    kept = ledger.folder / REQUESTS
    plan = plans.write(ledger, replace(plan, requests=kept))
    if _sha256(kept) == plan.sha256:
        return plan
    with on_disk(ledger.folder), whole(kept) as copy:
        with source.open("rb") as file:
            shutil.copyfileobj(file, copy)
        copy.flush()
        if _sha256(Path(copy.name)) != plan.sha256:
            raise RequestFileError(
                str(source), "changed while it was being checked", "run the command again"
            )
    return plan


def _refuse_strangers(ledger: Ledger) -> None:
    """A folder with files of a run's names but no plan: they are someone's, or the ledger is lost.

    Nothing of it may be overwritten, and nothing paid for again.
    """
    if ledger.plan() is not None:
        return
    for name in (REQUESTS, RAW, *FILES):
        if (ledger.folder / name).exists():
            raise UsageError(
                str(ledger.folder),
                f"holds {name}, and no run that it belongs to",
                "name a new folder with --out",
            )


def _sha256(path: Path) -> str | None:
    if not path.exists():
        return None
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def done(ledger: Ledger, plan: Plan) -> Finished | None:
    """What is already finished and need not be paid for again; None where anything is left."""
    fetched = fetched_shards(ledger, plan)
    merged = ledger.journal(WHOLE).last(MERGE)
    if merged is None or len(fetched) < len(plan.shards):
        return None
    if not all(each.over for each in fetched.values()):
        return None
    if merged.get("shards") != len(plan.shards):
        return None  # a retry has been added since
    finished = _finished(ledger, merged, fetched)
    if not finished.elsewhere and not (ledger.folder / FILES[0]).exists():
        return None  # somebody took the results away: they are merged again
    return finished


def all_sent(ledger: Ledger, plan: Plan) -> bool:
    """Whether each shard's batch exists, or has ended with something to show."""
    entries = ledger.every_line()
    stages = [stage(ledger.journal(s.number), entries.get(s.number, ())) for s in plan.shards]
    return all(at.created and not (at.fetched and at.fetched.failed) for at in stages)


def fetched_shards(ledger: Ledger, plan: Plan) -> dict[int, Fetched]:
    """What has come back, by the shards' numbers."""
    entries = ledger.every_line()
    found: dict[int, Fetched] = {}
    for shard in plan.shards:
        there = stage(ledger.journal(shard.number), entries.get(shard.number, ())).fetched
        if there is not None:
            found[shard.number] = there
    return found


def finish_once(
    ledger: Ledger, plan: Plan, gateway: Downloader, sleep: Callable[[float], None]
) -> Finished:
    """Join what has come back; of several workers one does, and the others hear its counts."""
    if ledger.leases is None:
        return finish(ledger, plan, gateway)
    while (there := done(ledger, plan)) is None:
        if ledger.leases.take(WHOLE):
            try:
                return finish(ledger, plan, gateway)
            except LeaseLost:
                continue  # it took too long, and another has done it
            finally:
                ledger.leases.give_up(WHOLE)
        sleep(min(OTHERS_SECONDS, ledger.leases.seconds / 3))
    return there


def finish(ledger: Ledger, plan: Plan, gateway: Downloader) -> Finished:
    """Join whatever has come back to the requests, and write down the counts.

    A retry's rows come first to the requests they were sent for. Raises RunError, Declined, Lost;
    RequestFileError where the copy of the request file is not the one that was sent.
    """
    if _sha256(plan.requests) != plan.sha256:
        raise RequestFileError(
            str(plan.requests),
            "is not what was sent: it was changed, or taken away",
            "put back the file that it is a copy of, under that name",
        )
    fetched = fetched_shards(ledger, plan)
    for each in fetched.values():
        bring(ledger.folder, each, gateway)
    files = {shard.number: _files(ledger.folder, shard, fetched) for shard in plan.shards}
    first, *again = plan.rounds
    returned = [Returned(shard, files[shard.number]) for shard in first.shards]
    retried = [file for each in again for shard in each.shards for file in files[shard.number]]
    with on_disk(ledger.folder):
        summary = join(plan.requests, returned, retried, ledger.folder)
        shutil.rmtree(ledger.folder / SHARDS, ignore_errors=True)
    detail: dict[str, Any] = {"summary": summary.as_dict(), "shards": len(plan.shards)}
    if ledger.leases is not None:
        detail["where"] = _here(ledger)
    whole_run = ledger.journal(WHOLE)
    whole_run.write(whole_run.attempt, MERGE, "answer", **detail)
    return _finished(ledger, detail, fetched)


def _files(folder: Path, shard: Shard, fetched: Mapping[int, Fetched]) -> tuple[Path, ...]:
    """Earlier attempts first. What is there is taken, whatever became of the attempt."""
    there = {path.name: path for path in (folder / RAW).glob(f"{shard.number:04}-*.jsonl")}
    if shard.number in fetched:
        for name in fetched[shard.number].files:
            if (folder / RAW / name).exists():
                there[name] = folder / RAW / name
    return tuple(there[name] for name in sorted(there, key=_attempt_first))


def _attempt_first(name: str) -> tuple[int, str]:
    numbers = [part for part in name.removesuffix(".jsonl").split("-") if part.isdecimal()]
    return int(numbers[-1]) if numbers else 0, name


def _finished(
    ledger: Ledger, merged: Mapping[str, Any], fetched: Mapping[int, Fetched]
) -> Finished:
    try:
        summary = Summary(**merged["summary"])
    except (KeyError, TypeError) as error:
        raise damaged(ledger.folder, f"what was merged is of another kind: {error}") from error
    statuses = Counter(each.status for each in fetched.values())
    reasons = dict.fromkeys(reason for each in fetched.values() for reason in each.reasons)
    return Finished(
        next(iter(statuses)) if len(statuses) == 1 else "mixed" if statuses else "not sent",
        tuple(reasons),
        summary,
        ledger.folder,
        dict(statuses),
        elsewhere=_elsewhere(ledger, merged),
    )


def _here(ledger: Ledger) -> str:
    return f"{socket.gethostname()}:{ledger.folder.resolve()}"


def _elsewhere(ledger: Ledger, merged: Mapping[str, Any]) -> str:
    where = str(merged.get("where") or "")
    return "" if where == _here(ledger) else where


def created(ledger: Ledger, plan: Plan) -> dict[int, str]:
    """The batches that were created, by the shards' numbers. Raises RunError where none was."""
    entries = ledger.every_line()
    found = {
        shard.number: identifier
        for shard in plan.shards
        if (
            identifier := stage(ledger.journal(shard.number), entries.get(shard.number, ())).created
        )
    }
    if not found:
        raise RunError(
            str(ledger.folder), "no batch was created yet", "start it with `preflight run`"
        )
    return found
