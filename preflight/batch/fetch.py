"""What an ended batch has, brought into the run's folder, and looked at whether it is all there."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from preflight.batch.answers import Batch
from preflight.batch.disk import on_disk
from preflight.batch.fetched import examine, fewer
from preflight.batch.journal import Journal
from preflight.batch.rows import names_a_request
from preflight.batch.stage import Fetched
from preflight.batch.statuses import TERMINAL, meaning
from preflight.seams import RunError

RAW = "raw"
AGAIN_AFTER = (2.0, 10.0)
"""Seconds before a file that is not whole is downloaded again."""


class Downloader(Protocol):
    """The part of the gateway that fetching needs."""

    def download(self, file_id: str, to: Path, progress: Callable[[int], None]) -> bool:
        """Download a file; False where there is none. Raises Declined, Lost."""


def fetch(
    journal: Journal,
    gateway: Downloader,
    batch: Batch,
    say: Callable[[str], None] = lambda _: None,
    sleep: Callable[[float], None] = time.sleep,
) -> Fetched:
    """Download whatever the batch has, finished or partial, and write down what came.

    What is not whole, or less than the batch counts, is downloaded again, and the better one kept;
    where it stays like that it is said, and tried again by the next process. Raises RunError for a
    batch that is still going; Declined, Lost.
    """
    if meaning(batch.status) not in TERMINAL:
        raise RunError(
            batch.id, f"is {batch.status}", "fetch it when `preflight status` says it has ended"
        )
    attempt = journal.attempt
    for pause in (*AGAIN_AFTER, None):
        files, rows, wrong = _brought(journal, gateway, batch, attempt)
        wrong = wrong or (fewer(rows, batch) if files else None)
        if wrong is None:
            break
        if pause is None:
            say(f"{wrong}; what came is kept")
        else:
            say(f"{wrong}: fetching it again")
            sleep(pause)
    before = journal.last("fetch")
    # What comes the same again on another day is all that there is, whatever the batch counts.
    short = wrong is not None and (before is None or before.get("rows") != rows)
    journal.write(
        attempt,
        "fetch",
        "answer",
        status=batch.status,
        reasons=list(batch.reasons),
        rows=rows,
        short=short,
        files=files,
        wrong=wrong,
    )
    return Fetched(batch.status, batch.reasons, rows, files, short=short)


def _brought(
    journal: Journal, gateway: Downloader, batch: Batch, attempt: int
) -> tuple[dict[str, str], int, str | None]:
    """The files that are there now with their ids, how many rows, and what is wrong with one."""
    files: dict[str, str] = {}
    rows, wrong = 0, None
    for kind, file_id in (("output", batch.output_file_id), ("errors", batch.error_file_id)):
        name = raw_name(journal.shard, attempt, kind)
        target = journal.folder / RAW / name
        with on_disk(journal.folder):
            target.parent.mkdir(exist_ok=True)
        kept = _rows(target)
        fresh = target.with_name(target.name + ".new") if kept else target
        if file_id and gateway.download(file_id, fresh, _ignore) and kept:
            with on_disk(journal.folder):
                if _rows(fresh) >= kept:
                    fresh.replace(target)
                fresh.unlink(missing_ok=True)
        # What came back earlier is kept, though it be gone from the provider by now.
        if target.exists():
            files[name] = file_id or ""
            rows += _rows(target)
            with on_disk(journal.folder):
                found = examine(target).wrong
            wrong = wrong or (f"{name}: {found}" if found else None)
    return files, rows, wrong


def _rows(path: Path) -> int:
    """Lines that name a request; 0 where there is no file."""
    if not path.exists():
        return 0
    with path.open("rb") as file:
        return sum(map(names_a_request, file))


def bring(folder: Path, fetched: Fetched, gateway: Downloader) -> None:
    """Download, too, what another worker fetched and this folder does not have.

    Raises Declined, Lost; RunError for a file that is gone from the provider.
    """
    for name, file_id in fetched.files.items():
        target = folder / RAW / name
        if target.exists() or not file_id:
            continue
        with on_disk(folder):
            target.parent.mkdir(exist_ok=True)
        if not gateway.download(file_id, target, _ignore):
            raise RunError(
                str(target),
                f"was fetched by another worker, and file {file_id} is gone from the provider",
                "copy it here from that worker's folder",
            )


def _ignore(_: int) -> None:
    """Nobody asks how far a download is."""


def raw_name(shard: int, attempt: int, kind: str) -> str:
    """The name of a file that came back. `kind`: output, errors."""
    return f"{shard:04}-{attempt}-{kind}.jsonl"
