"""The requests of a run by their names, in blocks: what results are joined by."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate
from typing import BinaryIO

from msgspec import Struct
from msgspec.json import Decoder

from preflight.batch.blocks import TooLong, blocks
from preflight.batch.shards import sent_id
from preflight.requests.diagnose import BLANKS
from preflight.requests.identities import BOM

_KEY = b'"custom_id"'
_FIRST = re.compile(rb'\{[ \t]*"custom_id"[ \t]*:[ \t]*"([^"\\\x00-\x1f]+)"')


class _Body(Struct, gc=False):
    model: str | None = None


class _Modelled(Struct, gc=False):
    body: _Body


class _Identified(Struct, gc=False):
    custom_id: str | int


_identified = Decoder(_Identified).decode
_modelled = Decoder(_Modelled).decode


@dataclass(frozen=True, slots=True)
class Requests:
    """Some requests that follow each other.

    Attributes:
        first: ordinal of the first one, from 0, counting lines that are not blank.
        start: where the first line is in the file, in bytes.
        end: where the last line ends.
        offsets: of the lines.
        lines: as they are, without newlines.
        custom_ids: as the user gave them; "" where a line has none.
        numeric: indexes of those that are numbers: no shard sends them under another name.
        called: what their results are to be called, where that is not their custom_ids.
    """

    first: int
    start: int
    end: int
    offsets: list[int]
    lines: list[bytes]
    custom_ids: list[str]
    numeric: frozenset[int] = frozenset()
    called: list[str] | None = None

    def divided(self, at: int) -> tuple["Requests", "Requests"]:
        """Those before an index, and those from it on; there are some of both."""
        before, after = slice(at), slice(at, None)
        end = self.offsets[at - 1] + len(self.lines[at - 1])
        numeric = frozenset(index for index in self.numeric if index < at)
        return Requests(
            self.first,
            self.start,
            end,
            self.offsets[before],
            self.lines[before],
            self.custom_ids[before],
            numeric,
            self.called and self.called[before],
        ), Requests(
            self.first + at,
            self.offsets[at],
            self.end,
            self.offsets[after],
            self.lines[after],
            self.custom_ids[after],
            frozenset(index - at for index in self.numeric - numeric),
            self.called and self.called[after],
        )

    def sent_ids(self) -> list[str]:
        """What they are called where they are renamed."""
        return [
            sent_id(self.first + index) if custom_id and index not in self.numeric else custom_id
            for index, custom_id in enumerate(self.custom_ids)
        ]


def requests_named(file: BinaryIO) -> Iterator[Requests | TooLong]:
    """Every line of a request file that is not blank, in order; a request is never left out.

    A line that is no JSON, or has no id that can be read, has the id "".
    """
    first = 0
    for block in blocks(file):
        if isinstance(block, TooLong):
            yield block
            first += 1
            continue
        offsets = list(accumulate(map(_with_newline, map(len, block.lines)), initial=block.offset))
        offsets.pop()
        lines = block.lines
        custom_ids = _all_ids(block.raw, lines)
        numeric: frozenset[int] = frozenset()
        if custom_ids is None:
            kept = [index for index, line in enumerate(lines) if line.strip(BLANKS)]
            offsets, lines = [offsets[i] for i in kept], [lines[i] for i in kept]
            found = list(map(identifier, lines))
            custom_ids = list(map(str, found))
            numeric = frozenset(i for i, each in enumerate(found) if isinstance(each, int))
        if lines:
            end = offsets[-1] + len(lines[-1])
            yield Requests(first, offsets[0], end, offsets, lines, custom_ids, numeric)
            first += len(lines)


_with_newline = (1).__add__


def _all_ids(raw: bytes, lines: list[bytes]) -> list[str] | None:
    """The ids, where each line begins with one and none has another; None: not so.

    Nearly all files are written so, and to look for a short text costs less than to read all.
    """
    if raw.count(_KEY) != len(lines):
        return None
    found = list(map(_FIRST.match, lines))
    if None in found:
        return None
    try:
        return [str(each[1], "utf-8") for each in found if each]
    except ValueError:
        return None


def identifier(line: bytes) -> str | int:
    """The custom_id of a request; "" for a line without one (a forced run may hold such lines)."""
    line = line.removeprefix(BOM)
    if line.count(_KEY) == 1 and (found := _FIRST.match(line)):
        try:
            return str(found[1], "utf-8")
        except ValueError:
            return ""
    try:
        return _identified(line).custom_id
    except (ValueError, RecursionError):
        return ""


def model(line: bytes) -> str:
    """The model that a request names; "" for none."""
    try:
        return _modelled(line.removeprefix(BOM)).body.model or ""
    except (ValueError, RecursionError):
        return ""
