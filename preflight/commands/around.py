"""What a run has around it: whom it tells what happens, and the environment with its key."""

import os
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field

from preflight.batch.plan import Plan
from preflight.batch.tracks import Talk
from preflight.commands.judge import show
from preflight.commands.notifying import Ended
from preflight.commands.talking import talk
from preflight.render.outcome import say
from preflight.report import Report


def _shown(report: Report) -> None:
    show(report, "text", to_talk=True)


@dataclass(frozen=True, slots=True)
class Around:
    """By default what a command has: sentences and a bar on standard error, the process's own key.

    Attributes:
        say: told each sentence.
        talk: whom the loop tells about a plan's shards, and who hears that a batch has ended.
        overruled: told the report that is not READY, where the file is sent all the same.
        environ: where the gateway's key is; in no repr.
    """

    say: Callable[[str], None] = say
    talk: Callable[[Plan, Ended], AbstractContextManager[Talk]] = talk
    overruled: Callable[[Report], None] = _shown
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ, repr=False)


CONSOLE = Around()
