"""Files that are read in places, in any order, in bounded memory."""

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from mmap import ACCESS_READ, mmap
from operator import sub
from pathlib import Path

MAPPED = 48 << 20
"""Bytes."""


@dataclass(slots=True)
class Mappable:
    """How many bytes may still be mapped, which costs no system call for each place.

    What is mapped and looked at takes memory until it is closed.
    """

    left: int = MAPPED

    def take(self, size: int) -> bool:
        """Whether so many bytes may be, and now are. Of an empty file there is no map."""
        may = 0 < size <= self.left
        self.left -= size if may else 0
        return may


class Places:
    """A file that does not change while it is open: the run that it belongs to is locked."""

    def __init__(self, path: Path, mappable: Mappable) -> None:
        """Raises OSError."""
        self._file = path.open("rb", buffering=0)
        self._mappable = mappable
        self._map: mmap | None = None
        if mappable.take(os.fstat(self._file.fileno()).st_size):
            self._map = mmap(self._file.fileno(), 0, access=ACCESS_READ)

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
            self._mappable.left += len(self._map)
            self._map.close()
            self._map = None
        self._file.close()
