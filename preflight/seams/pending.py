"""An answer that another thread is to give: whoever needs it waits for it.

As `concurrent.futures` has it, of which only this is needed, and without the logging that it brings
to each start.
"""

from threading import Event
from typing import Generic, TypeVar

T = TypeVar("T")


class Pending(Generic[T]):
    """It is given once: a value, or what was raised in its place."""

    def __init__(self) -> None:
        """Nobody has given it yet."""
        self._there = Event()
        self._found: list[T] = []
        self._error: BaseException | None = None

    def done(self) -> bool:
        """Whether it is there."""
        return self._there.is_set()

    def give(self, value: T) -> None:
        """This is it."""
        self._found.append(value)
        self._there.set()

    def refuse(self, error: BaseException) -> None:
        """There is none, for this reason."""
        self._error = error
        self._there.set()

    def result(self, timeout: float | None = None) -> T:
        """The answer, after so many seconds at most.

        Raises TimeoutError where it is not there by then, and what was raised in its place.
        """
        if not self._there.wait(timeout):
            raise TimeoutError
        if self._error is not None:
            raise self._error
        return self._found[0]
