"""Copies of this process that share its work: there at once, with all that it has imported.

What is to be done stands in a pipe, from which whoever is free takes the next; this process, too.
What comes out goes through a pipe of each copy, and is handed on in order. A pool of the standard
library does the same, and takes 0.03 s to import, to start and to end, in which half a file of
100 MB is read.
"""

import fcntl
import os
import pickle
import select
import signal
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from struct import Struct
from typing import Any, TypeVar

Result = TypeVar("Result")

ROOM = 1 << 20
"""Bytes of a pipe: what comes out of many tasks, so that no copy waits for this process."""

MOST_TURNS = 8_000
"""What fits into the pipe that tells whose turn it is, which holds 64 kB."""

_TURN = Struct("=q")
_SIZE = Struct("=q")


class EndedError(Exception):
    """A copy ended before its work did."""


@dataclass(slots=True)
class Copy:
    """One of them: its process, where its results come from, and what is no whole result yet."""

    pid: int
    results: int
    held: bytearray = field(default_factory=bytearray)


class Work(Iterator[Result]):
    """The results of one task for each of the arguments, in order; some come from copies.

    Those (`copies`, by where their results come from) are made here and now; `end` ends them,
    whatever they do.
    """

    def __init__(
        self, task: Callable[..., Result], arguments: Sequence[tuple[Any, ...]], number: int
    ) -> None:
        """Share the work between so many processes, this one among them."""
        self._task = task
        self._arguments = arguments
        # A turn is several tasks where there are very many.
        self._each = -(-len(arguments) // MOST_TURNS) or 1
        self._found: dict[int, Result] = {}
        self._mine: Iterator[int] = iter(())
        self._due = 0
        self._turns, told = os.pipe()
        for turn in range(0, len(arguments), self._each):
            os.write(told, _TURN.pack(turn))
        os.close(told)
        self.copies: dict[int, Copy] = {}
        for _ in range(min(number, len(arguments)) - 1):
            copy = self._copied()
            if copy is None:
                break
            self.copies[copy.results] = copy

    def __next__(self) -> Result:
        """The next; this process works, too, while it is not there."""
        if self._due == len(self._arguments):
            self.end()
            raise StopIteration
        while self._due not in self._found:
            self._receive(wait=False)
            if self._due not in self._found and not self._work():
                self._receive(wait=True)
        self._due += 1
        return self._found.pop(self._due - 1)

    def end(self) -> None:
        """End the copies, and forget what they found."""
        if self._turns >= 0:
            os.close(self._turns)
            self._turns = -1
        for copy in self.copies.values():
            os.close(copy.results)
            os.kill(copy.pid, signal.SIGKILL)
            os.waitpid(copy.pid, 0)
        self.copies = {}

    def _work(self) -> bool:
        """Do what is next; whether there was anything."""
        number = next(self._mine, None)
        if number is None:
            self._mine = self._turn()
            number = next(self._mine, None)
        if number is not None:
            self._found[number] = self._task(*self._arguments[number])
        return number is not None

    def _turn(self) -> Iterator[int]:
        """The numbers of the tasks that are next; none where all are taken."""
        told = os.read(self._turns, _TURN.size)
        start = _TURN.unpack(told)[0] if told else len(self._arguments)
        return iter(range(start, min(start + self._each, len(self._arguments))))

    def _receive(self, *, wait: bool) -> None:
        """Take what copies have found; `wait` until there is something."""
        if not self.copies:
            if wait:
                raise EndedError
            return
        ready, _, _ = select.select(list(self.copies), [], [], None if wait else 0)
        for results in ready:
            copy = self.copies[results]
            if some := os.read(results, ROOM):
                copy.held += some
                self._keep(copy)
                continue
            del self.copies[results]
            os.close(results)
            os.waitpid(copy.pid, 0)

    def _keep(self, copy: Copy) -> None:
        held = copy.held
        while len(held) >= _SIZE.size:
            end = _SIZE.size + _SIZE.unpack_from(held)[0]
            if len(held) < end:
                return
            number, result, error = pickle.loads(memoryview(held)[_SIZE.size : end])  # noqa: S301
            del held[:end]
            if error is not None:
                raise error
            self._found[number] = result

    def _copied(self) -> Copy | None:
        """One more; None where there may be no more processes: then there are fewer."""
        results, told = os.pipe()
        try:
            pid = os.fork()
        except OSError:
            os.close(results)
            os.close(told)
            return None
        if pid:
            os.close(told)
            return Copy(pid, results)
        try:
            self._be_one(told)
        finally:
            os._exit(0)

    def _be_one(self, told: int) -> None:
        """What a copy does, whose results go there."""
        # What is pressed to interrupt all is this process's to answer.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        fcntl.fcntl(told, fcntl.F_SETPIPE_SZ, ROOM)
        with open(told, "wb", buffering=0) as out:
            while numbers := list(self._turn()):
                for number in numbers:
                    result, error = None, None
                    try:
                        result = self._task(*self._arguments[number])
                    except Exception as raised:  # noqa: BLE001 - it is raised where it is asked for
                        error = raised
                    whole = pickle.dumps((number, result, error), pickle.HIGHEST_PROTOCOL)
                    view = memoryview(_SIZE.pack(len(whole)) + whole)
                    while view:
                        view = view[out.write(view) :]
