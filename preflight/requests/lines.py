"""A file, or a stretch of it, as blocks of whole lines: read once, in flat memory.

Blocks follow a grid over the whole file: one holds the lines that start in its cell. So a block is
the same whoever reads it, and stretches that are read side by side fit together without a gap,
wherever they were cut.
"""

import os
import stat
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from preflight.requests.source import Bytes, Source, Stat
    from preflight.seams import RequestFileError

BUFFER = 256 << 10
"""Bytes asked of the file at a time."""

BLOCK = 128 << 10
"""Bytes of the grid's cells: few enough that a block stays in the processor's cache."""

KEPT = 1 << 20
"""Bytes: more than is needed for a block, its lines and its text."""

LONGEST_LINE = 64 << 20
"""Bytes. No request is near this size, and a file without newlines must not fill memory."""

GZIP = b"\x1f\x8b"


class Block(NamedTuple):
    """Whole lines: where the first starts in the file, and the bytes, newlines included."""

    offset: int
    raw: bytes

    @property
    def cell(self) -> int:
        """Which of the grid it is, from 0."""
        return self.offset // BLOCK

    @property
    def cell_start(self) -> int:
        """The byte where that starts."""
        return self.cell * BLOCK

    def lines(self) -> list[bytes]:
        """One by one, each with the newline at its end (the file's last need not have one)."""
        # bytes.split looks at every byte, this jumps from newline to newline.
        return BytesIO(self.raw).readlines()


class LongLine(NamedTuple):
    """A line that was passed over: where it starts, and its bytes without the newline."""

    offset: int
    size: int


