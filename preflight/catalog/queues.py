"""FACTS: what OpenAI's queue of batches takes, as far as it is public or the user has said it."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from preflight.catalog.shipped import shipped
from preflight.catalog.source import Source
from preflight.catalog.versions import unversioned
from preflight.catalog.yours import yours


@dataclass(frozen=True, slots=True)
class Queues:
    """`tier_1`: tokens per model in the lowest paid tier; `requests`: of any model in any tier."""

    source: Source
    requests: int
    creates_an_hour: int
    tier_1: Mapping[str, int]

    def least(self, model: str) -> int:
        """The lowest limit of tokens that is public for the model, or for any where none is."""
        return self.tier_1.get(unversioned(model), min(self.tier_1.values()))


@cache
def queues() -> Queues:
    """OpenAI's."""
    table = shipped("queues")
    return Queues(
        Source(table["source"], table["read_on"]),
        table["requests"],
        table["creates_an_hour"],
        table["tier_1"],
    )


def your_limit(row: str, model: str) -> int | None:
    """The user's own `queue_tokens` or `queue_requests` of a model; None: not said."""
    own = yours()
    limit = own.of_model("openai", row, model)
    if limit is None:
        limit = own.of_model("openai", row, unversioned(model))
    return None if limit is None else int(limit)


KEPT_FREE = 10
"""A tenth of a queue of tokens is kept free: what a request has is an estimate."""


def usable(tokens: int) -> int:
    """How many estimated tokens to put into a queue of so many."""
    return max(1, tokens - tokens // KEPT_FREE)


def in_waves(tokens: int, queue: int) -> str:
    """`sent in 3 waves of at most 900 tokens`."""
    most = usable(queue)
    return f"sent in {-(-tokens // most):,} waves of at most {most:,} tokens"
