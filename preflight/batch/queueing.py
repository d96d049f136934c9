"""A provider's queue that is full: how that is told, and when to come again."""

from collections.abc import Iterable

_WORDS = ("token_limit_exceeded", "enqueued token limit", "enqueued_token_limit", "too many batch")
"""OpenAI and Azure OpenAI fail a batch with these that would go beyond the tokens in the queue."""

LONGEST_SECONDS = 3600.0

TRIES = 30
"""How often one shard is sent to a queue that is full: about a day, at the usual looks."""


def full(reasons: Iterable[str]) -> bool:
    """Whether a batch failed because the queue was full, not because anything is wrong with it."""
    text = " ".join(reasons).lower()
    return any(word in text for word in _WORDS)


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
