"""One shard's part of the ledger: every step that matters, written before it and after it.

An intent with no answer after it means that the process died in between: the step may have been
carried out, and is looked for before it is tried again. Nothing secret is written.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from preflight.batch.damage import damaged

WHOLE = 0
"""The run as a whole, in place of a shard's number."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the journal. `at`: seconds since the epoch; kind: intent, answer, refused."""

    at: float
    attempt: int
    step: str
    kind: str
    detail: Mapping[str, Any]


class Store(Protocol):
    """Where the lines of journals are kept; see Ledger."""

    @property
    def folder(self) -> Path:
        """The run's folder."""

    def append(self, shard: int, attempt: int, step: str, kind: str, detail: str) -> None:
        """Add a line, on disk before this returns. Raises RunError."""

    def prove_now(self, shard: int) -> None:
        """Make sure that the shard is not another worker's by now. Raises LeaseLost."""

    def lines(self, shard: int) -> tuple[Entry, ...]:
        """A shard's lines, oldest first. Raises UsageError for a damaged ledger."""


class Journal:
    """The steps of one shard. Shard 0 is the run as a whole."""

    def __init__(self, store: Store, shard: int) -> None:
        """The journal of that shard, as far as it has been written."""
        self._store = store
        self.shard = shard

    @property
    def folder(self) -> Path:
        """The run's folder."""
        return self._store.folder

    def write(self, attempt: int, step: str, kind: str, **detail: object) -> None:
        """Add a line. Raises RunError where it is not taken; LeaseLost for another's shard."""
        self._store.append(self.shard, attempt, step, kind, json.dumps(detail))

    def prove_now(self) -> None:
        """Make sure that no other worker acts on the shard by now. Raises LeaseLost."""
        self._store.prove_now(self.shard)

    def entries(self) -> tuple[Entry, ...]:
        """All lines, oldest first. Raises UsageError for a damaged ledger."""
        return self._store.lines(self.shard)

    @property
    def attempt(self) -> int:
        """The number of the current attempt, from 1."""
        return max((entry.attempt for entry in self.entries()), default=1)

    def newest(self, step: str) -> Entry | None:
        """The newest line about a step in the current attempt."""
        found = [entry for entry in self._current() if entry.step == step]
        return found[-1] if found else None

    def last(self, step: str) -> Mapping[str, Any] | None:
        """The newest answer to a step in the current attempt, or None."""
        for entry in reversed(self._current()):
            if (entry.step, entry.kind) == (step, "answer"):
                return entry.detail
        return None

    def known_id(self, step: str) -> str | None:
        """The id that a step of the current attempt was answered with, or None."""
        detail = self.last(step)
        if detail is None:
            return None
        found = detail.get("id")
        if not isinstance(found, str):
            raise damaged(self.folder, f"the answer to {step} has no id")
        return found

    def _current(self) -> list[Entry]:
        entries = self.entries()
        attempt = max((entry.attempt for entry in entries), default=1)
        return [entry for entry in entries if entry.attempt == attempt]
