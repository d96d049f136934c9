"""What a shard is, what one may hold, and what its requests are called at the provider."""

import re
from dataclasses import dataclass

from msgspec.json import encode

NEWLINE = 1
_SENT_ID = re.compile(r"r(\d{10,})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Shard:
    """One batch of a run.

    Attributes:
        number: from 1, in input order of the first requests.
        model: whose requests these are, where the file names several ("": the lines that name
            none); None: every line of the span.
        requests: how many.
        bytes: of its file, as it is sent.
        tokens: of its prompts, estimated.
        start: of the span of the request file that it is cut from, in bytes.
        end: of that span, exclusive.
        first: ordinal of the request at `start`, from 0, counting lines that are not blank.
        renamed: whether each custom_id is sent as `sent_id(ordinal)`: the provider cannot carry it.
    """

    number: int
    model: str | None
    requests: int
    bytes: int
    tokens: int
    start: int
    end: int
    first: int
    renamed: bool


@dataclass(frozen=True, slots=True)
class ShardLimits:
    """Of one batch. `max_tokens` is the provider's queue's; None: it has none, or none is known."""

    min_requests: int
    max_requests: int
    max_bytes: int
    max_tokens: int | None = None


def sent_id(ordinal: int) -> str:
    """What a renamed request is called at the provider.

    A lower-case letter and ten digits: alphanumeric and 11 characters long for Bedrock, a label
    that does not read as a number for Vertex AI.
    """
    return f"r{ordinal:010d}"


def ordinal(sent_id: str) -> int | None:
    """Which request goes by that name; None: it is no name that `sent_id` makes."""
    found = _SENT_ID.fullmatch(sent_id)
    if found is None or (len(found[1]) > _DIGITS and found[1].startswith("0")):
        return None
    return int(found[1])


_DIGITS = 10


def renamed_length(length: int, custom_id: str, ordinal: int) -> int:
    """Bytes of a line once it is renamed.

    The shortest spelling of the custom_id is counted: a line that spells it with more escapes is
    filled up with blanks, so that the size of a shard is known before it is cut.
    """
    quoted = 3 + max(_DIGITS, len(str(ordinal)))
    return length - len(encode(custom_id)) + quoted


def whole(requests: int, size: int, tokens: int, *, closed: bool = True) -> Shard:
    """The file as it is, in one shard: blank lines too.

    Args:
        requests: in it.
        size: its bytes.
        tokens: of its prompts.
        closed: whether its last line has a newline; else it is sent with one.
    """
    return Shard(
        number=1,
        model=None,
        requests=requests,
        bytes=size if closed else size + NEWLINE,
        tokens=tokens,
        start=0,
        end=size,
        first=0,
        renamed=False,
    )
