"""Files that are read in places, in any order, without a system call for each; in flat memory."""

from collections.abc import Iterable
from mmap import ACCESS_READ, MADV_DONTNEED, PAGESIZE, mmap
from pathlib import Path

_KEPT = 16 << 20
"""Bytes of a file that may stay in memory when they have been looked at."""

_BROUGHT = 16 * PAGESIZE
"""Bytes that the system brings into memory where one is looked at."""


class Mapped:
    """A file that does not change while it is open: the run that it belongs to is locked."""

    def __init__(self, path: Path) -> None:
        """Raises OSError."""
        with path.open("rb") as file:
            empty = not path.stat().st_size  # of which there is no map
            self._map = b"" if empty else mmap(file.fileno(), 0, access=ACCESS_READ)
        self._looks = 0

    def parts(self, starts: Iterable[int], ends: Iterable[int]) -> list[bytes]:
        """The bytes from each start to its end."""
        found = list(map(self._map.__getitem__, map(slice, starts, ends)))
        self._looks += len(found)
        if isinstance(self._map, mmap) and min(len(self._map), self._looks * _BROUGHT) > _KEPT:
            self._map.madvise(MADV_DONTNEED)
            self._looks = 0
        return found

    def close(self) -> None:
        """Let go of it."""
        if isinstance(self._map, mmap):
            self._map.close()
