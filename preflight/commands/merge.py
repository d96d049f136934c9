"""`preflight merge`: results, however fetched, joined to their requests."""

from argparse import Namespace
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from preflight.batch.attributed import attributed
from preflight.batch.joining import Returned, join
from preflight.batch.merged_files import Summary
from preflight.batch.own_ids import Undone, undone
from preflight.batch.result_files import looked_through, still
from preflight.batch.shards import whole
from preflight.render.divided import show_merged
from preflight.requests.placing import whole_folder
from preflight.seams import UsageError

MARKER = "results.jsonl"
"""What every folder of joined results has."""


def merge(arguments: Namespace) -> int:
    """Join them; 1 where some request has no result."""
    if arguments.parts:
        from preflight.commands import parts  # noqa: PLC0415 - they are of requests, not results

        return parts.merge(arguments)
    return show_merged(merged(arguments), Path(arguments.to), arguments.format)


def merged(arguments: Namespace) -> Summary:
    """Join them. Raises PreflightError."""
    if not arguments.results:
        raise UsageError(
            "the command line", "names no file of results", "name those that came back"
        )
    if arguments.to is None:
        raise UsageError(
            "the command line", "does not say where the joined files go", "add --to FOLDER"
        )
    requests, folder = Path(arguments.requests), Path(arguments.to)
    results = tuple(map(Path, arguments.results))
    before = looked_through(requests, results)
    manifests = tuple(map(Path, arguments.manifest))
    found = undone(requests, manifests)
    with whole_folder(folder, MARKER) as made:
        counts = _by_shards(requests, results, found, made)
        if counts is None or counts.unmatched:
            # What is renamed is gone through once: it is opened anew.
            counts = _at_once(requests, results, undone(requests, manifests), made)
        still(before)
    return counts


def _by_shards(
    requests: Path, results: Sequence[Path], found: Undone, folder: Path
) -> Summary | None:
    """Join them shard by shard, in the memory of one; None where no shards are known.

    Which file is of which shard is a guess: if it is right, nothing is left over.
    """
    if found.divided is None or len(found.divided.files) == 1:
        return None
    returned = attributed(requests, found.divided, results)
    return join(requests, returned, (), folder, found.renaming)


def _at_once(requests: Path, results: Sequence[Path], found: Undone, folder: Path) -> Summary:
    shard = whole(0, requests.stat().st_size, 0)
    renamed = found.divided is not None and found.divided.renamed
    together = Returned(replace(shard, renamed=renamed), tuple(results))
    return join(requests, [together], (), folder, found.renaming)
