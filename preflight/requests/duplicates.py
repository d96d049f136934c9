"""Which custom_id stands on more than one line, in eight bytes per request.

While the file is read only a 64-bit hash of each custom_id is kept. Equal ids have equal hashes, so
none is missed; hashes that occur twice are confirmed on the lines themselves, in a second reading
that only a file with duplicates needs.
"""

from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from msgspec import Struct
from msgspec.json import Decoder

from preflight.requests.fault import Fault, quoted
from preflight.requests.lines import Block, LineReader

ONE_SET = 1_000_000
"""Up to so many hashes one set is cheap (some 70 MB); beyond, they are dealt into parts first."""

PARTS = 64
CONFIRMED = 100_000
"""So many different repeated ids are told apart on their lines; all repetitions are counted."""

BOM = b"\xef\xbb\xbf"


class _Identified(Struct, gc=False):
    custom_id: str


_decode = Decoder(_Identified).decode


@dataclass(slots=True)
class Identities:
    """The custom_ids seen so far, as hashes."""

    hashes: "array[int]" = field(default_factory=lambda: array("q"))

    def add(self, custom_ids: Iterable[str]) -> None:
        """Remember them."""
        self.hashes.extend(map(hash, custom_ids))

    def repeated(self) -> frozenset[int]:
        """The hashes that occur more than once, up to CONFIRMED of them."""
        found: set[int] = set()
        for part in self._parts():
            if len(set(part)) == len(part):
                continue
            seen: set[int] = set()
            for value in part:
                if value in seen and len(found) < CONFIRMED:
                    found.add(value)
                seen.add(value)
        return frozenset(found)

    def _parts(self) -> "Iterator[array[int]]":
        if len(self.hashes) <= ONE_SET:
            yield self.hashes
            return
        parts = [array("q") for _ in range(PARTS)]
        deal = [part.append for part in parts]
        for value in self.hashes:
            deal[value & (PARTS - 1)](value)
        yield from parts


def duplicates(reader: LineReader, repeated: frozenset[int]) -> Iterator[Fault]:
    """Read the file again and name each later line that has an earlier line's custom_id."""
    first: dict[str, int] = {}
    for block in reader:
        if not isinstance(block, Block):
            continue
        offset = block.offset
        for number, line in enumerate(block.lines, block.first):
            custom_id = _custom_id(line)
            if custom_id is not None and hash(custom_id) in repeated:
                if custom_id in first:
                    message = f"custom_id {quoted(custom_id)} is also on line {first[custom_id]}"
                    yield Fault("duplicate_custom_id", number, offset, message)
                else:
                    first[custom_id] = number
            offset += len(line) + 1


def _custom_id(line: bytes) -> str | None:
    try:
        # UTF-8 is checked too: a line that was refused as a whole has no id.
        line.isascii() or line.decode()
        return _decode(line.removeprefix(BOM)).custom_id
    except (ValueError, RecursionError):
        return None
