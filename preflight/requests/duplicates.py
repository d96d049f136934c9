"""Which custom_id stands on more than one line.

Hashes are dealt into parts by their last bits, so that equal ones meet in the same part and no set
is large. Hashes that occur twice are confirmed on the lines themselves, in a second reading that
only a file with duplicates needs.
"""

from array import array
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, islice
from operator import call
from typing import TYPE_CHECKING, NamedTuple

from preflight.requests.fault import Fault, Faults, quoted
from preflight.requests.identities import Hash, identified
from preflight.requests.lines import Block, opened

if TYPE_CHECKING:
    from preflight.requests.source import Source

PART = 32_768
"""So many hashes are compared in one set at a time, about: what stays in the processor's cache."""

AT_ONCE = 65_536
"""So many hashes are dealt at a time."""

MOST_PARTS = 256
"""The last byte of a hash says which part it belongs to."""

CONFIRMED = 100_000
"""So many different repeated ids are told apart on their lines; beyond, hashes are trusted."""


def parts_for(count: int) -> int:
    """Into how many parts so many hashes are dealt; a power of two."""
    return min(MOST_PARTS, 1 << max(0, (count // PART).bit_length()))


def deal(hashes: "array[int]", parts: int) -> "list[array[int]]":
    """Deal hashes into so many parts (a power of two), each in the order of the hashes.

    The array is empty after that: from its end on, what was dealt is given back, so that there are
    never two copies of all.
    """
    dealt = [array("q") for _ in range(parts)]
    take = [part.append for part in dealt]
    part_of = bytes(byte & (parts - 1) for byte in range(256))
    while hashes:
        some = hashes[-AT_ONCE:]
        del hashes[-AT_ONCE:]
        some.reverse()
        low = some.tobytes()[:: some.itemsize]
        # All of it in C: look up the part's append, and call it with the hash.
        deque(map(call, map(take.__getitem__, low.translate(part_of)), some), maxlen=0)
    for part in dealt:
        part.reverse()
    return dealt


class Repeated(NamedTuple):
    """What the parts say so far.

    `first`: hashes, among them those of the first repetitions; `hashes`: all that occur more than
    once, where `distinct`, their number, is not above CONFIRMED; `more`: how many ids repeat an
    earlier one.
    """

    first: frozenset[int] = frozenset()
    hashes: frozenset[int] = frozenset()
    distinct: int = 0
    more: int = 0

    @property
    def sought(self) -> frozenset[int]:
        """The hashes whose lines are to be found."""
        return self.hashes if self.distinct <= CONFIRMED else self.first


def repeated(part: Sequence[int], room: int) -> Repeated:
    """Look through one part, the hashes in file order; `room` findings are to be shown."""
    more = len(part) - len(set(part))
    if not more:
        return Repeated()
    seen: set[int] = set()
    found: dict[int, None] = {}
    for value in part:
        if value in seen:
            found[value] = None
        seen.add(value)
    hashes = frozenset(found) if len(found) <= CONFIRMED else frozenset[int]()
    return Repeated(frozenset(islice(found, room)), hashes, len(found), more)


def together(parts: Iterable[Repeated]) -> Repeated:
    """What all parts say."""
    every = Repeated()
    for one in parts:
        distinct = every.distinct + one.distinct
        few = distinct <= CONFIRMED
        hashes = every.hashes | one.hashes if few else frozenset[int]()
        every = Repeated(every.first | one.first, hashes, distinct, every.more + one.more)
    return every


class Place(NamedTuple):
    """A line (in its stretch, from 1), where it starts in the file, and its custom_id."""

    line: int
    offset: int
    custom_id: str


@dataclass(slots=True)
class Occurrences:
    """Of the ids sought in one stretch: the first place of each, and the first others.

    `more`: how many others there are.
    """

    first: dict[str, Place] = field(default_factory=dict)
    others: list[Place] = field(default_factory=list)
    more: int = 0

    def note(self, place: Place, room: int) -> None:
        """Add a place, the next one in the file."""
        if place.custom_id not in self.first:
            self.first[place.custom_id] = place
            return
        self.more += 1
        if len(self.others) < room:
            self.others.append(place)


@dataclass(frozen=True, slots=True)
class Sought:
    """The hashes (made by `of`) of ids that are to be found, `room` places of them to be kept."""

    hashes: frozenset[int]
    of: Hash
    room: int


def occurrences(path: "Source", start: int, stop: int, sought: Sought) -> Occurrences:
    """Find the lines of a stretch of the file whose id is sought."""
    found = Occurrences()
    before = 0
    with opened(path, start, stop) as reader:
        for block in reader:
            if not isinstance(block, Block):
                before += 1
                continue
            custom_ids = identified(block)
            if not sought.hashes.isdisjoint(map(sought.of, filter(None, custom_ids))):
                for place in _places(block, custom_ids, before, sought):
                    found.note(place, sought.room)
            before += len(custom_ids)
    return found


def _places(
    block: Block, custom_ids: list[str | None], before: int, sought: Sought
) -> Iterator[Place]:
    starts = accumulate(map(len, block.lines()), initial=block.offset)
    for line, (custom_id, offset) in enumerate(zip(custom_ids, starts, strict=False), before + 1):
        if custom_id is not None and sought.of(custom_id) in sought.hashes:
            yield Place(line, offset, custom_id)


def named(stretches: Iterable[tuple[int, Occurrences]], seen: Repeated, room: int) -> Faults:
    """The duplicates of a file, of which each stretch (behind so many lines) has found its own."""
    first: dict[str, int] = {}
    again: list[tuple[Place, int]] = []
    more = 0
    for before, found in stretches:
        for place in found.first.values():
            if first.setdefault(place.custom_id, place.line + before) != place.line + before:
                again.append((place, before))
                more += 1
        again.extend((place, before) for place in found.others)
        more += found.more
        again = sorted(again, key=lambda one: one[0].line + one[1])[:room]
    faults = Faults(room)
    for place, before in again:
        where = f"is also on line {first[place.custom_id]}"
        message = f"custom_id {quoted(place.custom_id)} {where}"
        faults.add(Fault("duplicate_custom_id", place.line + before, place.offset, message))
    total = more if seen.distinct <= CONFIRMED else seen.more
    if total:
        faults.totals["duplicate_custom_id"] = total
    return faults
