"""What can be repaired in a request file without a doubt about what was meant.

A byte order mark at the start of a line is left out, and so is a line with nothing on it. A
custom_id that is a whole number, or that a provider does not carry, is replaced by a name that is
made of it (`preflight.requests.relabel`), and written down. Everything else stays byte for byte,
line ends of Windows (which JSON takes for blanks) and a missing last newline too.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from operator import itemgetter
from pathlib import Path

from preflight.requests.diagnose import BLANKS
from preflight.requests.identities import BOM, identified
from preflight.requests.lines import BUFFER, Block, LongLine, opened
from preflight.requests.relabel import all_carried, carried, identity, legal, relabelled

KINDS = {
    "bom": "byte order mark left out",
    "blank_line": "blank line left out",
    "custom_id": "custom_id replaced by one that can be carried",
}
"""Every repair, in the order in which a line undergoes them."""

_BRACE = frozenset(b"{")
_first = itemgetter(0)


@dataclass(frozen=True, slots=True)
class Repair:
    """One line that is repaired, `line` and `offset` as in the file.

    Attributes:
        line: its number, from 1.
        offset: of its first byte.
        kinds: what was repaired, as in `KINDS`.
        before: its bytes, with its newline if it has one.
        after: the same repaired; empty: the line is left out.
        custom_id: its own id, where that was replaced; else None.
    """

    line: int
    offset: int
    kinds: tuple[str, ...]
    before: bytes
    after: bytes
    custom_id: str | int | None = None


@dataclass(frozen=True, slots=True)
class Untouched:
    """Lines that stay as they are: how many, and their bytes, which may come in several pieces."""

    lines: int
    raw: bytes


Piece = Repair | Untouched


@dataclass(slots=True)
class Repairing:
    """One reading of a file that is repaired, in flat memory.

    Attributes:
        path: of the file.
        providers: that are to carry each custom_id.
        numbers: whether there are custom_ids that are numbers; to look for them takes time.
    """

    path: Path
    providers: Collection[str] = ()
    numbers: bool = True
    _line: int = field(default=0)

    def pieces(self) -> Iterator[Piece]:
        """The whole file in order.

        Raises:
            RequestFileError: as `preflight.requests.lines.opened`.
        """
        with opened(self.path) as reader:
            for piece in reader:
                if isinstance(piece, LongLine):
                    self._line += 1
                    yield from self._long(piece)
                else:
                    yield from self._block(piece)

    def _block(self, block: Block) -> Iterator[Piece]:
        lines = block.lines()
        if {*map(_first, lines)} <= _BRACE and self._carried(block):
            self._line += len(lines)
            yield Untouched(len(lines), block.raw)
            return
        kept: list[bytes] = []
        offset = block.offset
        for line in lines:
            self._line += 1
            repair = self._one(line, offset)
            offset += len(line)
            if repair is None:
                kept.append(line)
                continue
            if kept:
                yield Untouched(len(kept), b"".join(kept))
                kept = []
            yield repair
        if kept:
            yield Untouched(len(kept), b"".join(kept))

    def _carried(self, block: Block) -> bool:
        """Whether no custom_id of the block has to be replaced."""
        if not (self.providers or self.numbers):
            return True
        custom_ids = identified(block)
        if self.numbers and None in custom_ids:
            return False
        return all_carried([one for one in custom_ids if one is not None], self.providers)

    def _one(self, line: bytes, offset: int) -> Repair | None:
        kinds: list[str] = []
        made = line
        while made.startswith(BOM):
            made = made[len(BOM) :]
            kinds = ["bom"]
        if not made.strip(BLANKS):
            return Repair(self._line, offset, (*kinds, "blank_line"), line, b"")
        custom_id = self._uncarried(made)
        if custom_id is not None:
            kinds.append("custom_id")
            made = relabelled(made, legal(custom_id))
        return Repair(self._line, offset, tuple(kinds), line, made, custom_id) if kinds else None

    def _uncarried(self, line: bytes) -> str | int | None:
        """Its custom_id, where that has to be replaced."""
        if not (self.providers or self.numbers):
            return None
        custom_id = identity(line)
        if not isinstance(custom_id, str):
            return custom_id
        return None if not custom_id or carried(custom_id, self.providers) else custom_id

    def _long(self, line: LongLine) -> Iterator[Piece]:
        """A line that no provider takes, in pieces: it is as long as it likes."""
        left, count = line.size + 1, 1
        with self.path.open("rb", buffering=0) as file:
            file.seek(line.offset)
            while left and (raw := file.read(min(left, BUFFER))):
                left -= len(raw)
                yield Untouched(count, raw)
                count = 0
