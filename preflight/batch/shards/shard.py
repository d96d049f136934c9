"""What a shard is, what one may hold, and what its requests are called at the provider."""

from dataclasses import dataclass

from msgspec.json import encode

from preflight.requests.identifier import SENT_DIGITS

NEWLINE = 1


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


def renamed_length(length: int, custom_id: str, ordinal: int) -> int:
    """Bytes of a line once it is renamed.

    The shortest spelling of the custom_id is counted: a line that spells it with more escapes is
    filled up with blanks, so that the size of a shard is known before it is cut.
    """
    quoted = 3 + max(SENT_DIGITS, len(str(ordinal)))
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
