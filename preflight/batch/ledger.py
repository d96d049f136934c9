"""The run's memory: a journal on disk of every step that matters, written before it and after it.

An intent with no answer after it means that the process died in between: the step may have been
carried out, and is looked for before it is tried again. Nothing secret is written.
"""

import json
import sqlite3
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from preflight.seams import UsageError

NAME = "ledger.sqlite3"
_SCHEMA = """
create table if not exists run (plan text not null);
create table if not exists journal (
    seq integer primary key,
    at real not null,
    attempt integer not null,
    step text not null,
    kind text not null check (kind in ('intent', 'answer', 'refused')),
    detail text not null
);
"""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the journal. `at`: seconds since the epoch; kind: intent, answer, refused."""

    at: float
    attempt: int
    step: str
    kind: str
    detail: Mapping[str, Any]


class Ledger:
    """One run's ledger. Each write is on disk before the call returns."""

    def __init__(self, folder: Path) -> None:
        """Open the folder's ledger, made where there is none."""
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(folder / NAME, isolation_level=None, timeout=5)
        self._db.execute("pragma synchronous = full")
        self._db.executescript(_SCHEMA)

    @classmethod
    def of(cls, folder: Path) -> Self:
        """Open an existing run. Raises UsageError where the folder holds none."""
        if not (folder / NAME).is_file():
            raise UsageError(
                str(folder), "holds no run", "name the folder that `preflight submit` printed"
            )
        return cls(folder)

    def __enter__(self) -> Self:
        """The ledger itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the file."""
        self._db.close()

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Hold the run: a second process that wants to send in the same folder is refused."""
        lock = sqlite3.connect(self.folder / "lock.sqlite3", isolation_level=None, timeout=0)
        try:
            lock.execute("begin exclusive")
        except sqlite3.OperationalError:
            lock.close()
            raise UsageError(
                str(self.folder),
                "another preflight is working on this run",
                "wait for it, or follow it with `preflight status`",
            ) from None
        try:
            yield
        finally:
            lock.close()

    def plan(self) -> dict[str, Any] | None:
        """What the run is to do; None in a new ledger."""
        row = self._db.execute("select plan from run").fetchone()
        return json.loads(row[0]) if row else None

    def write_plan(self, plan: Mapping[str, Any]) -> None:
        """Write down what the run is to do, in place of what was planned before."""
        self._db.executescript("begin; delete from run")
        self._db.execute("insert into run values (?)", (json.dumps(plan),))
        self._db.execute("commit")

    def write(self, attempt: int, step: str, kind: str, **detail: object) -> None:
        """Add a line to the journal."""
        self._db.execute(
            "insert into journal (at, attempt, step, kind, detail) values (?, ?, ?, ?, ?)",
            (time.time(), attempt, step, kind, json.dumps(detail)),
        )

    def entries(self) -> tuple[Entry, ...]:
        """The journal, oldest first."""
        rows = self._db.execute("select at, attempt, step, kind, detail from journal order by seq")
        return tuple(
            Entry(at, attempt, step, kind, json.loads(detail))
            for at, attempt, step, kind, detail in rows
        )

    @property
    def attempt(self) -> int:
        """The number of the current attempt, from 1."""
        return max((entry.attempt for entry in self.entries()), default=1)

    def last(self, step: str, kind: str = "answer") -> Mapping[str, Any] | None:
        """The newest detail of a step in the current attempt, or None."""
        attempt = self.attempt
        for entry in reversed(self.entries()):
            if (entry.attempt, entry.step, entry.kind) == (attempt, step, kind):
                return entry.detail
        return None

    def open_intent(self, step: str) -> bool:
        """Whether the step was begun in this attempt and its outcome is not known."""
        attempt = self.attempt
        kinds = [e.kind for e in self.entries() if (e.attempt, e.step) == (attempt, step)]
        return bool(kinds) and kinds[-1] == "intent"
