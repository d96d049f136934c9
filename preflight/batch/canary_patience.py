"""How long a canary's batch is waited for: no longer than was asked, whatever it is doing."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from preflight.batch.answers import Batch
from preflight.batch.journal import Journal
from preflight.batch.remote import Remote
from preflight.batch.send import Say
from preflight.batch.watch import watch


class _TimeIsUp(Exception):
    """The canary was waited for as long as was asked."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long the batch is waited for (seconds), how often it is looked at, what happens then."""

    wait: float
    every: float
    cancel: bool = False
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep


def watched(
    ledger: Journal,
    gateway: Remote,
    batch_id: str,
    patience: Patience,
    *,
    show: Callable[[Batch], None],
    say: Say,
    start: float,
) -> Batch:
    """The batch at its end, or as it was last seen when the time was up.

    Raises PreflightError, as `watch` does.

    Args:
        ledger: takes each change of the batch's status.
        gateway: is asked.
        batch_id: of the batch.
        patience: how long, and how often.
        show: called with each look at the batch.
        say: told what is awry.
        start: when the wait began, by the clock of `patience`.
    """
    seen: list[Batch] = []
    until = start + patience.wait

    def shown(batch: Batch) -> None:
        seen.append(batch)
        show(batch)

    def sleep(pause: float) -> None:
        left = until - patience.clock()
        if left <= 0:
            raise _TimeIsUp
        patience.sleep(min(pause, left))

    try:
        return watch(
            ledger,
            gateway,
            batch_id,
            shown,
            say,
            every=patience.every,
            patience=patience.wait,
            sleep=sleep,
            clock=patience.clock,
        )
    except _TimeIsUp:
        return seen[-1] if seen else Batch(batch_id, "not seen")
