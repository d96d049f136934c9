"""The rows that came back for one shard, by the requests they name: places in files, not the rows.

A row that another row of its request wins over is kept apart, as is one that names no request. The
last success wins; where there is none, the last error does.
"""

from array import array
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, repeat
from operator import add, attrgetter, itemgetter
from pathlib import Path
from typing import Protocol

from preflight.batch.blocks import Block, TooLong, blocks
from preflight.batch.likely_rows import LIKELY, Likely
from preflight.batch.places import Mappable, Places
from preflight.batch.rows import renamed, row

RESULT, RESULT_REMADE, ERROR, ERROR_REMADE = range(4)
"""What a row is, and whether it is passed on byte for byte or made anew."""

NONE = -1
"""In the place of a row where there is none."""

_AT_ONCE = 8 << 20
"""Bytes of rows that are held together, at most."""

_custom_id = attrgetter("custom_id")
_with_newline = (1).__add__
_first, _last = itemgetter(0), itemgetter(-1)


class Apart(Protocol):
    """Where lines go that are the result of no request."""

    def stray(self, line: bytes) -> None:
        """A row that names no request of its shard, or nothing that can be read."""

    def duplicate(self, line: bytes) -> None:
        """A row of a request that has another row."""


@dataclass(slots=True)
class ReturnedRows:
    """The rows in some files, oldest first.

    Memory holds an id and a place for each row: bounded by what one batch may have.
    """

    apart: Apart
    mappable: Mappable = field(default_factory=Mappable)
    rows: dict[str, int] = field(default_factory=dict)
    kinds: bytearray = field(default_factory=bytearray)
    _starts: "array[int]" = field(default_factory=lambda: array("Q"))
    _ends: "array[int]" = field(default_factory=lambda: array("Q"))
    _files: list[Places] = field(default_factory=list)
    _firsts: list[int] = field(default_factory=list)
    _likely: Likely = LIKELY[0]

    def load(self, files: Sequence[Path]) -> None:
        """Read them all; call it once."""
        for path in files:
            self._files.append(Places(path, self.mappable))
            self._firsts.append(len(self.kinds))
            with path.open("rb", buffering=0) as file:
                for block in blocks(file):
                    if isinstance(block, TooLong):
                        end = block.offset + block.size
                        self.apart.stray(self._files[-1].part(block.offset, end))
                    elif not self._take_whole(block):
                        self._take_lines(block)

    def close(self) -> None:
        """Close the files."""
        for file in self._files:
            file.close()

    def take(self, custom_ids: Sequence[str]) -> list[int]:
        """The row of each of these requests, or NONE; each row is given once."""
        return list(map(self.rows.pop, custom_ids, repeat(NONE)))

    def line(self, number: int) -> bytes:
        """A row as it came."""
        file = self._files[self._file_of(number)]
        return file.part(self._starts[number], self._ends[number])

    def lines(self, numbers: Sequence[int]) -> Iterator[bytes]:
        """Rows as they came, joined by newlines in few pieces of bounded size."""
        file = self._file_of(min(numbers))
        if len(numbers) > 1 and file == self._file_of(max(numbers)):
            starts, ends = (itemgetter(*numbers)(each) for each in (self._starts, self._ends))
            if sum(ends) - sum(starts) <= _AT_ONCE:
                yield b"\n".join(self._files[file].parts(starts, ends))
                return
        yield from map(self.line, numbers)

    def as_they_are(self, numbers: Sequence[int]) -> bool:
        """Whether all of these are results that are passed on byte for byte."""
        return NONE not in numbers and not any(map(self.kinds.__getitem__, numbers))

    def written(self, number: int, custom_id: str | None) -> bytes:
        """A row as it is written. `custom_id`: see `rows.row`."""
        line = self.line(number)
        if not is_remade(self.kinds[number]):
            if custom_id is None:
                return line
            if made := renamed(line, custom_id):
                return made
        found = row(line, custom_id)
        return found.line if found else line

    def left(self) -> Iterator[bytes]:
        """The rows that were not taken, as they came, in their order."""
        return map(self.line, sorted(self.rows.values()))

    def _file_of(self, number: int) -> int:
        return bisect_right(self._firsts, number) - 1

    def _take_whole(self, block: Block) -> bool:
        """Handle a block in which all rows are successes of the kind seen last; False: not so."""
        decode, as_it_is = self._likely
        try:
            # msgspec does not look at the bytes it skips; that they are UTF-8 is checked here.
            block.raw.isascii() or block.raw.decode()
            ids = list(map(_custom_id, map(decode, block.lines)))
        except (ValueError, RecursionError):
            return False
        unique = set(ids)
        if (
            len(unique) < len(ids)
            or not self.rows.keys().isdisjoint(unique)
            or _blanks(block.lines)
        ):
            return False
        first = len(self.kinds)
        self.rows.update(zip(ids, range(first, first + len(ids)), strict=True))
        self.kinds += bytes((RESULT if as_it_is else RESULT_REMADE,)) * len(ids)
        lengths = list(map(len, block.lines))
        starts = list(accumulate(map(_with_newline, lengths), initial=block.offset))
        starts.pop()
        self._starts.extend(starts)
        self._ends.extend(map(add, starts, lengths))
        return True

    def _take_lines(self, block: Block) -> None:
        offset = block.offset
        for line in block.lines:
            if bare := line.strip():
                found = self._read_one(bare)
                if found is None:
                    self.apart.stray(bare)
                else:
                    start = offset + len(line) - len(line.lstrip())
                    self._put(*found, start, len(bare))
            offset += len(line) + 1

    def _read_one(self, line: bytes) -> tuple[str, int] | None:
        """The request that a row names, and of which kind the row is."""
        if _is_text(line):
            for likely in (self._likely, *LIKELY):
                try:
                    custom_id = likely.decode(line).custom_id
                except (ValueError, RecursionError):
                    continue
                self._likely = likely
                return custom_id, RESULT if likely.as_it_is else RESULT_REMADE
        found = row(line)
        if found is None:
            return None
        as_it_is = found.line == line
        if found.ok:
            return found.custom_id, RESULT if as_it_is else RESULT_REMADE
        return found.custom_id, ERROR if as_it_is else ERROR_REMADE

    def _put(self, custom_id: str, kind: int, start: int, length: int) -> None:
        number = len(self.kinds)
        self.kinds.append(kind)
        self._starts.append(start)
        self._ends.append(start + length)
        known = self.rows.get(custom_id)
        if known is None:
            self.rows[custom_id] = number
            return
        lost = known
        if is_error(kind) and not is_error(self.kinds[known]):
            lost = number
        self.rows[custom_id] = known + number - lost
        # A failure that a later file makes good was tried again: nothing is there twice.
        if not is_error(self.kinds[lost]) or self._file_of(lost) == len(self._files) - 1:
            self.apart.duplicate(self.line(lost))


def is_error(kind: int) -> bool:
    """Whether a row of that kind is an error."""
    return kind >= ERROR


def is_remade(kind: int) -> bool:
    """Whether a row of that kind is written in another form than it came."""
    return kind in (RESULT_REMADE, ERROR_REMADE)


def _blanks(lines: Sequence[bytes]) -> bool:
    """Whether one of some JSON objects has a blank before or after it, which is left out."""
    return {*map(_first, lines)} != {ord("{")} or {*map(_last, lines)} != {ord("}")}


def _is_text(line: bytes) -> bool:
    try:
        return line.isascii() or bool(line.decode())
    except ValueError:
        return False
