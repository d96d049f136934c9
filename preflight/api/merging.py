"""Results that came back by any way, joined to their requests."""

import os
from collections.abc import Sequence

from preflight.api.asked import Asked, StrPath
from preflight.api.errors import typed
from preflight.batch.merged_files import Summary
from preflight.commands.merge import merged


@typed
def merge(
    requests: StrPath,
    results: StrPath | Sequence[StrPath],
    *,
    to: StrPath,
    manifest: StrPath | Sequence[StrPath] = (),
) -> Summary:
    """Join results, however fetched, to their requests; as `preflight merge`. Nobody is asked.

    What a run brings in is merged by `run`, `resume` and `fetch`; this is for files from elsewhere.

    Args:
        requests: the request file.
        results: files of results or errors, of any provider, oldest first.
        to: the folder of the joined files; it appears with all of them.
        manifest: what `preflight split` or `fix` wrote beside its files: gives renamed requests
            their own ids again.

    Returns:
        How many requests there were, and what became of them.

    Raises:
        UsageError: a file is missing or contradicts the requests, or the folder holds others'.
        RequestFileError: the request file cannot be read.
        LookError: this machine refuses to read or write a file.
        RunError: the disk is full.
    """
    asked = Asked(
        requests=os.fspath(requests),
        results=_paths(results),
        to=os.fspath(to),
        manifest=_paths(manifest),
    )
    return merged(asked)


def _paths(given: StrPath | Sequence[StrPath]) -> list[str]:
    several = (given,) if isinstance(given, (str, os.PathLike)) else given
    return [os.fspath(one) for one in several]
