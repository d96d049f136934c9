"""What `preflight split` wrote, and what `preflight merge` joined."""

from pathlib import Path

from preflight.batch.manifest import IDS, NAME, Manifest, ShardFile
from preflight.batch.merged_files import Summary
from preflight.render.outcome import INCOMPLETE, document, line, shown
from preflight.vocabulary import QUIET

MOST = 50
"""Shards that are told in text; the manifest has all."""

_MB = 1_000_000


def show(manifest: Manifest, folder: Path, form: str) -> int:
    """Print which files there are; the exit code."""
    if form == "json":
        document("shards", 0, folder=str(folder), manifest=manifest.as_dict())
    elif form != QUIET:
        _tell(manifest, folder)
    return 0


def _tell(manifest: Manifest, folder: Path) -> None:
    count = len(manifest.files)
    line(f"{manifest.count:,} requests in {count:,} {'shard' if count == 1 else 'shards'}")
    for one in manifest.files[:MOST]:
        line(f"  {shown(folder / one.file)}: {_words(one)}")
    if count > MOST:
        line(f"  and {count - MOST:,} more")
    line(f"  {shown(folder / NAME)}")
    if manifest.renamed:
        line(f"  {shown(folder / IDS)}: the custom_ids were replaced; give the manifest to")
        line("    `preflight merge`, and results have the file's own again")


def _words(one: ShardFile) -> str:
    shard = one.shard
    model = f", model {shard.model or 'none'}" if shard.model is not None else ""
    places = f"lines {shard.first + 1:,} to {one.last:,}"
    return f"{shard.requests:,} requests, {shard.bytes / _MB:,.1f} MB, {places}{model}"


def show_merged(counts: Summary, folder: Path, form: str) -> int:
    """Print what became of the requests, and where that is; the exit code."""
    code = 0 if counts.complete else INCOMPLETE
    if form == "json":
        document("merged", code, requests=counts.as_dict(), folder=str(folder))
        return code
    line(
        f"{counts.results:,} results, {counts.errors:,} errors, "
        f"{counts.missing:,} missing of {counts.requests:,} requests"
    )
    if form == QUIET:
        return code
    for name, count in (
        ("results", counts.results),
        ("errors", counts.errors),
        ("missing", counts.missing),
        ("again", counts.errors + counts.missing),
        ("unmatched", counts.unmatched),
        ("duplicates", counts.duplicates),
    ):
        if count:
            line(f"  {shown(folder / f'{name}.jsonl')}")
    return code
