"""A provider's queue that is full: how that is told, and when to come again."""

import re
from collections.abc import Iterable

_WORDS = ("token_limit_exceeded", "enqueued token limit", "enqueued_token_limit", "too many batch")
"""OpenAI and Azure OpenAI fail a batch with these that would go beyond the tokens in the queue."""

_LIMIT = re.compile(
    r"limit: ([\d,]+) enqueued tokens|limit of ([\d,.]+ ?[km]?) for the deployment", re.IGNORECASE
)
"""How the two name the queue's size. A number of requests is no number of tokens."""

_UNITS = {"k": 1_000, "m": 1_000_000}

LONGEST_SECONDS = 3600.0

TRIES = 30
"""How often one shard is sent to a queue that is full: about a day, at the usual looks."""


def full(reasons: Iterable[str]) -> bool:
    """Whether a batch failed because the queue was full, not because anything is wrong with it."""
    text = " ".join(reasons).lower()
    return any(word in text for word in _WORDS)


def too_large(reasons: Iterable[str], tokens: int) -> str | None:
    """What to do where a shard does not even fit an empty queue, by the size the refusal names.

    Args:
        reasons: why the batch failed, in the provider's words.
        tokens: of the shard's prompts, estimated.

    Returns:
        None where it may fit once others have ended, or where no size is named.
    """
    named = _LIMIT.search(" ".join(reasons))
    if named is None:
        return None
    digits = (named[1] or named[2]).replace(",", "").replace(" ", "").lower()
    limit = int(float(digits.rstrip("km")) * _UNITS.get(digits[-1], 1))
    if tokens <= limit:
        return None
    return (
        f"about {tokens:,} tokens do not fit a queue of {limit:,}, though it be empty: have it made"
        f" larger; or say its size (queue_tokens = {limit}, in a file for --tables) and run with"
        " another --out, which divides the requests by it"
    )


def next_try(refused: int, every: float, asked: float | None) -> float:
    """Seconds until a shard is sent again that was refused that many times.

    Args:
        refused: from 1.
        every: seconds between looks; the first pause is five of them.
        asked: what the provider asked for, in seconds; None where it asked for nothing.
    """
    if asked is not None:
        return min(asked, LONGEST_SECONDS)
    return min(every * 5 * 2.0 ** (refused - 1), max(LONGEST_SECONDS, every))
