"""One look sees one moment: equal questions are asked once, by however many threads."""

import time
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Any

from preflight.seams.calls import depth, waited_for
from preflight.seams.pending import Pending

PATIENCE_SECONDS = 30.0
"""After so long a question without an answer is asked again by whoever asks it next."""


class _Flight:
    """A question under way or answered: since when (monotonic seconds), and how deep it ended."""

    def __init__(self) -> None:
        self.since = time.monotonic()
        self.answer = Pending[Any]()
        self.depth = 0

    def hangs(self, patience: float) -> bool:
        return not self.answer.done() and time.monotonic() - self.since > patience

    def ask(self, ask: Callable[[], Any]) -> None:
        try:
            found = ask()
        except BaseException as error:  # noqa: BLE001 - kept whole, raised again by result()
            self.depth = depth()
            self.answer.refuse(error)
        else:
            self.depth = depth()
            self.answer.give(found)


class Moment:
    """The answers so far, refusals included: checks that share a client share its evidence."""

    def __init__(self, patience_seconds: float = PATIENCE_SECONDS) -> None:
        """Nothing is asked yet."""
        self._patience = patience_seconds
        self._lock = Lock()
        self._flights: dict[Hashable, _Flight] = {}

    def answer(self, question: Hashable, ask: Callable[[], Any]) -> Any:
        """What `ask` returned or raised the first time.

        Who comes while it is being asked waits for it, unless it has hung for too long already.
        """
        with self._lock:
            flight = self._flights.get(question)
            first = flight is None or flight.hangs(self._patience)
            if flight is None or first:
                flight = self._flights[question] = _Flight()
        if first:
            flight.ask(ask)
        try:
            return flight.answer.result()
        finally:
            waited_for(flight.depth)
