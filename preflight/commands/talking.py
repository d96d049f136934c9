"""What a run tells while it goes on: to the person who waits, and to whoever is to be notified."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from preflight.batch.answers import Batch
from preflight.batch.pace import Pace, done_of
from preflight.batch.plan import Plan
from preflight.batch.tracks import Talk, Track
from preflight.commands.notifying import Ended, nobody
from preflight.render.outcome import say
from preflight.render.progress import progress


@contextmanager
def talk(plan: Plan, ended: Ended = nobody) -> Iterator[Talk]:
    """Sentences and a bar on standard error; `ended` is told of each batch at its end."""
    pace = Pace()
    with progress(sum(shard.requests for shard in plan.shards)) as display:

        def show(tracks: Sequence[Track]) -> None:
            left = pace.look(tracks)
            if seen := standing(tracks):
                display(seen, left)

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
    counted = any(batch.done is not None for batch in seen) or ended
    return Batch(
        "",
        ", ".join(words),
        total=sum(track.shard.requests for track in tracks),
        completed=sum(map(done_of, tracks)) if counted else None,
    )
