"""A shard's file, cut from the run's copy of the request file: the same bytes every time."""

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from msgspec import Raw
from msgspec.json import Decoder, encode

from preflight.batch.shards.shard import NEWLINE, Shard, renamed_length
from preflight.requests.diagnose import BLANKS
from preflight.requests.identifier import sent_id
from preflight.requests.identities import BOM
from preflight.requests.index import named
from preflight.requests.lines import LONGEST_LINE
from preflight.seams import RunError

_BLOCK = 1 << 20
_CUSTOM_ID = re.compile(rb'"custom_id"[ \t\r\n]*:[ \t\r\n]*("(?:[^"\\]|\\.)*")')


_fields = Decoder(dict[str, Raw]).decode


def cut(requests: Path, shard: Shard, to: BinaryIO) -> str:
    """Write a shard's lines as they are sent; the SHA-256 of what was written, in hex.

    Lines that are not renamed are the file's own, byte for byte; a last line without a newline gets
    one.

    Raises:
        RunError: what was cut is not what was planned, as the file is not the one it was.
    """
    digest = hashlib.sha256()
    written = 0
    with requests.open("rb") as file:
        for piece in _pieces(file, shard):
            digest.update(piece)
            to.write(piece)
            written += len(piece)
    if written != shard.bytes:
        raise RunError(
            str(requests),
            f"gives {written:,} bytes for shard {shard.number}, and {shard.bytes:,} were planned: "
            "it was changed or cut off",
            "restore it from the file it is a copy of, or start anew with --out NEW_FOLDER",
        )
    return digest.hexdigest()


def _pieces(file: BinaryIO, shard: Shard) -> Iterator[bytes]:
    left_over = shard.bytes - (shard.end - shard.start)
    if not shard.renamed and left_over in (0, NEWLINE):
        # Nothing of the span is left out.
        yield from _span(file, shard)
        if left_over:
            yield b"\n"
        return
    first = True
    for ordinal, line, gap in _lines(file, shard):
        if shard.model is None or (_named(line)[1] or "") == shard.model:
            if not first:
                yield gap
            yield (renamed(line, ordinal) if shard.renamed else line) + b"\n"
            first = False


def _span(file: BinaryIO, shard: Shard) -> Iterator[bytes]:
    file.seek(shard.start)
    left = shard.end - shard.start
    while left and (piece := file.read(min(left, _BLOCK))):
        left -= len(piece)
        yield piece


def _lines(file: BinaryIO, shard: Shard) -> Iterator[tuple[int, bytes, bytes]]:
    """Each request of the span: its ordinal, its line, and the blank lines before it."""
    file.seek(shard.start)
    left, ordinal = shard.end - shard.start, shard.first
    gap: list[bytes] = []
    while left > 0 and (line := file.readline(left)):
        left -= len(line)
        if line.strip(BLANKS):
            yield ordinal, line.removesuffix(b"\n"), b"".join(gap)
            ordinal += 1
            gap.clear()
        else:
            gap.append(line)


def _named(line: bytes) -> tuple[str | None, str | None]:
    """The custom_id and the model of a line, as the index has them."""
    return (None, None) if len(line) > LONGEST_LINE else named(line)


def renamed(line: bytes, ordinal: int) -> bytes:
    """The line under the name `sent_id(ordinal)`; as it is where it has no custom_id.

    The rest of it stays byte for byte, and it is as long as `renamed_length` says.
    """
    custom_id, name = _named(line)[0], sent_id(ordinal)
    if custom_id in (None, name):
        return line
    mark = BOM if line.startswith(BOM) else b""
    length = renamed_length(len(line), custom_id, ordinal)
    if found := _CUSTOM_ID.search(line):
        start, end = found.span(1)
        shorter = len(line) - length + len(name) + 2
        blanks = b" " * (end - start - shorter)
        made = b"".join((line[:start], encode(name), blanks, line[end:]))
        # What was found may stand deeper, or in a text, or before another of its name.
        if len(made) == length and _named(made)[0] == name:
            return made
    made = mark + encode({**_fields(line.removeprefix(mark)), "custom_id": name})
    return made.ljust(length)
