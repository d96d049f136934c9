"""The custom_ids of a stretch of a file, in no more than eight bytes each.

Most files number their requests: as long as each id comes behind the one before it (by length, then
by its characters), none is there twice, and the first and the last say all. Where that ends, a
64-bit hash of each id is kept. Equal ids have equal hashes, so no duplicate is missed; what only
looks like one is told apart on the lines themselves.
"""

from array import array
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import islice
from operator import lt
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.json import Decoder

from preflight.requests.lines import Block, opened

if TYPE_CHECKING:
    from preflight.requests.source import Source

BOM = b"\xef\xbb\xbf"

Hash = Callable[[str], int]


def salted(custom_id: str) -> int:
    """Of this process and of those it forks; quick."""
    return hash(custom_id)


def stable(custom_id: str) -> int:
    """The same in every process and on every machine."""
    from hashlib import blake2b  # noqa: PLC0415 - one process needs none

    digest = blake2b(custom_id.encode(), digest_size=8).digest()
    return int.from_bytes(digest, "little", signed=True)


class _Identified(Struct, gc=False):
    custom_id: str


_decode = Decoder(_Identified).decode


@dataclass(slots=True)
class Identities:
    """The ids seen so far.

    `first` and `last` are those of the increasing run that the ids begin with, None before any;
    `hashes`, of all that came after that run. `ran_to`: where the cell of the first block of those
    starts in the file, None while there is none.
    """

    hash: Hash = salted
    first: str | None = None
    last: str | None = None
    ran_to: int | None = None
    hashes: "array[int]" = field(default_factory=lambda: array("q"))

    def add(self, custom_ids: Sequence[str], cell: int) -> bool:
        """Remember those of a whole block (some, none empty), whose cell starts at this byte.

        Returns whether they go on with the run.
        """
        if self.ran_to is None:
            if self._follows(custom_ids):
                self.first = custom_ids[0] if self.first is None else self.first
                self.last = custom_ids[-1]
                return True
            self.ran_to = cell
        of = hash if self.hash is salted else self.hash
        self.hashes.extend(map(of, custom_ids))
        return False

    def _follows(self, custom_ids: Sequence[str]) -> bool:
        return (self.last is None or behind(self.last, custom_ids[0])) and increasing(custom_ids)


def behind(earlier: str, later: str) -> bool:
    """Whether the second comes behind the first: by length, then by its characters."""
    return (len(earlier), earlier) < (len(later), later)


def increasing(custom_ids: Sequence[str]) -> bool:
    """Whether each comes behind the one before it."""
    length = len(custom_ids[0])
    if list(map(len, custom_ids)).count(length) == len(custom_ids):
        return all(map(lt, custom_ids, islice(custom_ids, 1, None)))
    return all(map(behind, custom_ids, islice(custom_ids, 1, None)))


def hashes_of(path: "Source", start: int, stop: int, of: Hash) -> "array[int]":
    """The hashes of the ids in a stretch of a file, in file order."""
    found = array("q")
    with opened(path, start, stop) as reader:
        for block in reader:
            if isinstance(block, Block):
                found.extend(map(of, filter(None, identified(block))))
    return found


def identified(block: Block) -> list[str | None]:
    """The id of each line of a block; None where it has none, or is refused as a whole."""
    lines = block.lines()
    if block.raw.isascii():
        try:
            return [one.custom_id or None for one in map(_decode, lines)]
        except (ValueError, RecursionError):
            pass  # Which lines those are is asked one by one.
    return list(map(_custom_id, lines))


def _custom_id(line: bytes) -> str | None:
    try:
        # msgspec does not look at the bytes it skips.
        line.isascii() or line.decode()
        return _decode(line.removeprefix(BOM)).custom_id or None
    except (ValueError, RecursionError):
        return None
