"""A file as blocks of whole lines: read once, hashed on the way, in flat memory."""

import hashlib
import os
import stat
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from preflight.seams import RequestFileError

BUFFER = 2 << 20
"""Bytes asked of the file at a time; one buffer is hashed by a second thread while it is parsed."""

BLOCK = 128 << 10
"""Bytes of lines handled at a time: few enough to stay in the processor's cache."""

LONGEST_LINE = 64 << 20
"""Bytes. No request is near this size, and a file without newlines must not fill memory."""

GZIP = b"\x1f\x8b"


@dataclass(frozen=True, slots=True)
class Block:
    """Whole lines without their newlines. `first` is the first one's number, `offset` its byte."""

    first: int
    offset: int
    raw: bytes
    lines: list[bytes]


@dataclass(frozen=True, slots=True)
class LongLine:
    """A line that was passed over: its number, where it starts, and its bytes."""

    number: int
    offset: int
    size: int


@dataclass(slots=True)
class LineReader:
    """Reads an open file to its end. `size`, `sha256` and `ends_with_newline` hold after that."""

    file: BinaryIO
    size: int = 0
    ends_with_newline: bool = True
    _digest: "hashlib._Hash" = field(default_factory=hashlib.sha256)
    _carry: list[bytes] = field(default_factory=list)
    _carried: int = 0
    _number: int = 1
    _offset: int = 0

    @property
    def sha256(self) -> str:
        """Of all bytes read, in hex."""
        return self._digest.hexdigest()

    def __iter__(self) -> Iterator[Block | LongLine]:
        """Yield the lines in order, each exactly once."""
        for buffer in self._buffers():
            start = 0
            if self._carried > LONGEST_LINE and (end := buffer.find(b"\n")) >= 0:
                yield self._long_line(end)
                start = end + 1
            while (end := buffer.rfind(b"\n", start, start + BLOCK)) >= 0 or (
                end := buffer.find(b"\n", start + BLOCK)
            ) >= 0:
                self._carry.append(buffer[start:end])
                yield self._block()
                start = end + 1
            self._keep(buffer[start:])
        if self._carried > LONGEST_LINE:
            yield self._long_line(0)
        elif self._carried:
            yield self._block()

    def _keep(self, rest: bytes) -> None:
        self._carried += len(rest)
        if self._carried > LONGEST_LINE:
            self._carry.clear()
        elif rest:
            self._carry.append(rest)

    def _block(self) -> Block:
        raw = b"".join(self._carry) if len(self._carry) > 1 else self._carry[0]
        # To split one long line would be to copy it.
        split = raw.split(b"\n") if b"\n" in raw else [raw]
        block = Block(self._number, self._offset, raw, split)
        self._advance(len(raw) + 1, len(block.lines))
        return block

    def _long_line(self, end: int) -> LongLine:
        line = LongLine(self._number, self._offset, self._carried + end)
        self._advance(line.size + 1, 1)
        return line

    def _advance(self, size: int, lines: int) -> None:
        self._offset += size
        self._number += lines
        self._carry = []
        self._carried = 0

    def _buffers(self) -> Iterator[bytes]:
        """Read one buffer ahead, while a second thread hashes: hashlib lets go of the lock."""
        with ThreadPoolExecutor(1, "sha256") as pool:
            buffer = self.file.read(BUFFER)
            hashed: Future[None] | None = None
            while buffer:
                if hashed is not None:
                    hashed.result()
                self.size += len(buffer)
                self.ends_with_newline = buffer.endswith(b"\n")
                hashed = pool.submit(self._digest.update, buffer)
                # Reading lets go of the lock too: only here does the other thread get to start.
                ahead = self.file.read(BUFFER)
                yield buffer
                buffer = ahead
            if hashed is not None:
                hashed.result()


@contextmanager
def opened(path: Path) -> Iterator[LineReader]:
    """Open a request file for reading from its start to its end.

    Raises:
        RequestFileError: it is missing, unreadable, empty, compressed or no regular file, or it
            was changed while it was read.
    """
    where = str(path)
    with _file(path) as file:
        before = os.fstat(file.fileno())
        try:
            yield LineReader(file)
            after = path.stat()
        except OSError as error:
            raise _unreadable(path, error) from error
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        raise RequestFileError(where, "was changed while it was read", "wait for its writer to end")


def _file(path: Path) -> BinaryIO:
    where = str(path)
    try:
        # Asked before opening: to open a pipe nobody writes to is to wait for ever.
        if not stat.S_ISREG(path.stat().st_mode):
            what = "is a directory" if path.is_dir() else "is a pipe or a device"
            raise RequestFileError(where, f"{what}, not a file", "name a .jsonl file")
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
        raise RequestFileError(where, "is compressed", f"gunzip {path.name}")
    raise RequestFileError(where, "is empty", "write one request per line into it")


def _unreadable(path: Path, error: OSError | ValueError) -> RequestFileError:
    if isinstance(error, FileNotFoundError):
        return RequestFileError(str(path), "does not exist", "name an existing .jsonl file")
    reason = getattr(error, "strerror", None) or str(error)
    remedy = "make it readable for this user, or name another file"
    return RequestFileError(str(path), f"cannot be read ({reason})", remedy)