@dataclass(slots=True)
class LineReader:
    """Reads the blocks of an open file whose cells start in [start, stop).

    `closed` holds after that: whether the last line has a newline.
    """

    file: "Bytes"
    start: int
    stop: int
    closed: bool = True
    _offset: int = 0
    _carry: list[bytes] = field(default_factory=list)
    _carried: int = 0

    def __iter__(self) -> Iterator[Block | LongLine]:
        """Yield the lines in order, each exactly once."""
        # A cell that starts in the stretch may begin inside a line that an earlier cell has.
        self._offset = -(-self.start // BLOCK) * BLOCK
        if self._offset >= self.stop:
            return
        if self._offset:
            self._offset -= 1
            self.file.seek(self._offset)
            yield from self._rest(skipping=True)
        else:
            yield from self._rest(skipping=False)

    def _rest(self, *, skipping: bool) -> Iterator[Block | LongLine]:
        last = -(-self.stop // BLOCK) * BLOCK
        # The allocator takes what it once got back for what it need not give to the system again.
        bytearray(KEPT)
        # One buffer for all: to ask for a fresh one each time costs more than to read into it.
        buffer = bytearray(BUFFER)
        view = memoryview(buffer)
        while filled := self.file.readinto(buffer):
            at = 0
            if skipping:
                at = buffer.find(b"\n", 0, filled) + 1
                self._offset += at or filled
                if not at:
                    continue
                skipping = False
            while self._offset < last:
                # The block ends with the line that reaches the end of the cell.
                due = (self._offset // BLOCK + 1) * BLOCK - self._offset - 1
                end = buffer.find(b"\n", max(at, at + due - self._carried), filled) + 1
                if not end:
                    self._keep(bytes(view[at:filled]))
                    break
                self._carry.append(bytes(view[at:end]))
                yield from self._blocks()
                at = end
            else:
                return
            if self._carried > LONGEST_LINE + BLOCK:
                yield from self._endless()
                skipping = True
        if self._carried:
            yield from self._blocks()

    def _keep(self, rest: bytes) -> None:
        if rest:
            self._carried += len(rest)
            self._carry.append(rest)

    def _blocks(self) -> Iterator[Block | LongLine]:
        raw = b"".join(self._carry) if len(self._carry) > 1 else self._carry[0]
        offset = self._offset
        self._advance(len(raw))
        self.closed = raw.endswith(b"\n")
        if len(raw) > LONGEST_LINE:
            tail = raw.rfind(b"\n", 0, len(raw) - 1) + 1
            size = len(raw) - tail - self.closed
            if size > LONGEST_LINE:
                if tail:
                    yield Block(offset, raw[:tail])
                yield LongLine(offset + tail, size)
                return
        yield Block(offset, raw)

    def _endless(self) -> Iterator[Block | LongLine]:
        """What is carried ends in a line that is too long whatever follows: find its end."""
        raw = b"".join(self._carry)
        tail = raw.rfind(b"\n") + 1
        if tail:
            yield Block(self._offset, raw[:tail])
        start = self._offset + tail
        self._advance(len(raw))
        del raw
        while buffer := self.file.read(BUFFER):
            if (end := buffer.find(b"\n")) >= 0:
                self.file.seek(end - len(buffer), os.SEEK_CUR)
                self._offset += end
                break
            self._offset += len(buffer)
        else:
            self.closed = False
        yield LongLine(start, self._offset - start)

    def _advance(self, size: int) -> None:
        self._offset += size
        self._carry = []
        self._carried = 0


@contextmanager
def opened(path: "Source", start: int = 0, stop: int | None = None) -> Iterator[LineReader]:
    """Open a request file for reading the blocks whose cells start in a stretch of it.

    Args:
        path: of the file.
        start: the first byte of the stretch; it may be inside a line.
        stop: the byte behind it; None is the file's end.

    Raises:
        RequestFileError: it is missing, unreadable, empty, compressed or no regular file, or it
            was changed while it was read.
    """
    before = looked_at(path)
    with _file(path) as file:
        if expect := getattr(file, "expect", None):  # Only what is far away reads ahead by itself.
            expect(-(-(before.st_size if stop is None else stop) // BLOCK) * BLOCK)
        try:
            yield LineReader(file, start, before.st_size if stop is None else stop)
        except OSError as error:
            raise _unreadable(path, error) from error
    unchanged(path, before)


def looked_at(path: "Source") -> "Stat":
    """What is known of a request file before it is read. Raises RequestFileError."""
    try:
        # Asked before opening: to open a pipe nobody writes to is to wait for ever.
        found = path.stat()
        if stat.S_ISREG(found.st_mode):
            return found
        what = "is a directory" if path.is_dir() else "is a pipe or a device"
    except (OSError, ValueError) as error:
        raise _unreadable(path, error) from error
    remedy = "name a .jsonl file, or - for standard input"
    raise refused(str(path), f"{what}, not a file", remedy)


def unchanged(path: "Source", before: "Stat") -> None:
    """Raise RequestFileError where a file is no longer what it was when it was looked at."""
    after = looked_at(path)
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        raise refused(str(path), "was changed while it was read", "wait for its writer to end")


def _file(path: "Source") -> "Bytes":
    where = str(path)
    try:
        with ExitStack() as opened_here:
            file = opened_here.enter_context(path.open("rb", buffering=0))
            head = file.read(len(GZIP))
            file.seek(0)
            if head and head != GZIP:
                opened_here.pop_all()
                return file
    except (OSError, ValueError) as error:
        raise _unreadable(path, error) from error
    if head:
        raise refused(where, "is compressed", f"gunzip {path.name}")
    raise refused(where, "is empty", "write one request per line into it")


def _unreadable(path: "Source", error: OSError | ValueError) -> "RequestFileError":
    if isinstance(error, FileNotFoundError):
        return refused(str(path), "does not exist", "name an existing .jsonl file")
    reason = getattr(error, "strerror", None) or str(error)
    remedy = "make it readable for this user, or name another file"
    return refused(str(path), f"cannot be read ({reason})", remedy)


def refused(where: str, what: str, remedy: str) -> "RequestFileError":
    """The error of a file that cannot be read; its module is imported where there is one."""
    from preflight.seams import RequestFileError  # noqa: PLC0415

    return RequestFileError(where, what, remedy)
