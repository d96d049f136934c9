"""What one shard and one run may have: by what was asked, by the user's tables, by dated ones."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from preflight.batch.room import Bound, Room
from preflight.batch.shards import ShardLimits
from preflight.catalog.limits import limits, limits_source
from preflight.catalog.queues import queues, usable, your_limit
from preflight.catalog.yours import yours
from preflight.limits import AZURE_KEPT_FILES, BEDROCK_OPEN_JOBS, LIMITS


class Asked(StrEnum):
    """What an API may have told of a model's limits."""

    MIN_REQUESTS = "fewest requests of a batch"
    MAX_REQUESTS = "most requests of a batch"
    MAX_BYTES = "largest file of a batch"
    OPEN_JOBS = "most open batches"
    QUEUE_TOKENS = "tokens of the queue"


Live = Mapping[Asked, Bound]
"""What was asked, as far as it was answered."""


@dataclass(frozen=True, slots=True)
class Allowance:
    """Of one shard, each with its source, and the room for all of them together.

    `max_tokens` is what of the queue one shard may fill; None: no such limit is known.
    """

    min_requests: Bound
    max_requests: Bound
    max_bytes: Bound
    max_tokens: Bound | None
    room: Room

    @property
    def limits(self) -> ShardLimits:
        """The numbers alone."""
        return ShardLimits(
            self.min_requests.amount,
            self.max_requests.amount,
            self.max_bytes.amount,
            None if self.max_tokens is None else self.max_tokens.amount,
        )


def allowance(provider: str, model: str, live: Live) -> Allowance:
    """What a run of this model through this provider may have.

    Where an API told a limit, that is taken; else the table's. The user's own rows bound it further
    either way: what a file is cut for must satisfy both.
    """
    queue, waiting = _queue(provider, model, live), _requests(provider, model)
    requests = live.get(Asked.MAX_REQUESTS) or _by_table(provider, "max_requests")
    size = live.get(Asked.MAX_BYTES) or _by_table(provider, "max_bytes")
    table = LIMITS[provider]
    dated = f"{table.source}, read {table.read_on}"
    return Allowance(
        live.get(Asked.MIN_REQUESTS) or Bound(table.min_requests, dated),
        _least(requests, _own(provider, "max_requests"), waiting),
        _least(size, _own(provider, "max_bytes"), _own("gateway", "max_bytes")),
        queue,
        Room(
            max_jobs=_jobs(provider, live),
            max_tokens=queue,
            max_requests=waiting,
            max_files=Bound(AZURE_KEPT_FILES, dated) if provider == "azure" else None,
        ),
    )


def _by_table(provider: str, row: str) -> Bound:
    amount = getattr(limits(provider), row)
    return Bound(amount, str(limits_source(provider, row)))


def _own(section: str, row: str) -> Bound | None:
    value = yours().row(section, row)
    return None if value is None else Bound(value, str(yours().source))


def _least(*bounds: Bound | None) -> Bound:
    return min(filter(None, bounds), key=lambda bound: bound.amount)


def _jobs(provider: str, live: Live) -> Bound | None:
    own = _own("gateway", "max_open_batches")
    theirs = live.get(Asked.OPEN_JOBS)
    if theirs is None and provider == "bedrock":
        theirs = Bound(
            BEDROCK_OPEN_JOBS, f"Service Quotas' default, read {LIMITS[provider].read_on}"
        )
    return _least(own, theirs) if own or theirs else None


def _queue(provider: str, model: str, live: Live) -> Bound | None:
    own = your_limit("queue_tokens", model) if provider == "openai" else None
    found = Bound(own, str(yours().source)) if own is not None else live.get(Asked.QUEUE_TOKENS)
    if found is None:
        return None
    return Bound(usable(found.amount), f"of {found.amount:,} by {found.source}; a tenth stays free")


def _requests(provider: str, model: str) -> Bound | None:
    if provider != "openai":
        return None
    own = your_limit("queue_requests", model)
    if own is not None:
        return Bound(own, str(yours().source))
    return Bound(queues().requests, f"a limit that was reported; {queues().source}")
