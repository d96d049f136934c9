"""Answers of a cluster that is looked at while they are waited for: it may never give them."""

import time
from collections.abc import Callable
from concurrent.futures import Executor, Future
from typing import Any, Generic, ParamSpec, TypeVar

Result = TypeVar("Result")
Given = ParamSpec("Given")

LOOK_SECONDS = 2.0
"""Between two looks at a cluster that lets itself be waited for."""

ALONE_SECONDS = 60.0
"""So long it may be without a worker: one that was ended is started again within seconds."""


class Watch:
    """Looks whether the cluster can still answer.

    `running` says whether the scheduler is there, `workers` how many threads it has.
    """

    def __init__(self, running: Callable[[], bool], workers: Callable[[], int]) -> None:
        """Nobody has looked yet."""
        self._running = running
        self._workers = workers
        self._seen = time.monotonic()

    def look(self) -> None:
        """Raise ConnectionError where no answer can come any more."""
        if not self._running():
            raise ConnectionError("the scheduler is gone")
        now = time.monotonic()
        if self._workers():
            self._seen = now
        elif now - self._seen > ALONE_SECONDS:
            raise ConnectionError("there are no workers")


class Answer(Future[Result], Generic[Result]):
    """The answer to one task, which is waited for as long as it can come."""

    def __init__(self, future: Future[Result], watch: Watch) -> None:
        """It is that of this future."""
        super().__init__()
        self._future = future
        self._watch = watch

    def result(self, timeout: float | None = None) -> Result:
        """Wait for it. Raises what the task raised, or ConnectionError where none can come."""
        until = None if timeout is None else time.monotonic() + timeout
        while True:
            left = LOOK_SECONDS if until is None else min(LOOK_SECONDS, until - time.monotonic())
            try:
                return self._future.result(max(0.0, left))
            except TimeoutError:
                if self._future.done():
                    raise  # It is the task's own.
                if until is not None and time.monotonic() >= until:
                    raise
            self._watch.look()

    def cancel(self) -> bool:
        """Ask for it no more."""
        return self._future.cancel()


class Watching(Executor):
    """The tasks of another executor; `given` makes of each task what is sent."""

    def __init__(
        self, executor: Executor, watch: Watch, given: Callable[[Callable[..., Any]], Any]
    ) -> None:
        """Nothing is given yet."""
        self._executor = executor
        self._watch = watch
        self._given = given

    def submit(
        self, task: Callable[Given, Result], /, *arguments: Given.args, **options: Given.kwargs
    ) -> Future[Result]:
        """Give one task."""
        future = self._executor.submit(self._given(task), *arguments, **options)
        return Answer(future, self._watch)
