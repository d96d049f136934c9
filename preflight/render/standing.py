"""How the batches of a run stand, for people and for programs."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from preflight.render.outcome import MOST_REASONS, document, line


@dataclass(frozen=True, slots=True)
class ShardStanding:
    """One shard of a run as it was last seen.

    Attributes:
        shard: its number, from 1.
        requests: how many it has.
        batch: the id of its batch; None: it was not sent.
        status: the provider's word; "created" or "not sent" where there is none yet.
        ended: whether its batch will change no more.
        fetched: whether what the batch has is in the run's folder.
        completed: requests with a result; None: that is not told.
        failed: requests with an error; None: that is not told.
        reasons: what the provider gave where it did not complete.
    """

    shard: int
    requests: int
    batch: str | None
    status: str
    ended: bool
    fetched: bool
    completed: int | None
    failed: int | None
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Standing:
    """How a run stands.

    Attributes:
        shards: each as it was last seen, by number.
        folder: of the run.
    """

    shards: tuple[ShardStanding, ...]
    folder: Path

    @property
    def ended(self) -> bool:
        """Whether the batch of every shard will change no more."""
        return all(each.ended for each in self.shards)

    @property
    def waiting(self) -> int:
        """How many shards are still to be sent."""
        return sum(each.batch is None and not each.ended for each in self.shards)

    @property
    def requests(self) -> int:
        """How many the run has, in all shards."""
        return sum(each.requests for each in self.shards)


def show_standing(shards: Sequence[ShardStanding], folder: Path, form: str) -> int:
    """Print how they stand; the exit code."""
    if form == "json":
        document(
            "status",
            0,
            folder=str(folder),
            ended=all(each.ended for each in shards),
            requests=sum(each.requests for each in shards),
            shards=[_shape(each) for each in shards],
        )
        return 0
    for each in shards:
        name = f"shard {each.shard}: " if len(shards) > 1 else ""
        batch = f" ({unquote(each.batch)})" if each.batch else ""
        line(f"{name}{each.status}: {_counted(each)}{batch}")
        for reason in each.reasons[:MOST_REASONS]:
            line(f"  reason: {reason}")
    return 0


def _counted(each: ShardStanding) -> str:
    if each.fetched:
        return f"fetched, of {each.requests:,} requests"
    if each.completed is None and each.failed is None:
        return f"{each.requests:,} requests"
    failed = f", {each.failed:,} failed" if each.failed is not None else ""
    return f"{each.completed or 0:,} of {each.requests:,} done{failed}"


def _shape(each: ShardStanding) -> dict[str, object]:
    return {
        "shard": each.shard,
        "id": each.batch,
        "status": each.status,
        "ended": each.ended,
        "fetched": each.fetched,
        "requests": {
            "total": each.requests,
            "completed": each.completed,
            "failed": each.failed,
        },
        "reasons": list(each.reasons),
    }
