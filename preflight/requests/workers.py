"""The processes that read large files."""

import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from preflight.requests.identities import Hash, salted, stable
from preflight.requests.lines import refused

if TYPE_CHECKING:
    from concurrent.futures import Executor

Result = TypeVar("Result")

ALONE = 100_000_000
"""Bytes below which one process is the quickest: to start and end others takes some 0.03 s."""


def cores() -> int:
    """How many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@dataclass(frozen=True, slots=True)
class Hands:
    """What reads: so many workers of an executor, None of which is this process by itself.

    `here`: they are processes of this machine; `forked`: copies of this process.
    """

    number: int = 1
    executor: "Executor | None" = None
    here: bool = True
    forked: bool = True

    @property
    def hash(self) -> Hash:
        """How ids are hashed: in every process in the same way."""
        return salted if self.forked else stable

    def map(self, task: Callable[..., Result], *arguments: Iterable[Any]) -> Iterator[Result]:
        """The results of one task for each of the arguments, in order."""
        if self.executor is None:
            return map(task, *arguments)
        return self.executor.map(task, *arguments)


@contextmanager
def workers(
    where: object, size: int, jobs: int, executor: "Executor | None" = None
) -> Iterator[Hands]:
    """Give files of so many bytes in all to so many processes, or to an executor.

    `where` is what they are called.

    Raises:
        RequestFileError: one of the processes was ended from outside.
    """
    if executor is not None:
        from preflight.requests.ahead import EACH, Ahead  # noqa: PLC0415 - few bring their own

        number = max(2, jobs)
        yield Hands(number, Ahead(executor, EACH * number), here=False, forked=False)
        return
    if jobs <= 1 or size < ALONE:
        yield Hands()
        return
    import multiprocessing  # noqa: PLC0415 - a small file needs none of these
    import threading  # noqa: PLC0415
    from concurrent.futures import ProcessPoolExecutor  # noqa: PLC0415
    from concurrent.futures.process import BrokenProcessPool  # noqa: PLC0415

    # A copy of this process is there at once; with threads in it, it might hold their locks.
    forked = sys.platform == "linux" and threading.active_count() == 1
    context = multiprocessing.get_context("fork" if forked else "spawn")
    try:
        with ProcessPoolExecutor(jobs, mp_context=context) as pool:
            try:
                yield Hands(jobs, pool, forked=forked)
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                raise
    except BrokenProcessPool as error:
        raise refused(
            str(where), "could not be read: a process that read it was ended", "add --jobs 1"
        ) from error
