"""Where a custom_id is repeated, in files that were read in stretches.

Ids that rise from line to line cannot be, and cost nothing. Of all others the hashes are dealt into
parts, each part is looked through by itself, and what may be repeated is told on its lines.
"""

from array import array
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import compress
from typing import TYPE_CHECKING, NamedTuple

from preflight.requests.duplicates import (
    Occurrences,
    Repeated,
    Sought,
    deal,
    named,
    occurrences,
    parts_for,
    repeated,
    together,
)
from preflight.requests.fault import Faults
from preflight.requests.identities import Hash, Identities, hashes_of
from preflight.requests.shared import Shared, in_common
from preflight.requests.shared import named as named_shared
from preflight.requests.stretch import Stretch
from preflight.requests.workers import Hands

if TYPE_CHECKING:
    from preflight.requests.spill import Spills

SENT = 1 << 20
"""So many hashes are sent at a time to whoever shares no disk: eight megabytes."""


class Compared(NamedTuple):
    """What hashes say: file -> what it repeats; what files have in common; how many each has so."""

    within: dict[int, Repeated]
    across: Repeated
    each: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class Ids:
    """The ids of all files as they were read.

    Attributes:
        stretches: of each file, all that were read.
        before: for each stretch, the lines of its file before it.
        held: for each stretch, its ids.
        spills: where their hashes are; None: there is one stretch, which has them itself.
        room: so many findings are kept with their place.
        hands: who does the work.
    """

    stretches: Sequence[Sequence[Stretch]]
    before: Sequence[int]
    held: Sequence[Identities]
    spills: "Spills | None"
    room: int
    hands: Hands

    def repeated(self, files: Sequence[int]) -> tuple[Mapping[int, Faults], Shared]:
        """File -> the duplicates in it; and the ids that several of these files have."""
        compared = self._in_memory() if self.spills is None else self._on_disk(self.spills, files)
        if not compared.across.more and not any(one.more for one in compared.within.values()):
            return {}, Shared()
        return self._told(files, compared)

    def _in_memory(self) -> Compared:
        [[stretch]] = self.stretches
        ids = self.held[0]
        hashes = ids.hashes
        if ids.first is not None:
            hashes = hashes_of(stretch.source, 0, ids.ran_to or 0, self.hands.hash)
            hashes.extend(ids.hashes)
            del ids.hashes[:]
        parts = deal(hashes, parts_for(len(hashes)))
        return Compared({0: together(repeated(part, self.room) for part in parts)}, Repeated(), {})

    def _on_disk(self, spills: "Spills", files: Sequence[int]) -> Compared:
        """The runs that were not hashed are hashed now."""
        runs = [one for one in self._all(files) if self.held[one.number].first is not None]
        here = self.hands.here
        task = partial(hash_run, of=self.hands.hash, spills=spills if here else None)
        ends = [self.held[one.number].ran_to for one in runs]
        for one, hashes in zip(runs, self.hands.map(task, runs, ends), strict=True):
            spills.put(one.number, hashes, run=True)
        numbers = {file: [one.number for one in self.stretches[file]] for file in files}
        if here:
            look = partial(compare, spills, numbers, self.room)
            parts = list(self.hands.map(look, range(spills.parts)))
        else:
            # What was spilled is on this machine's disk: it is sent to whoever cannot read there.
            sent = (
                piece for part in range(spills.parts) for piece in pieces(spills, numbers, part)
            )
            parts = list(self.hands.map(partial(compared, room=self.room), sent))
        within = {file: together(part.within[file] for part in parts) for file in files}
        each: Counter[int] = Counter()
        for part in parts:
            each.update(part.each)
        return Compared(within, together(part.across for part in parts), each)

    def _told(
        self, files: Sequence[int], compared: Compared
    ) -> tuple[Mapping[int, Faults], Shared]:
        """What is repeated, by its lines."""
        hashes = compared.across.sought.union(*(one.sought for one in compared.within.values()))
        task = partial(find, sought=Sought(hashes, self.hands.hash, self.room))
        several = list(self._all(files))
        found = {s.number: o for s, o in zip(several, self.hands.map(task, several), strict=True)}
        told = {
            file: [(self.before[one.number], found[one.number]) for one in self.stretches[file]]
            for file in files
        }
        faults = {file: named(told[file], compared.within[file], self.room) for file in files}
        return faults, named_shared(told.items(), compared.across, compared.each, self.room)

    def _all(self, files: Sequence[int]) -> Iterator[Stretch]:
        return (one for file in files for one in self.stretches[file])


def hash_run(
    stretch: Stretch, end: int | None, *, of: Hash, spills: "Spills | None"
) -> "array[int]":
    """The hashes of the run that a stretch begins with, which ends where the next cell starts.

    With `spills` they are put there, and none are left.
    """
    stop = stretch.stop if end is None else end
    hashes = hashes_of(stretch.source, stretch.start, stop, of)
    if spills is not None:
        spills.put(stretch.number, hashes, run=True)
    return hashes


def compare(
    spills: "Spills", numbers: Mapping[int, Sequence[int]], room: int, part: int
) -> Compared:
    """Look through one part of the hashes of files, of which these are the stretches."""
    return compared({file: spills.part(part, own) for file, own in numbers.items()}, room)


def compared(hashes: "Mapping[int, array[int]]", room: int) -> Compared:
    """Look through some hashes of files, by file: all of an id are among them, or none."""
    within = {file: repeated(some, room) for file, some in hashes.items()}
    nothing: tuple[Repeated, Mapping[int, int]] = (Repeated(), {})
    return Compared(within, *(in_common(hashes, room) if len(hashes) > 1 else nothing))


def pieces(
    spills: "Spills", numbers: Mapping[int, Sequence[int]], part: int
) -> "Iterator[Mapping[int, array[int]]]":
    """One part of the hashes of files, in so many pieces that each of them is small enough to send.

    What their second byte says decides which piece has them.
    """
    whole = {file: spills.part(part, own) for file, own in numbers.items()}
    count = 1 << (sum(map(len, whole.values())) // SENT).bit_length()
    if count == 1:
        yield whole
        return
    seconds = {file: some.tobytes()[1 :: some.itemsize] for file, some in whole.items()}
    for piece in range(min(count, 256)):
        mine = bytes(byte & (count - 1) == piece for byte in range(256))
        yield {
            file: array("q", compress(some, seconds[file].translate(mine)))
            for file, some in whole.items()
        }


def find(stretch: Stretch, *, sought: Sought) -> Occurrences:
    """Find the lines of a stretch whose id is sought."""
    return occurrences(stretch.source, stretch.start, stretch.stop, sought)
