"""Parts of a scan: what one machine read of its share of the files, for another to sum up.

All files one after the other are one long line of bytes, of which the I-th of N shards is the I-th
N-th, wherever that begins and ends. Nothing but the parts goes from machine to machine.
"""

from collections.abc import Iterator, Sequence
from functools import partial
from itertools import accumulate, groupby, pairwise
from typing import TYPE_CHECKING, Annotated, Literal, NamedTuple

from msgspec import Meta, Struct

from preflight.requests.identities import stable
from preflight.requests.kept import Count, Kept, kept
from preflight.requests.lines import refused
from preflight.requests.local import Local
from preflight.requests.ranges import cuts, read_away
from preflight.requests.stretch import Stretch
from preflight.requests.workers import workers

if TYPE_CHECKING:
    from preflight.requests.remote import Remote

FORMAT: Literal["preflight-part"] = "preflight-part"
VERSION: Literal[1] = 1
"""Of the shape: whatever changes, the next one."""

MOST_SHARDS = 100_000


class File(Struct, forbid_unknown_fields=True, frozen=True):
    """A request file: its name, its bytes, and what changes with its content."""

    name: str
    size: Annotated[int, Meta(ge=1)]
    mark: str


class Asked(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """The options of the command, which all parts have alike."""

    provider: list[str]
    only: list[str]
    skip: list[str]
    tables: str
    waivers: str
    no_split: bool
    max_findings: Annotated[int, Meta(ge=1)]


class Header(Struct, frozen=True, kw_only=True):
    """All of a part but what was read: whose it is.

    `places`: of each stretch that was read, the file (from 0), the first byte, and the one behind.
    """

    format: Literal["preflight-part"]
    version: Literal[1]
    preflight: str
    shard: Annotated[int, Meta(ge=1, le=MOST_SHARDS)]
    of: Annotated[int, Meta(ge=1, le=MOST_SHARDS)]
    asked: Asked
    files: Annotated[list[File], Meta(min_length=1)]
    places: list[tuple[Count, Count, Count]]


class Part(Header, frozen=True, kw_only=True):
    """A part as it is written: `read` holds what was read of each of its places."""

    read: list[Kept]


class Share(NamedTuple):
    """What a shard has of a file: which it is, from where and to where."""

    file: int
    start: int
    stop: int


def shares(sizes: Sequence[int], shard: int, of: int) -> Iterator[Share]:
    """What the shard (from 1) has of files of so many bytes."""
    whole = sum(sizes)
    first, last = whole * (shard - 1) // of, whole * shard // of
    for file, begins in enumerate(accumulate(sizes[:-1], initial=0)):
        start, stop = max(first - begins, 0), min(last - begins, sizes[file])
        if start < stop:
            yield Share(file, start, stop)


def tiles(
    places: Sequence[tuple[int, int, int]], sizes: Sequence[int], shard: int, of: int
) -> bool:
    """Whether the stretches are all that the shard has, each byte once, in order."""
    found = []
    for file, several in groupby(places, key=lambda place: place[0]):
        own = list(several)
        if any(one[2] != other[1] for one, other in pairwise(own)):
            return False
        if any(start >= stop for _, start, stop in own):
            return False
        found.append(Share(file, own[0][1], own[-1][2]))
    return found == list(shares(sizes, shard, of))


def read_shard(
    sources: "Sequence[Local | Remote]", shard: int, of: int, *, jobs: int, room: int
) -> tuple[list[tuple[int, int, int]], list[Kept]]:
    """Read what a shard has of the files, by so many processes; `room` faults of each code.

    Raises:
        RequestFileError: as `preflight.requests.lines.opened`.
    """
    for source in sources:
        if not source.size:
            raise refused(str(source), "is empty", "write one request per line into it")
    own = list(shares([source.size for source in sources], shard, of))
    with workers(", ".join(map(str, sources)), _bytes(own), jobs) as hands:
        every = [
            Stretch(number, file, sources[file], start, stop, sources[file].size)
            for number, (file, start, stop) in enumerate(_cut(own, hands.number))
        ]
        task = partial(read_away, room=room, of=stable)
        # As plain values they are small: what they were made of is given back one by one.
        read = list(map(kept, hands.map(task, every)))
    return [(one.file, one.start, one.stop) for one in every], read


def _bytes(own: Sequence[Share]) -> int:
    return sum(one.stop - one.start for one in own)


def _cut(own: Sequence[Share], number: int) -> Iterator[Share]:
    for file, start, stop in own:
        places = cuts(stop - start, number)
        for first, last in pairwise(places):
            yield Share(file, start + first, start + last)
