"""The run from plan to merged results; any process may die in it, and another carry on.

Whoever calls `prepare`, `begin`, `send`, `follow` and `fetch` holds the run (`Ledger.alone`).
"""

import hashlib
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from preflight.batch import plan as plans
from preflight.batch.answers import Batch
from preflight.batch.disk import on_disk, whole
from preflight.batch.ledger import Ledger, damaged
from preflight.batch.merge import FILES, Summary, merge
from preflight.batch.plan import Plan
from preflight.batch.remote import Remote
from preflight.batch.send import Say
from preflight.batch.statuses import TERMINAL, meaning
from preflight.batch.watch import EVERY_SECONDS, watch
from preflight.seams import RequestFileError, RunError, UsageError

REQUESTS = "requests.jsonl"
RAW = "raw"


@dataclass(frozen=True, slots=True)
class Finished:
    """What became of a run: the batch's last status and reasons, the counts, the folder."""

    status: str
    reasons: tuple[str, ...]
    summary: Summary
    folder: Path

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


def begin(ledger: Ledger, say: Say) -> Finished | None:
    """What is already finished and need not be paid for again; else None, ready to go on.

    An attempt that ended with nothing to show (it failed its validation) is followed by a new one;
    one that completed never is: it was paid for, and its results are fetched again.
    """
    ended = ledger.last("fetch")
    if ended is None:
        return None
    finished = _finished(ended, ledger.folder)
    if finished.summary.results or finished.summary.errors:
        say("this run has its results already: nothing is sent")
        return finished
    if meaning(finished.status) == "completed":
        say("the batch completed, and no result of it came back: fetching again, sending nothing")
        return None
    attempt = ledger.attempt + 1
    ledger.write(attempt, "begin", "answer")
    say(f"the last attempt ended {finished.status} with no result: this is attempt {attempt}")
    return None


def follow(
    ledger: Ledger,
    plan: Plan,
    remote: Remote,
    show: Callable[[Batch], None],
    say: Say,
    *,
    every: float = EVERY_SECONDS,
) -> Finished:
    """Watch the batch to its end, fetch and merge."""
    batch = watch(ledger, remote, batch_id(ledger), show, say, every=every)
    return fetch(ledger, plan, remote, batch)


def batch_id(ledger: Ledger) -> str:
    """The run's batch. Raises RunError where none was created."""
    created = ledger.known_id("create")
    if created is None:
        raise RunError(
            str(ledger.folder), "no batch was created yet", "start it with `preflight run`"
        )
    return created


def fetch(
    ledger: Ledger,
    plan: Plan,
    remote: Remote,
    batch: Batch,
    progress: Callable[[int], None] = lambda _: None,
) -> Finished:
    """Download whatever the batch has, finished or partial, and join it to the requests.

    Raises RunError for a batch that is still going.
    """
    if meaning(batch.status) not in TERMINAL:
        raise RunError(
            batch.id, f"is {batch.status}", "fetch it when `preflight status` says it has ended"
        )
    raw = ledger.folder / RAW
    with on_disk(ledger.folder):
        raw.mkdir(exist_ok=True)
        files: list[Path] = []
        for name, file_id in (("output", batch.output_file_id), ("errors", batch.error_file_id)):
            target = raw / f"{name}-{ledger.attempt}.jsonl"
            # What came back earlier is kept, though it be gone from the provider by now.
            if (file_id and remote.download(file_id, target, progress)) or target.exists():
                files.append(target)
        summary = merge(plan.requests, files, ledger.folder)
    ledger.write(
        ledger.attempt,
        "fetch",
        "answer",
        status=batch.status,
        reasons=list(batch.reasons),
        summary=summary.as_dict(),
    )
    return Finished(batch.status, batch.reasons, summary, ledger.folder)


def _finished(ended: Mapping[str, object], folder: Path) -> Finished:
    try:
        summary, reasons = ended["summary"], ended["reasons"]
        if not isinstance(summary, dict) or not isinstance(reasons, list):
            raise damaged(folder, "what was fetched is of another kind")
        return Finished(str(ended["status"]), tuple(map(str, reasons)), Summary(**summary), folder)
    except (KeyError, TypeError) as error:
        raise damaged(folder, f"what was fetched is of another kind: {error}") from error
