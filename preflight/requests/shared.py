"""Which custom_id stands in more than one file."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import NamedTuple

from preflight.requests.duplicates import CONFIRMED, Occurrences, Place, Repeated


class SharedPlace(NamedTuple):
    """An id's first line in one file, and its first in the first file that has it.

    Files are numbered from 0.
    """

    custom_id: str
    file: int
    line: int
    offset: int
    first_file: int
    first_line: int


@dataclass(frozen=True, slots=True)
class Shared:
    """The first ids that files have in common, by file and line, and how many there are in all.

    `each`: file -> how many it has of them; `firsts`: file -> the first of those.
    """

    places: tuple[SharedPlace, ...] = ()
    each: Mapping[int, int] = field(default_factory=dict)
    firsts: Mapping[int, SharedPlace] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """An id of three files counts twice."""
        return sum(self.each.values())


def in_common(files: Mapping[int, Sequence[int]], room: int) -> tuple[Repeated, Mapping[int, int]]:
    """Look through one part of the hashes of several files, `room` findings of which are shown.

    Also says, for each file, how many of its hashes an earlier file has too: `more` in all.
    """
    seen: set[int] = set()
    found: dict[int, None] = {}
    each: dict[int, int] = {}
    for file, part in files.items():
        own = set(part)
        if both := own & seen:
            each[file] = len(both)
            found |= dict.fromkeys(value for value in part if value in both)
        seen |= own
    hashes = frozenset(found) if len(found) <= CONFIRMED else frozenset[int]()
    more = sum(each.values())
    return Repeated(frozenset(islice(found, room)), hashes, len(found), more), each


def named(
    files: Iterable[tuple[int, Sequence[tuple[int, Occurrences]]]],
    seen: Repeated,
    hashed: Mapping[int, int],
    room: int,
) -> Shared:
    """The ids that files share; of each file, what its stretches (behind so many lines) found.

    `hashed`: file -> how many there are by their hashes.
    """
    first: dict[str, tuple[int, int]] = {}
    again: list[SharedPlace] = []
    firsts: dict[int, SharedPlace] = {}
    each: Counter[int] = Counter()
    for number, stretches in files:
        for custom_id, (place, line) in _firsts(stretches).items():
            file, earlier = first.setdefault(custom_id, (number, line))
            if file == number:
                continue
            one = SharedPlace(custom_id, number, line, place.offset, file, earlier)
            each[number] += 1
            firsts.setdefault(number, one)
            if len(again) < room:
                again.append(one)
    return Shared(tuple(again), each if seen.distinct <= CONFIRMED else hashed, firsts)


def _firsts(stretches: Iterable[tuple[int, Occurrences]]) -> Mapping[str, tuple[Place, int]]:
    """Of each id its first place in a file and the number of that line, in file order."""
    found: dict[str, tuple[Place, int]] = {}
    for before, one in stretches:
        for place in one.first.values():
            found.setdefault(place.custom_id, (place, place.line + before))
    return found
