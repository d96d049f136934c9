"""How many calls go over the wire, and how many of them waited for one another.

Each line of work carries the number of calls it has waited for so far: its depth. A call makes it
one deeper; whoever waits for another line's answer is as deep as that line, at the least. The
deepest one ever was is the longest chain: so many calls, each sent after the answer to the one
before, are the least that a run takes, whatever is asked at once. What merely happened to come
later is in no chain.
"""

from collections.abc import Callable
from contextvars import ContextVar
from threading import Lock, Thread
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


class Calls:
    """The calls of one run so far; `longest` is the longest chain of them."""

    def __init__(self) -> None:
        """None was made yet."""
        self.made = 0
        self.longest = 0
        self._lock = Lock()

    def count(self, depth: int) -> None:
        """One more, so many deep."""
        with self._lock:
            self.made += 1
            self.longest = max(self.longest, depth)


class _Line:
    """One thread's part in a run."""

    def __init__(self, calls: Calls, depth: int) -> None:
        self.calls = calls
        self.depth = depth


_LINE: ContextVar[_Line | None] = ContextVar("line", default=None)


def called(*_: object, **__: object) -> None:
    """A call is sent: the hook of every client, for each try. Outside of a run it does nothing."""
    if (line := _LINE.get()) is not None:
        line.depth += 1
        line.calls.count(line.depth)


def depth() -> int:
    """How many calls this line has waited for, one after the other."""
    line = _LINE.get()
    return 0 if line is None else line.depth


def waited_for(other: int) -> None:
    """This line goes on with the answer of another one, which was so deep."""
    if (line := _LINE.get()) is not None:
        line.depth = max(line.depth, other)


def counting(calls: Calls, function: Callable[P, T]) -> Callable[P, T]:
    """The function as a line of its own, at the beginning of a run."""
    return _on(_Line(calls, 0), function)


def carried(function: Callable[P, T]) -> Callable[P, T]:
    """The function as a line of its own that starts here, to be called in another thread."""
    here = _LINE.get()
    return function if here is None else _on(_Line(here.calls, here.depth), function)


def start(function: Callable[[], object], name: str) -> None:
    """Start a line of its own in a thread that does not keep the process from ending."""
    Thread(target=carried(function), name=name, daemon=True).start()


def _on(line: _Line, function: Callable[P, T]) -> Callable[P, T]:
    def on_it(*args: P.args, **kwargs: P.kwargs) -> T:
        before = _LINE.set(line)
        try:
            return function(*args, **kwargs)
        finally:
            _LINE.reset(before)

    return on_it
