"""Any executor, given only so many tasks ahead of what is read of their results.

An executor's own `map` takes all arguments at once, and keeps every result that is early: of a
terabyte those are many.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future
from itertools import islice
from typing import Any, ParamSpec, TypeVar

Result = TypeVar("Result")
Given = ParamSpec("Given")

EACH = 4
"""Tasks for each worker: one that it does, and others that wait with it."""


class Ahead(Executor):
    """The tasks of another executor, `ahead` of them at a time."""

    def __init__(self, executor: Executor, ahead: int) -> None:
        """Give the tasks of `map` to this executor, which stays open."""
        self._executor = executor
        self._ahead = max(1, ahead)

    def submit(
        self,
        task: Callable[Given, Result],
        /,
        *arguments: Given.args,
        **options: Given.kwargs,
    ) -> Future[Result]:
        """Give one task."""
        return self._executor.submit(task, *arguments, **options)

    def map(
        self,
        task: Callable[..., Result],
        *iterables: Iterable[Any],
        timeout: float | None = None,
        chunksize: int = 1,
    ) -> Iterator[Result]:
        """The results in order; the first tasks are given at once, each other one as one is read.

        `timeout`, in seconds, is that of each; `chunksize` changes nothing.
        """
        del chunksize
        arguments = zip(*iterables, strict=False)
        given = deque(self.submit(task, *one) for one in islice(arguments, self._ahead))
        return self._results(task, arguments, given, timeout)

    def _results(
        self,
        task: Callable[..., Result],
        arguments: Iterator[tuple[Any, ...]],
        given: deque[Future[Result]],
        timeout: float | None,
    ) -> Iterator[Result]:
        try:
            while given:
                found = given[0].result(timeout)
                given.popleft()
                given.extend(self.submit(task, *one) for one in islice(arguments, 1))
                yield found
        finally:
            for one in given:
                one.cancel()
