"""Whose turn it is: which shards may be sent, which batches are looked at, and when again."""

from collections.abc import Callable, Iterable, Iterator, Sequence

from preflight.batch.tracks import Admits, Track


def sendable(
    tracks: Sequence[Track],
    admits: Admits,
    clock: Callable[[], float],
    halted: Callable[[], bool],
) -> Iterator[Track]:
    """What is to be sent and may be: first those whose batch may be running unseen.

    `halted`: whether nothing more is begun. It, the clock and the room are asked anew at each
    shard: what became of one that was sent decides about the next.
    """
    begun = [track for track in tracks if track.waiting and track.stage.begun]
    rest = [track for track in tracks if track.waiting and not track.stage.begun]
    for track in (*begun, *rest):
        if track.problem is not None or clock() < track.due:
            continue
        if not track.waiting or (halted() and not track.stage.begun):
            continue
        running = [other.shard for other in tracks if other.open]
        files = sum(other.stage.uploaded is not None for other in tracks)
        if track.stage.begun or not running or admits(running, files, track.shard):
            yield track


def due(tracks: Iterable[Track], now: float) -> list[Track]:
    """Those whose batch is to be looked at."""
    return [t for t in tracks if t.open and t.due <= now and t.problem is None]


def done(tracks: Iterable[Track], *, halted: bool) -> bool:
    """Whether there is nothing left to do, or nothing that may be begun."""
    left = [track for track in tracks if track.stage.fetched is None]
    return all(t.problem or (halted and t.waiting and not t.stage.begun) for t in left)


def pause(tracks: Iterable[Track], others: Iterable[float], now: float, every: float) -> float:
    """Seconds until the next turn; `others` are the moments that matter beside the shards' own."""
    dues = [t.due for t in tracks if t.stage.fetched is None and t.problem is None]
    dues += others
    return max(0.0, min([moment for moment in dues if moment > now], default=now + every) - now)
