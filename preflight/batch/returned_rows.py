"""The rows that came back for one shard, by the requests they name: places in files, not the rows.

A row that another row of its request wins over is kept apart, as is one that names no request. The
last success wins; where there is none, the last error does.
"""

import os
from array import array
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import accumulate, islice, repeat
from operator import attrgetter, itemgetter
from pathlib import Path
from typing import BinaryIO, Protocol

from preflight.batch.blocks import BLOCK, Block, TooLong, blocks
from preflight.batch.likely_rows import LIKELY, Likely
from preflight.batch.rows import renamed, row

RESULT, RESULT_REMADE, ERROR, ERROR_REMADE = range(4)
"""What a row is, and whether it is passed on byte for byte or made anew."""

NONE = -1
"""In the place of a row where there is none."""

_AT_ONCE = 8 << 20
"""Bytes of rows that are read together, at most."""

_custom_id = attrgetter("custom_id")
_with_newline = (1).__add__


class Apart(Protocol):
    """Where lines go that are the result of no request."""

    def stray(self, line: bytes) -> None:
        """A row that names no request of its shard, or nothing that can be read."""

    def duplicate(self, line: bytes) -> None:
        """A row of a request that has another row."""


@dataclass(slots=True)
class ReturnedRows:
    """The rows in some files, oldest first. Use it in a `with` block.

    Memory holds an id and a place for each row: bounded by what one batch may have.
    """

    apart: Apart
    rows: dict[str, int] = field(default_factory=dict)
    kinds: bytearray = field(default_factory=bytearray)
    _starts: "array[int]" = field(default_factory=lambda: array("Q"))
    _lengths: "array[int]" = field(default_factory=lambda: array("Q"))
    _files: list[BinaryIO] = field(default_factory=list)
    _firsts: list[int] = field(default_factory=list)
    _likely: Likely = LIKELY[0]
    _open: ExitStack = field(default_factory=ExitStack)

    def load(self, files: Sequence[Path]) -> None:
        """Read them all; call it once."""
        for path in files:
            # Not buffered: it is read in blocks, and later in places.
            file = self._open.enter_context(path.open("rb", buffering=0))
            self._files.append(file)
            self._firsts.append(len(self.kinds))
            for block in blocks(file):
                if isinstance(block, TooLong):
                    self.apart.stray(read(file, block.offset, block.size))
                elif not self._take_whole(block):
                    self._take_lines(block)

    def close(self) -> None:
        """Close the files."""
        self._open.close()

    def take(self, custom_ids: Sequence[str]) -> list[int]:
        """The row of each of these requests, or NONE; each row is given once."""
        return list(map(self.rows.pop, custom_ids, repeat(NONE)))

    def line(self, number: int) -> bytes:
        """A row as it came."""
        file = self._files[self._file_of(number)]
        return read(file, self._starts[number], self._lengths[number])

    def lines(self, numbers: Sequence[int]) -> Iterator[bytes]:
        """Rows as they came, joined by newlines in as few pieces as may be."""
        if len(numbers) > 1 and (file := self._file_of(min(numbers))) == self._file_of(
            max(numbers)
        ):
            starts = itemgetter(*numbers)(self._starts)
            lengths = itemgetter(*numbers)(self._lengths)
            low, size = min(starts), sum(lengths)
            span = max(map(sum, zip(starts, lengths, strict=True))) - low
            if span <= min(2 * size + BLOCK, _AT_ONCE):
                held = read(self._files[file], low, span)
                yield b"\n".join(
                    [
                        held[start - low : start - low + length]
                        for start, length in zip(starts, lengths, strict=True)
                    ]
                )
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
        if len(unique) < len(ids) or not self.rows.keys().isdisjoint(unique) or _blanks(block.raw):
            return False
        first = len(self.kinds)
        self.rows.update(zip(ids, range(first, first + len(ids)), strict=True))
        self.kinds += bytes((RESULT if as_it_is else RESULT_REMADE,)) * len(ids)
        lengths = list(map(len, block.lines))
        self._lengths.extend(lengths)
        starts = accumulate(map(_with_newline, lengths), initial=block.offset)
        self._starts.extend(islice(starts, len(ids)))
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
        self._lengths.append(length)
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


def _blanks(raw: bytes) -> bool:
    """Whether a line begins or ends with a blank, which is left out."""
    if raw[:1] != b"{" or raw[-1:] != b"}":
        return True
    return any(each in raw for each in (b"\r", b" \n", b"\t\n", b"\n ", b"\n\t"))


def _is_text(line: bytes) -> bool:
    try:
        return line.isascii() or bool(line.decode())
    except ValueError:
        return False


def read(file: BinaryIO, offset: int, size: int) -> bytes:
    """Bytes of a file, from a place in it."""
    pieces: list[bytes] = []
    while size and (piece := os.pread(file.fileno(), size, offset)):
        pieces.append(piece)
        offset += len(piece)
        size -= len(piece)
    return pieces[0] if len(pieces) == 1 else b"".join(pieces)
