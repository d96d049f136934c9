"""What a run has around it in a program: callbacks in place of a terminal, and a key."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial

from preflight.api.keyed import keyed
from preflight.batch.plan import Plan
from preflight.batch.tracks import Talk, Track
from preflight.commands.around import Around
from preflight.commands.followed import standing
from preflight.commands.notifying import Ended
from preflight.render.standing import Standing
from preflight.report import Report

Say = Callable[[str], None]
"""Told a sentence."""

Progress = Callable[[Standing], None]
"""Told how a run stands, after each look at it."""


def around(key: str | None, say: Say | None = None, progress: Progress | None = None) -> Around:
    """What calls back instead of printing.

    Args:
        key: the gateway's; None: that of the environment.
        say: told each sentence that a command would write to standard error.
        progress: told how the run stands, after each look.
    """
    said = say or _nobody
    return Around(said, partial(_talk, said, progress), _not_shown, keyed(key))


def _nobody(_: str) -> None:
    """Tell nobody."""


def _not_shown(_: Report) -> None:
    """Show it to nobody."""


@contextmanager
def _talk(say: Say, progress: Progress | None, plan: Plan, ended: Ended) -> Iterator[Talk]:
    def show(tracks: Sequence[Track]) -> None:
        if progress is not None and tracks:
            stages = {track.shard.number: track.stage for track in tracks}
            looks = {t.shard.number: t.batch for t in tracks if t.batch is not None}
            folder = tracks[0].journal.folder
            progress(Standing(standing(plan, stages, looks), folder))

    yield Talk(say, show, ended)
