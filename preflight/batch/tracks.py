"""The shards of a run as one process sees them, and whom it tells what happens to them."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from preflight.batch.answers import Batch
from preflight.batch.journal import Journal
from preflight.batch.shards import Shard
from preflight.batch.stage import Fetched, Stage, stage
from preflight.seams import PreflightError

OTHERS_SECONDS = 15.0
"""How often the ledger is asked what other workers have done meanwhile."""

Admits = Callable[[Sequence[Shard], int, Shard], bool]
"""Whether there is room for a shard: beside those that are open, and so many uploaded files."""


def anything(_: Sequence[Shard], __: int, ___: Shard) -> bool:
    """There is always room."""
    return True


@dataclass(frozen=True, slots=True)
class Talk:
    """Whom the loop tells what happens.

    Attributes:
        say: a sentence for the person who waits.
        show: how the shards stand, after each look.
        ended: called once for each batch that reached its end, before it is fetched.
    """

    say: Callable[[str], None]
    show: Callable[[Sequence["Track"]], None] = lambda _: None
    ended: Callable[[Shard, Batch], None] = lambda _, __: None


@dataclass(slots=True)
class Track:
    """One shard, as this process sees it."""

    shard: Shard
    journal: Journal
    stage: Stage
    batch: Batch | None = None
    due: float = 0.0
    pauses: Iterator[float] = field(default_factory=lambda: iter(()))
    refused: int = 0
    """How often the queue was full."""
    problem: PreflightError | None = None
    mine: bool = True

    @property
    def open(self) -> bool:
        """Whether its batch is at the provider, and not brought in yet."""
        return self.stage.created is not None and self.stage.fetched is None

    @property
    def waiting(self) -> bool:
        """Whether it is still to be sent."""
        return self.stage.created is None and self.stage.fetched is None

    def read(self) -> None:
        """Read how far it has come."""
        self.stage = stage(self.journal)


def begun_anew(track: Track, fetched: Fetched, say: Callable[[str], None]) -> None:
    """Make a shard of which little came back one that something is to be done about again.

    One that failed with nothing to show is sent again; of one that was paid for, the results are
    fetched again.
    """
    if fetched.failed:
        attempt = track.stage.attempt + 1
        track.journal.write(attempt, "begin", "answer")
        track.read()
        say(f"the last attempt ended {fetched.status} with no result: this is attempt {attempt}")
        return
    came = f"{fetched.rows:,} rows, fewer than it counts," if fetched.rows else "no result"
    say(f"the batch ended {fetched.status}, and {came} came back: fetching again, sending nothing")
    track.stage = replace(track.stage, fetched=None)
