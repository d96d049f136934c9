"""Hashes of ids on disk, dealt into parts, while the stretches of files are read."""

from array import array
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path

from preflight.requests.duplicates import deal


@dataclass(frozen=True, slots=True)
class Spills:
    """The hashes of all stretches, in so many parts, in a scratch folder of this machine.

    Of a stretch there may be two files: the hashes of the run that it begins with, and those behind
    it. Each begins with where its parts end.
    """

    folder: Path
    parts: int

    def put(self, stretch: int, hashes: "array[int]", *, run: bool = False) -> None:
        """Take the hashes of a stretch; the array is empty after that."""
        if not hashes:
            return
        dealt = deal(hashes, self.parts)
        with self._path(stretch, run=run).open("wb") as file:
            array("q", accumulate(map(len, dealt), initial=0)).tofile(file)
            for part in dealt:
                part.tofile(file)

    def part(self, number: int, stretches: Iterable[int]) -> "array[int]":
        """One part of these stretches, in their order."""
        found = array("q")
        for stretch in stretches:
            for run in (True, False):
                try:
                    with self._path(stretch, run=run).open("rb") as file:
                        ends = array("q")
                        ends.fromfile(file, self.parts + 1)
                        file.seek(ends[number] * found.itemsize, 1)
                        found.fromfile(file, ends[number + 1] - ends[number])
                except FileNotFoundError:
                    continue  # It had none to be put away.
        return found

    def _path(self, stretch: int, *, run: bool) -> Path:
        return self.folder / f"{stretch}{'-run' if run else ''}"
