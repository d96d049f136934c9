"""`preflight merge`: results, however fetched, joined to their requests."""

from argparse import Namespace
from dataclasses import replace
from pathlib import Path

from preflight.batch.joining import Returned, join
from preflight.batch.merged_files import Summary
from preflight.batch.own_ids import Undone, undone
from preflight.batch.result_files import looked_through, still
from preflight.batch.shards import Shard, whole
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
            "the command line", "says not where the joined files go", "add --to FOLDER"
        )
    requests, folder = Path(arguments.requests), Path(arguments.to)
    results = tuple(map(Path, arguments.results))
    before = looked_through(requests, results)
    found = undone(requests, tuple(map(Path, arguments.manifest)))
    with whole_folder(folder, MARKER) as made:
        returned = Returned(_all_of(requests, found), results)
        counts = join(requests, [returned], (), made, found.renaming)
        still(before)
    return counts


def _all_of(requests: Path, found: Undone) -> Shard:
    """The file as one shard: which file of results is of which shard, nobody said."""
    size = requests.stat().st_size
    shard = whole(0, size, 0)
    return replace(shard, renamed=found.divided is not None and found.divided.renamed)
