"""An open file that is read in ranges over the network, the next of them always under way."""

from concurrent.futures import Future
from io import SEEK_CUR, SEEK_SET
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from preflight.requests.storage import Storage

BLOCK = 8 << 20
"""Bytes asked for at a time: an answer costs tens of milliseconds, however short it is."""

TAIL = 256 << 10
"""Bytes asked for behind the end of a stretch, where only the rest of a line is wanted."""


class Ranged:
    """Reads from a position on; two blocks are in memory at most.

    What is not expected to be read as a whole is asked for little by little, as a line here and
    there.

    `asked`: how many blocks were asked for.
    """

    def __init__(self, storage: "Storage", size: int, head: bytes = b"") -> None:
        """Begin at byte 0 of a file of so many bytes, of which the first are known."""
        self.asked = 0
        self._storage = storage
        self._size = size
        self._head = head
        self._until = 0
        self._position = 0
        self._block = b""
        self._start = 0
        self._next: Future[bytes] | None = None
        self._next_start = 0

    def expect(self, stop: int) -> None:
        """All will be read up to this byte, and little from there on."""
        self._until = min(stop, self._size)

    def seek(self, offset: int, whence: int = SEEK_SET, /) -> int:
        """Go to a byte: from the start of the file, or (SEEK_CUR) from here."""
        self._position = self._position + offset if whence == SEEK_CUR else offset
        return self._position

    def readinto(self, buffer: bytearray, /) -> int:
        """Fill the buffer from its start, as far as the block reaches; 0 at the end of the file."""
        some = self._some(len(buffer))
        buffer[: len(some)] = some
        return len(some)

    def read(self, size: int = -1, /) -> bytes:
        """Up to so many bytes; all that are left where it is negative."""
        if 0 <= self._position + size <= len(self._head) and size >= 0:
            found = self._head[self._position : self._position + size]
            self._position += len(found)
            return found
        if size >= 0:
            return bytes(self._some(size))
        parts = []
        while some := self._some(BLOCK):
            parts.append(bytes(some))
        return b"".join(parts)

    def readline(self, size: int | None = -1, /) -> bytes:
        """Up to the end of the line, newline included."""
        del size
        parts = []
        while some := self._some(TAIL):
            piece = bytes(some)
            end = piece.find(b"\n") + 1
            if end:
                self._position -= len(piece) - end
                parts.append(piece[:end])
                break
            parts.append(piece)
        return b"".join(parts)

    def close(self) -> None:
        """Forget the blocks, and what is under way."""
        self._block = b""
        self._forget()

    def _some(self, most: int) -> memoryview:
        """The next bytes, at least one unless the file ends here."""
        at = self._position - self._start
        if not 0 <= at < len(self._block):
            self._load()
            at = 0
        found = memoryview(self._block)[at : at + most]
        self._position += len(found)
        return found

    def _load(self) -> None:
        """Make the block that of the position, and ask for the one behind it."""
        if self._next is None or self._next_start != self._position:
            self._forget()
            self._ask(self._position)
        self._start, asked = self._next_start, self._next
        self._next = None
        self._block = bytes(self._storage.answer(asked)) if asked is not None else b""
        behind = self._start + len(self._block)
        if behind < self._until:
            self._ask(behind)

    def _ask(self, start: int) -> None:
        self._next_start = start
        if start >= self._size:
            return
        due = self._until - start
        length = min(BLOCK, due + TAIL) if due > 0 else TAIL
        self.asked += 1
        self._next = self._storage.block(start, min(start + length, self._size))

    def _forget(self) -> None:
        if self._next is not None:
            self._next.cancel()
            self._next = None
