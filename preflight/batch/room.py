"""How much of a run may be open at the provider at once, and in which waves it is sent for that."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from preflight.batch.shards import Shard


@dataclass(frozen=True, slots=True)
class Bound:
    """A limit, and where it is from in words: an API that was asked, a dated table, an option."""

    amount: int
    source: str

    def __str__(self) -> str:
        """`20 (Service Quotas)`."""
        return f"{self.amount:,} ({self.source})"


@dataclass(frozen=True, slots=True)
class Room:
    """What a provider takes of open batches together. None: it has no such limit, or none is known.

    Attributes:
        max_jobs: batches that have not ended.
        max_tokens: of their prompts; the queue of enqueued tokens.
        max_requests: in them.
        max_files: input files that are kept at once.
    """

    max_jobs: Bound | None = None
    max_tokens: Bound | None = None
    max_requests: Bound | None = None
    max_files: Bound | None = None


def hindrance(room: Room, open_shards: Sequence[Shard], files: int, shard: Shard) -> str:
    """Why one more shard has to wait, in words; "" where it need not.

    What is larger than the whole queue waits for nothing that could end: it is let in alone, and
    the provider has the word.

    Args:
        room: what the provider takes.
        open_shards: whose batches have not ended.
        files: input files that are at the provider already, those of the open shards included.
        shard: the one to send.
    """
    if room.max_files is not None and files + 1 > room.max_files.amount:
        return f"{files:,} input files of at most {room.max_files}"
    if not open_shards:
        return ""
    for bound, taken, more, words in (
        (room.max_jobs, len(open_shards), 1, "open batches"),
        (room.max_requests, sum(s.requests for s in open_shards), shard.requests, "open requests"),
        (room.max_tokens, sum(s.tokens for s in open_shards), shard.tokens, "enqueued tokens"),
    ):
        if bound is not None and taken + more > bound.amount:
            return f"{taken:,} {words}, and {more:,} more, of at most {bound}"
    return ""


def admits(room: Room, open_shards: Sequence[Shard], files: int, shard: Shard) -> bool:
    """Whether one more shard may be sent now; see `hindrance`."""
    return not hindrance(room, open_shards, files, shard)


@dataclass(frozen=True, slots=True)
class Rooms:
    """Of a run of several models: each has a queue of its own; jobs and files count together.

    `each`: a shard's model -> the room of whatever it is promised as, the same object where models
    share a queue; `first`: that of a shard which says none.
    """

    first: Room
    each: Mapping[str, Room]

    def admits(self, open_shards: Sequence[Shard], files: int, shard: Shard) -> bool:
        """Whether one more shard may be sent now; see `hindrance`."""
        room = self._of(shard)
        beside = [other for other in open_shards if self._of(other) is room]
        together = replace(room, max_tokens=None, max_requests=None)
        queue = replace(room, max_jobs=None, max_files=None)
        return admits(together, open_shards, files, shard) and admits(queue, beside, files, shard)

    def _of(self, shard: Shard) -> Room:
        return self.first if shard.model is None else self.each.get(shard.model, self.first)


def waves(shards: Sequence[Shard], room: Room | Rooms) -> tuple[tuple[Shard, ...], ...]:
    """The shards in order, in groups that are open at once.

    A run need not wait for a whole wave: the next shard goes as soon as there is room for it. Input
    files are not counted: they stay when a wave has ended, so that no wave makes room for more.
    """
    made: list[list[Shard]] = []
    admitting = room.admits if isinstance(room, Rooms) else partial(admits, room)
    for shard in shards:
        # No file counts before the first, and one always fits.
        if made and admitting(made[-1], 0, shard):
            made[-1].append(shard)
        else:
            made.append([shard])
    return tuple(map(tuple, made))
