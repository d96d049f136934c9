"""What an ended batch has, brought into the run's folder."""

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from preflight.batch.answers import Batch
from preflight.batch.disk import on_disk
from preflight.batch.journal import Journal
from preflight.batch.stage import Fetched
from preflight.batch.statuses import TERMINAL, meaning
from preflight.seams import RunError

RAW = "raw"
_BLOCK = 1 << 20


class Downloader(Protocol):
    """The part of the gateway that fetching needs."""

    def download(self, file_id: str, to: Path, progress: Callable[[int], None]) -> bool:
        """Download a file; False where there is none. Raises Declined, Lost."""


def fetch(
    journal: Journal,
    gateway: Downloader,
    batch: Batch,
    progress: Callable[[int], None] = lambda _: None,
) -> Fetched:
    """Download whatever the batch has, finished or partial, and write down what came.

    Raises RunError for a batch that is still going; Declined, Lost.
    """
    if meaning(batch.status) not in TERMINAL:
        raise RunError(
            batch.id, f"is {batch.status}", "fetch it when `preflight status` says it has ended"
        )
    attempt = journal.attempt
    files: dict[str, str] = {}
    rows = 0
    for kind, file_id in (("output", batch.output_file_id), ("errors", batch.error_file_id)):
        name = raw_name(journal.shard, attempt, kind)
        target = journal.folder / RAW / name
        with on_disk(journal.folder):
            target.parent.mkdir(exist_ok=True)
        # What came back earlier is kept, though it be gone from the provider by now.
        if (file_id and gateway.download(file_id, target, progress)) or target.exists():
            files[name] = file_id or ""
            rows += _rows(target)
    journal.write(
        attempt,
        "fetch",
        "answer",
        status=batch.status,
        reasons=list(batch.reasons),
        rows=rows,
        files=files,
    )
    return Fetched(batch.status, batch.reasons, rows, files)


def bring(
    folder: Path, fetched: Fetched, gateway: Downloader, progress: Callable[[int], None]
) -> None:
    """Download, too, what another worker fetched and this folder does not have.

    Raises Declined, Lost; RunError for a file that is gone from the provider.
    """
    for name, file_id in fetched.files.items():
        target = folder / RAW / name
        if target.exists() or not file_id:
            continue
        with on_disk(folder):
            target.parent.mkdir(exist_ok=True)
        if not gateway.download(file_id, target, progress):
            raise RunError(
                str(target),
                f"was fetched by another worker, and file {file_id} is gone from the provider",
                "copy it here from that worker's folder",
            )


def raw_name(shard: int, attempt: int, kind: str) -> str:
    """The name of a file that came back. `kind`: output, errors."""
    return f"{shard:04}-{attempt}-{kind}.jsonl"


def _rows(path: Path) -> int:
    """Lines that are not blank."""
    with path.open("rb") as file:
        return sum(1 for line in file if line.strip())
