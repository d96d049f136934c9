"""When a run will have ended, as far as what was seen of it is ground to say so."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from preflight.batch.tracks import Track

RISES = 2
"""How often the count must have risen: one rise says nothing of what the next will be."""


@dataclass(slots=True)
class Pace:
    """Of the shards of one run, as one process watches them.

    Where the provider counts, requests go on as they did since they were first counted. Where it
    does not, shards take as long as those that ended, and as many go side by side as did before.

    `clock` tells seconds that only grow, `now` seconds since the epoch.
    """

    clock: Callable[[], float] = time.monotonic
    now: Callable[[], float] = time.time
    _first: tuple[float, int] | None = field(init=False, default=None)
    _rises: int = field(init=False, default=0)
    _done: int = field(init=False, default=0)
    _open: set[int] = field(init=False, default_factory=set)
    _lasted: list[float] = field(init=False, default_factory=list)
    _abreast: int = field(init=False, default=0)

    def look(self, tracks: Sequence[Track]) -> float | None:
        """Seconds until the last shard has ended; None while there is no ground for a number."""
        self._see_shards(tracks)
        open_ones = [track for track in tracks if track.open]
        counted = [track for track in open_ones if track.batch and track.batch.done is not None]
        if counted:
            return self._by_requests(tracks)
        return self._by_shards(open_ones, sum(track.waiting for track in tracks))

    def _by_requests(self, tracks: Sequence[Track]) -> float | None:
        at, done = self.clock(), sum(map(done_of, tracks))
        if self._first is None or done < self._done:
            self._first, self._done, self._rises = (at, done), done, 0
        elif done > self._done:
            self._done = done
            self._rises += 1
        since, before = self._first
        left = sum(track.shard.requests for track in tracks) - done
        if self._rises < RISES or at <= since or left <= 0:
            return None
        return left * (at - since) / (done - before)

    def _see_shards(self, tracks: Sequence[Track]) -> None:
        for track in tracks:
            number = track.shard.number
            if track.open:
                self._open.add(number)
            elif number in self._open:
                self._open.remove(number)
                if track.stage.fetched is not None and track.stage.fetched.rows:
                    self._lasted.append(max(0.0, self.now() - track.stage.created_at))
        self._abreast = max(self._abreast, len(self._open))

    def _by_shards(self, open_ones: Sequence[Track], waiting: int) -> float | None:
        if not self._lasted:
            return None
        each = sum(self._lasted) / len(self._lasted)
        now = self.now()
        left = [each - (now - track.stage.created_at) for track in open_ones]
        if any(seconds <= 0 for seconds in left):
            return None  # they take longer than those before them
        total = max(left, default=0.0) + -(-waiting // self._abreast) * each
        return total or None


def done_of(track: Track) -> int:
    """How many of a shard's requests have an answer, by what was last seen of it."""
    if track.stage.fetched is not None:
        return track.shard.requests
    return (track.batch.done or 0) if track.batch else 0
