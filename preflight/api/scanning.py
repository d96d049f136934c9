"""Request files judged by themselves, by whatever executor there is: scan."""

import os
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from preflight.api.asked import Names, StrPath, judged, number
from preflight.api.errors import typed
from preflight.report import Report
from preflight.seams import UsageError

if TYPE_CHECKING:
    from concurrent.futures import Executor


@typed
def scan(
    requests: StrPath | Sequence[StrPath],
    *,
    provider: Names = None,
    jobs: int = 1,
    max_findings: int = 1,
    cluster: str | None = None,
    executor: "Executor | None" = None,
    only: Names = None,
    skip: Names = None,
    waivers: StrPath | None = None,
    tables: StrPath | None = None,
    no_split: bool = False,
) -> Report:
    """Read request files alone, by every rule; as `preflight scan`. Nobody is asked.

    Args:
        requests: request files: paths, or URLs at s3://, gs:// and az://.
        provider: judge them by what this one, or these, take; None: by what holds at each.
        jobs: so many processes read large files; more than one imports the main module again.
        max_findings: above 1, so many faults of each kind are in `Failed.findings` with their
            lines; all are counted.
        cluster: the address of a Dask scheduler, whose workers read.
        executor: reads in place of processes of its own, `jobs` tasks at a time: any whose workers
            find the files where they are named.
        only: ids of checks, or patterns, to ask alone.
        skip: ids of checks, or patterns, to leave out.
        waivers: a file of accepted risks; None: preflight-waivers.toml here, if there is one.
        tables: a file of rows before those of the dated tables; it holds for the whole process.
            None: the file that PREFLIGHT_TABLES names.
        no_split: judge each file as one job as it is.

    Returns:
        The report: its `files` are those that were read, and each result's `file` is one of them.

    Raises:
        UsageError: what is asked for is wrong or contradicts itself.
        RequestFileError: a file cannot be read at all, or was changed while it was read.
        LookError: this machine, a storage or the cluster gives no answer.
    """
    began = time.monotonic()
    if cluster is not None and executor is not None:
        raise UsageError("cluster and executor", "are two that would read", "name one of them")
    given = (requests,) if isinstance(requests, (str, os.PathLike)) else requests
    asked = judged(
        requests=None,
        stack=None,
        promises=None,
        provider=provider,
        region=None,
        model=None,
        offline=True,
        only=only,
        skip=skip,
        waivers=waivers,
        tables=tables,
        no_split=no_split,
        jobs=jobs,
    )
    asked.requests = [os.fspath(one) for one in given]
    asked.max_findings = number("max_findings", max_findings)
    asked.cluster = cluster
    if not asked.requests:
        raise UsageError("requests", "names no file", "name one or more")
    from preflight.commands.files_report import report  # noqa: PLC0415 - reading comes first
    from preflight.commands.scan import read  # noqa: PLC0415 - likewise

    return report(read(asked, executor), asked, began, say=_nobody)


def _nobody(_: str) -> None:
    """What is wrong with a file of waivers is in the report's notes, too."""
