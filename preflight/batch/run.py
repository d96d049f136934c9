"""The run from plan to merged results; any process may die in it, and another carry on."""

import hashlib
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from preflight.batch import plan as plans
from preflight.batch.ledger import Ledger
from preflight.batch.merge import Summary, merge
from preflight.batch.plan import Plan
from preflight.batch.remote import Batch, Remote
from preflight.batch.send import Say, send
from preflight.batch.statuses import TERMINAL, meaning
from preflight.batch.watch import EVERY_SECONDS, watch
from preflight.seams import RequestFileError, RunError

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
        """Whether the batch completed and every request has a result."""
        return meaning(self.status) == "completed" and self.summary.complete


def prepare(ledger: Ledger, plan: Plan, source: Path) -> Plan:
    """Keep a copy of the request file in the run's folder, and write the plan.

    What was checked is what is sent and what results are joined to, whatever happens to the file
    afterwards. Raises RequestFileError where it changed since it was checked.
    """
    kept = ledger.folder / REQUESTS
    if not kept.exists():
        part = kept.with_name(kept.name + ".part")
        shutil.copyfile(source, part)
        with part.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
        if found != plan.sha256:
            part.unlink()
            raise RequestFileError(
                str(source), "changed while it was being checked", "run the command again"
            )
        part.replace(kept)
    plan = replace(plan, requests=kept)
    plans.write(ledger, plan)
    return plan


def begin(ledger: Ledger, say: Say) -> Finished | None:
    """What is already finished and need not be paid for again; else None, ready to send.

    An attempt that ended with nothing to show (it failed its validation) is followed by a new one.
    """
    ended = ledger.last("fetch")
    if ended is None:
        return None
    finished = _finished(ended, ledger.folder)
    if finished.summary.results or finished.summary.errors:
        say("this run has its results already: nothing is sent")
        return finished
    attempt = ledger.attempt + 1
    ledger.write(attempt, "begin", "answer")
    say(f"the last attempt ended {finished.status} with no result: this is attempt {attempt}")
    return None


def submit(ledger: Ledger, plan: Plan, remote: Remote, say: Say) -> str:
    """Upload and create, or find what was; the batch's id."""
    with ledger.alone():
        return send(ledger, plan, remote, say)


def follow(
    ledger: Ledger,
    plan: Plan,
    remote: Remote,
    show: Callable[[Batch], None],
    every: float = EVERY_SECONDS,
) -> Finished:
    """Watch the batch to its end, fetch and merge."""
    batch = watch(ledger, remote, batch_id(ledger), show, every=every)
    return fetch(ledger, plan, remote, batch)


def batch_id(ledger: Ledger) -> str:
    """The run's batch. Raises RunError where none was created."""
    created = ledger.last("create")
    if created is None:
        raise RunError(
            str(ledger.folder), "no batch was created yet", "start it with `preflight run`"
        )
    return str(created["id"])


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
    raw.mkdir(exist_ok=True)
    files: list[Path] = []
    for name, file_id in (("output", batch.output_file_id), ("errors", batch.error_file_id)):
        target = raw / f"{name}-{ledger.attempt}.jsonl"
        if file_id and remote.download(file_id, target, progress):
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
    summary, reasons = ended["summary"], ended["reasons"]
    if not isinstance(summary, dict) or not isinstance(reasons, list):
        raise RunError(str(folder), "the ledger is damaged", "start anew in another folder")
    return Finished(str(ended["status"]), tuple(reasons), Summary(**summary), folder)
