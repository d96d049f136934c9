"""The requests of a file one by one, as places in it: what cutting it into shards needs to know."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from msgspec import Struct
from msgspec.json import Decoder

from preflight.requests.diagnose import BLANKS, diagnose
from preflight.requests.lines import LongLine, opened
from preflight.requests.tokens import tokens_of, tokens_told, told


class Request(NamedTuple):
    """One request, by its place; its bytes are `file[offset : offset + length]`.

    Attributes:
        offset: of its first byte in the file.
        length: bytes, without the newline (which the last line need not have).
        custom_id: None where the line has none that is text: no provider takes such a line.
        model: `body.model`; None where it is left out, null or empty.
        tokens: about how many prompt tokens it has, without images and audio.
    """

    offset: int
    length: int
    custom_id: str | None
    model: str | None
    tokens: int


def index(path: Path) -> Iterator[Request]:
    """Yield every request of a file, in file order; blank lines are passed over.

    One pass in flat memory. Lines that are no request come too, with no custom_id: what is wrong
    with them `scan` says.

    Raises:
        RequestFileError: the file is missing, empty, unreadable, compressed or no regular file, or
            it was changed while it was read.
    """
    with opened(path) as reader:
        for piece in reader:
            if isinstance(piece, LongLine):
                yield Request(piece.offset, piece.size, None, None, 0)
                continue
            offset = piece.offset
            for line in piece.lines():
                if line.strip(BLANKS):
                    yield Request(offset, len(line) - line.endswith(b"\n"), *_said(line))
                offset += len(line)


def _said(line: bytes) -> tuple[str | None, str | None, int]:
    """Its custom_id, model and tokens."""
    try:
        chat = told(line)
    except (ValueError, RecursionError):
        return *named(line), tokens_of(line)
    return chat.custom_id or None, chat.body.model or None, tokens_told(chat.body)


class _Body(Struct, gc=False):
    model: str | None = None


class _Named(Struct, gc=False):
    custom_id: str
    body: _Body


_decode = Decoder(_Named).decode


def named(line: bytes) -> tuple[str | None, str | None]:
    """The custom_id and the model of one line, as its `Request` has them."""
    try:
        # msgspec does not look at the bytes it skips; in a line that is no UTF-8 there is nothing.
        line.isascii() or line.decode()
        found = _decode(line)
    except (ValueError, RecursionError):
        facts, _ = diagnose(line.removesuffix(b"\n"), 0, 0)
        return (facts.custom_id, facts.model) if facts else (None, None)
    return found.custom_id or None, found.body.model or None
