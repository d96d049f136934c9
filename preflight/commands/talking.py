"""What a run tells while it goes on: to the person who waits, and to whoever is to be notified."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from preflight.batch.answers import Batch
from preflight.batch.plan import Plan
from preflight.batch.tracks import Talk, Track
from preflight.commands.notifying import Ended, nobody
from preflight.render.outcome import say
from preflight.render.progress import progress


@contextmanager
def talk(plan: Plan, ended: Ended = nobody) -> Iterator[Talk]:
    """Sentences and a bar on standard error; `ended` is told of each batch at its end."""
    with progress(sum(shard.requests for shard in plan.shards)) as display:

        def show(tracks: Sequence[Track]) -> None:
            if seen := standing(tracks):
                display(seen)

        yield Talk(say, show, ended)


def standing(tracks: Sequence[Track]) -> Batch | None:
    """All shards as one batch: what there is to show. None before anything was seen."""
    if len(tracks) == 1:
        return tracks[0].batch
    seen = [track.batch for track in tracks if track.batch is not None]
    ended = [track for track in tracks if track.stage.fetched is not None]
    if not seen and not ended:
        return None
    going = sum(track.open for track in tracks)
    waiting = sum(track.waiting for track in tracks)
    words = [f"{len(ended)} of {len(tracks)} shards ended", f"{going} running"]
    if waiting:
        words.append(f"{waiting} to be sent")
    counted = [batch.completed is not None for batch in seen]
    return Batch(
        "",
        ", ".join(words),
        completed=sum(map(_done, tracks)) if any(counted) or ended else None,
        failed=0,
    )


def _done(track: Track) -> int:
    if track.stage.fetched is not None:
        return track.shard.requests
    batch = track.batch
    return (batch.completed or 0) + (batch.failed or 0) if batch else 0
