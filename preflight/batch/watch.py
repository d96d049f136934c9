"""Waiting for a batch: hours long, patient with a gateway that is away for a while."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

from preflight.batch.answers import Batch
from preflight.batch.journal import Journal
from preflight.batch.refusals import NOT_FOUND, Declined, Lost
from preflight.batch.statuses import TERMINAL, meaning

EVERY_SECONDS = 60.0
"""Azure asks for no more than one look a minute."""

FIRST_SECONDS = 2.0
"""The first looks come sooner, doubling: a batch that fails its validation says so early."""

PATIENCE_SECONDS = 86400.0
"""How long the gateway may be away before waiting is given up (the run is kept)."""

KEY_SECONDS = 1800.0
"""The same, for a gateway that no longer takes the key, where no file can bring another."""

NEW_SECONDS = 60.0
"""How long a batch that was never seen may be unknown to the gateway: it was created just now."""


class Looker(Protocol):
    """The part of the gateway that waiting needs."""

    def look(self, batch_id: str) -> Batch:
        """The batch as it stands. Raises Declined, Lost."""


def pauses(every: float) -> Iterator[float]:
    """Seconds between looks: short ones at first, `every` in the long run."""
    pause = min(FIRST_SECONDS, every)
    while True:
        yield pause
        pause = min(pause * 2, every)


@dataclass(slots=True)
class Patience:
    """How long nothing was heard, and whether that was said."""

    say: Callable[[str], None]
    clock: Callable[[], float]
    limit: float
    heard: float
    away: bool = False

    def lost(self, lost: Lost | Declined, limit: float | None = None) -> None:
        """No answer, or none that helps. Raises it where it has been like that for too long."""
        if self.clock() - self.heard > (self.limit if limit is None else limit):
            raise lost
        self.told(f"{lost.what}: waiting for the gateway")

    def told(self, sentence: str) -> None:
        """Say what is waited for, once."""
        if not self.away:
            self.say(sentence)
        self.away = True

    def answered(self) -> None:
        """An answer."""
        self.heard = self.clock()
        if self.away:
            self.say("the gateway answers again")
        self.away = False


def watch(  # noqa: D417 - the rest is in the names
    ledger: Journal,
    gateway: Looker,
    batch_id: str,
    show: Callable[[Batch], None],
    say: Callable[[str], None],
    *,
    every: float = EVERY_SECONDS,
    patience: float = PATIENCE_SECONDS,
    sleep: Callable[[float], None] = time.sleep,
    clock: Callable[[], float] = time.monotonic,
) -> Batch:
    """Look until the status is terminal. There is no upper limit: Azure lets late jobs run on.

    Args:
        show: called with each look.
        say: told when the gateway goes away, and when it is back.
        every: seconds between looks, in the long run.
        patience: seconds without any answer after which Lost is raised.

    Raises Declined, too.
    """
    began = clock()
    patient = Patience(say, clock, patience, heard=began)
    seen: str | None = None
    for pause in pauses(every):
        try:
            batch = gateway.look(batch_id)
        except Lost as lost:
            patient.lost(lost)
        except Declined as declined:
            new = seen is None and clock() - began < NEW_SECONDS
            if declined.status != NOT_FOUND or not new:
                raise
        else:
            patient.answered()
            if batch.status != seen:
                seen = batch.status
                ledger.write(ledger.attempt, "status", "answer", status=batch.status)
            show(batch)
            if meaning(batch.status) in TERMINAL:
                return batch
        sleep(pause)
    raise AssertionError  # pragma: no cover - the pauses never end
