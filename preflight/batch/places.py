"""Files that are read in places, in any order, in bounded memory."""

import os
from collections.abc import Iterable, Sequence
from mmap import ACCESS_READ, mmap
from operator import sub
from pathlib import Path

MAPPED = 48 << 20
"""Bytes. A file of no more is mapped, which costs no system call for each place."""


class Places:
    """A file that does not change while it is open: the run that it belongs to is locked."""

    def __init__(self, path: Path) -> None:
        """Raises OSError."""
        self._file = path.open("rb", buffering=0)
        size = os.fstat(self._file.fileno()).st_size
        small = 0 < size <= MAPPED  # of an empty file there is no map
        self._map = mmap(self._file.fileno(), 0, access=ACCESS_READ) if small else None

    def parts(self, starts: Sequence[int], ends: Sequence[int]) -> Iterable[bytes]:
        """The bytes from each start to its end."""
        if self._map is not None:
            return map(self._map.__getitem__, map(slice, starts, ends))
        return map(self._read, map(sub, ends, starts), starts)

    def part(self, start: int, end: int) -> bytes:
        """The bytes from a start to an end."""
        return next(iter(self.parts((start,), (end,))))

    def _read(self, size: int, start: int) -> bytes:
        part = os.pread(self._file.fileno(), size, start)
        while len(part) < size and (more := os.pread(self._file.fileno(), size, start + len(part))):
            part += more[: size - len(part)]  # one call reads two gigabytes at most
        return part

    def close(self) -> None:
        """Let go of it."""
        if self._map is not None:
            self._map.close()
        self._file.close()
