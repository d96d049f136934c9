"""What came of a run, for people and for programs: one document of JSON, or a few lines."""

import json
import os
import shlex
import sys
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from preflight.batch.answers import Batch
from preflight.batch.run import Finished
from preflight.batch.statuses import TERMINAL, meaning
from preflight.render.printable import printable

VERSION = 1
INCOMPLETE = 1
MOST_REASONS = 20


def say(sentence: str) -> None:
    """Talk goes to standard error, results to standard output."""
    print(printable(sentence), file=sys.stderr, flush=True)


def shown(path: Path) -> str:
    """A path as short as it can be written from here, and as a shell takes it."""
    return shlex.quote(min(os.path.relpath(path), str(path), key=len))


def show_finished(done: Finished, form: str) -> int:
    """Print what became of the run, and where it is; the exit code."""
    code = 0 if done.complete else INCOMPLETE
    counts = done.summary
    if form == "json":
        _document(
            "run",
            code,
            status=done.status,
            reasons=list(done.reasons),
            requests=counts.as_dict(),
            folder=str(done.folder),
        )
        return code
    _line(
        f"{done.status}: {counts.results:,} results, {counts.errors:,} errors, "
        f"{counts.missing:,} missing of {counts.requests:,} requests"
    )
    for reason in done.reasons[:MOST_REASONS]:
        _line(f"  reason: {reason}")
    if len(done.reasons) > MOST_REASONS:
        _line(f"  and {len(done.reasons) - MOST_REASONS:,} more reasons (--format json)")
    for name, count in (
        ("results", counts.results),
        ("errors", counts.errors),
        ("missing", counts.missing),
        ("again", counts.errors + counts.missing),
        ("unmatched", counts.unmatched),
    ):
        if count:
            _line(f"  {shown(done.folder / f'{name}.jsonl')}")
    return code


def show_submitted(batch_id: str, folder: Path, form: str) -> int:
    """Print where the run is; the exit code."""
    if form == "json":
        _document("submitted", 0, batch=batch_id, folder=str(folder))
    else:
        _line(f"submitted: {unquote(batch_id)}")
        _line(f"  preflight status {shown(folder)}")
    return 0


def show_batch(batch: Batch, count: int, form: str) -> int:
    """Print one look at the batch of `count` requests; the exit code."""
    if form == "json":
        _document(
            "batch",
            0,
            id=batch.id,
            status=batch.status,
            ended=meaning(batch.status) in TERMINAL,
            requests={"total": count, "completed": batch.completed, "failed": batch.failed},
            reasons=list(batch.reasons),
        )
        return 0
    counted = f"{batch.completed or 0:,} of {count:,} done, {batch.failed or 0:,} failed"
    _line(f"{batch.status}: {counted} ({unquote(batch.id)})")
    for reason in batch.reasons[:MOST_REASONS]:
        _line(f"  reason: {reason}")
    return 0


def _line(text: str) -> None:
    print(printable(text))


def _document(kind: str, code: int, **values: Any) -> None:
    shape = {"format": f"preflight-{kind}", "version": VERSION, **values, "exit_code": code}
    print(json.dumps(shape, indent=2))
