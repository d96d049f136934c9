"""The processes that read a large file."""

import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from preflight.requests.lines import refused

if TYPE_CHECKING:
    from concurrent.futures import Executor

ALONE = 100_000_000
"""Bytes below which one process is the quickest: to start and end others takes some 0.03 s."""


def cores() -> int:
    """How many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@dataclass(frozen=True, slots=True)
class Hands:
    """What reads: so many workers of an executor; `forked`: copies of this process."""

    number: int = 1
    executor: "Executor | None" = None
    forked: bool = False


@contextmanager
def workers(
    path: Path, size: int, jobs: int, executor: "Executor | None" = None
) -> Iterator[Hands]:
    """Give a file of so many bytes to so many processes, or to an executor.

    Raises:
        RequestFileError: one of the processes was ended from outside.
    """
    if executor is not None:
        yield Hands(max(2, jobs), executor)
        return
    if jobs <= 1 or size < ALONE:
        yield Hands()
        return
    import multiprocessing  # noqa: PLC0415 - a small file needs none of these
    from concurrent.futures import ProcessPoolExecutor  # noqa: PLC0415
    from concurrent.futures.process import BrokenProcessPool  # noqa: PLC0415

    # A copy of this process is there at once; with threads in it, it might hold their locks.
    forked = sys.platform == "linux" and threading.active_count() == 1
    context = multiprocessing.get_context("fork" if forked else "spawn")
    try:
        with ProcessPoolExecutor(jobs, mp_context=context) as pool:
            try:
                yield Hands(jobs, pool, forked)
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                raise
    except BrokenProcessPool as error:
        raise refused(
            str(path), "could not be read: a process that read it was ended", "add --jobs 1"
        ) from error
