"""Hashes of ids on disk, dealt into parts, while the stretches of a file are read."""

from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from pathlib import Path
from typing import NamedTuple

from preflight.requests.duplicates import Repeated, deal, repeated
from preflight.requests.identities import Identities


class Spilled(NamedTuple):
    """A file with hashes, part after part, and the bytes of each part."""

    path: Path
    sizes: tuple[int, ...]

    def part(self, number: int) -> bytes:
        """Read one of its parts."""
        with self.path.open("rb") as file:
            file.seek((0, *accumulate(self.sizes))[number])
            return file.read(self.sizes[number])


@dataclass(slots=True)
class Spills:
    """The hashes of all stretches so far, in `parts` parts, in a scratch folder.

    `files`: in the order of the stretches, of each those of the run it begins with (None: none was
    asked for yet) and those behind it.
    """

    folder: Path
    parts: int
    files: list[tuple[Spilled | None, Spilled]] = field(default_factory=list)

    def put_away(self, ids: Identities) -> Identities:
        """Take the hashes of the next stretch away from its ids."""
        self.files.append((None, self._spilled(f"{len(self.files)}", ids.hashes)))
        return ids

    def put_before(self, number: int, hashes: "array[int]") -> None:
        """Take the hashes of the run that a stretch begins with."""
        self.files[number] = (self._spilled(f"{number}-run", hashes), self.files[number][1])

    def _spilled(self, name: str, hashes: "array[int]") -> Spilled:
        path = self.folder / name
        dealt = deal(hashes, self.parts)
        with path.open("wb") as file:
            for part in dealt:
                part.tofile(file)
        return Spilled(path, tuple(len(part) * part.itemsize for part in dealt))


def repeated_in(
    files: Sequence[tuple[Spilled | None, Spilled]], room: int, number: int
) -> Repeated:
    """Look through one part of all stretches."""
    found = array("q")
    for run, rest in files:
        if run is not None:
            found.frombytes(run.part(number))
        found.frombytes(rest.part(number))
    return repeated(found, room)
