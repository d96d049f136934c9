"""Which shards of a run are this process's to act on, where several machines share its ledger."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from preflight.batch.ledger import Ledger
from preflight.batch.stage import stage
from preflight.batch.tracks import OTHERS_SECONDS, Track
from preflight.batch.watch import pauses


@dataclass(slots=True)
class Holding:
    """The leases on a run's shards, as the loop sees them; a ledger of one machine has none.

    `read_at`: when the ledger is read again, by `clock`.
    """

    ledger: Ledger
    every: float
    clock: Callable[[], float]
    say: Callable[[str], None]
    read_at: float = field(init=False)
    _heard_of: set[str] = field(init=False, default_factory=set)

    def __post_init__(self) -> None:
        """It was read just now."""
        self.read_at = self.clock()

    def take(self, track: Track, *, ended: bool = False) -> bool:
        """Whether this process may act on the shard; where it is new to it, it is read anew."""
        leases = self.ledger.leases
        if leases is None:
            return True
        before = track.mine and leases.holds(track.shard.number)
        track.mine = leases.take(track.shard.number)
        if track.mine and not before:
            track.read()
            track.pauses = pauses(self.every)
        return track.mine and (ended or track.stage.fetched is None)

    def give_up(self, track: Track) -> None:
        """Leave the shard to whoever wants it."""
        if self.ledger.leases is not None:
            self.ledger.leases.give_up(track.shard.number)

    def hear(self, tracks: Sequence[Track]) -> None:
        """Read what others have done, every so often, and say once who they are."""
        leases = self.ledger.leases
        if leases is None or self.clock() < self.read_at:
            return
        self.read_at = self.clock() + min(OTHERS_SECONDS, self.every)
        entries = self.ledger.every_line()
        for track in tracks:
            if not leases.holds(track.shard.number):
                track.stage = stage(track.journal, entries.get(track.shard.number, ()))
        for holder in sorted(set(leases.others().values()) - self._heard_of):
            # Of a worker that died too: what it held is taken over when its lease has run out.
            self.say(f"another worker is at this run: {holder}")
            self._heard_of.add(holder)

    def due(self) -> list[float]:
        """When there is a reason to wake up for it."""
        return [] if self.ledger.leases is None else [self.read_at]
