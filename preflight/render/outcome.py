"""What came of a run, for people and for programs: one document of JSON, or a few lines."""

import json
import os
import shlex
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from preflight.render.printable import printable
from preflight.vocabulary import QUIET

if (
    TYPE_CHECKING
):  # most of what is said here is said of no run, and its ledger takes long to import
    from preflight.batch.plan import Plan
    from preflight.batch.run import Finished

VERSION = 1
INCOMPLETE = 1
MOST_REASONS = 20


def say(sentence: str) -> None:
    """Talk goes to standard error, results to standard output."""
    print(printable(sentence), file=sys.stderr, flush=True)


def shown(path: Path) -> str:
    """A path as short as it can be written from here, and as a shell takes it."""
    return shlex.quote(min(os.path.relpath(path), str(path), key=len))


def show_finished(done: "Finished", form: str) -> int:
    """Print what became of the run, and where it is; the exit code."""
    code = 0 if done.complete else INCOMPLETE
    counts = done.summary
    if form == "json":
        document(
            "run",
            code,
            status=done.status,
            reasons=list(done.reasons),
            shards=dict(done.shards),
            requests=counts.as_dict(),
            folder=str(done.folder),
            elsewhere=done.elsewhere,
        )
        return code
    line(
        f"{done.status}: {counts.results:,} results, {counts.errors:,} errors, "
        f"{counts.missing:,} missing of {counts.requests:,} requests"
    )
    for reason in done.reasons[:MOST_REASONS]:
        line(f"  reason: {reason}")
    if len(done.reasons) > MOST_REASONS:
        line(f"  and {len(done.reasons) - MOST_REASONS:,} more reasons (--format json)")
    if form == QUIET:
        return code
    if done.elsewhere:
        line(f"  merged by another worker: {done.elsewhere}")
        return code
    for name, count in (
        ("results", counts.results),
        ("errors", counts.errors),
        ("missing", counts.missing),
        ("again", counts.errors + counts.missing),
        ("unmatched", counts.unmatched),
    ):
        if count:
            line(f"  {shown(done.folder / f'{name}.jsonl')}")
    return code


def show_submitted(plan: "Plan", batches: Mapping[int, str], folder: Path, form: str) -> int:
    """Print which batches there are, and where the run is; the exit code.

    `batches` are ids by the number of the shard.
    """
    waiting = len(plan.shards) - len(batches)
    if form == "json":
        shards = [{"shard": number, "id": batch} for number, batch in batches.items()]
        first = next(iter(batches.values()))
        document("submitted", 0, batch=first, shards=shards, waiting=waiting, folder=str(folder))
        return 0
    for batch in batches.values():
        line(f"submitted: {unquote(batch)}")
    if form == QUIET:
        return 0
    if waiting:
        line(f"{waiting} of {len(plan.shards)} shards wait for room: the same command sends them")
    line(f"  preflight status {shown(folder)}")
    return 0


def line(text: str) -> None:
    """One line of the result."""
    print(printable(text))


def document(kind: str, code: int, **values: Any) -> None:
    """The one document of JSON."""
    shape = {"format": f"preflight-{kind}", "version": VERSION, **values, "exit_code": code}
    print(json.dumps(shape, indent=2))
