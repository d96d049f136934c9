"""The processes that read large files."""

import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from preflight.requests.identities import Hash, salted, stable
from preflight.requests.lines import refused

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from preflight.requests.forked import Work
    from preflight.seams import RequestFileError

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
    """What reads: this process by itself, with copies of it, or the workers of an executor.

    `number` of them. `here`: they are processes of this machine; `forked`: they hash like this one.
    `begun` is what was shared with copies.
    """

    number: int = 1
    executor: "Executor | None" = None
    here: bool = True
    forked: bool = True
    begun: "list[Work[Any]]" = field(default_factory=list)

    @property
    def hash(self) -> Hash:
        """How ids are hashed: in every process in the same way."""
        return salted if self.forked else stable

    def map(self, task: Callable[..., Result], *arguments: Iterable[Any]) -> Iterator[Result]:
        """The results of one task for each of the arguments, in order."""
        if self.executor is not None:
            return self.executor.map(task, *arguments)
        if self.number == 1 or not single_threaded():
            return map(task, *arguments)
        from preflight.requests.forked import Work  # noqa: PLC0415 - Linux has what it needs

        work = Work(task, list(zip(*arguments, strict=False)), self.number)
        self.begun.append(work)
        return work


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
    if sys.platform == "linux" and single_threaded():
        yield from _copies(where, jobs)
    else:
        yield from _pool(where, jobs)


def single_threaded() -> bool:
    """Whether this process can be copied: with threads in it, a copy might hold their locks."""
    threading = sys.modules.get("threading")
    return threading is None or threading.active_count() == 1


def _copies(where: object, jobs: int) -> Iterator[Hands]:
    from preflight.requests.forked import EndedError  # noqa: PLC0415 - Linux has what it needs

    hands = Hands(jobs)
    try:
        yield hands
    except EndedError as error:
        raise _ended(where) from error
    finally:
        for work in hands.begun:
            work.end()


def _pool(where: object, jobs: int) -> Iterator[Hands]:
    import multiprocessing  # noqa: PLC0415 - a small file needs none of these
    from concurrent.futures import ProcessPoolExecutor  # noqa: PLC0415
    from concurrent.futures.process import BrokenProcessPool  # noqa: PLC0415

    try:
        with ProcessPoolExecutor(jobs, mp_context=multiprocessing.get_context("spawn")) as pool:
            try:
                yield Hands(jobs, pool, forked=False)
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                raise
    except BrokenProcessPool as error:
        raise _ended(where) from error


def _ended(where: object) -> "RequestFileError":
    what = "could not be read: a process that read it was ended"
    return refused(str(where), what, "add --jobs 1")
