"""The run's memory: its plan, and a journal of every step that matters, in a database.

By default a SQLite file in the run's folder; for a run that several machines share, PostgreSQL.
"""

import fcntl
import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import sqlalchemy as sql

from preflight.batch import ledger_file, ledger_shared
from preflight.batch.damage import NAME, damaged, read_object
from preflight.batch.disk import on_disk
from preflight.batch.journal import Entry, Journal
from preflight.batch.leases import Leases
from preflight.batch.ledger_tables import OF_A_FILE, journal, runs
from preflight.seams import RunError, UsageError

__all__ = ["LOCK", "NAME", "Busy", "Entry", "Journal", "Ledger", "damaged"]

LOCK = "lock"


class Busy(UsageError):
    """Another process is working on the run: it passes, unlike other wrong usage."""


class Ledger:
    """One run's ledger. Each write is on disk before the call returns."""

    def __init__(
        self, folder: Path, shared: sql.Engine | None = None, run: str = OF_A_FILE
    ) -> None:
        """Open the ledger in the folder, made where there is none; or a run of a shared one.

        Raises UsageError: no folder can be made there, or the file is no ledger of this program.
        """
        _make(folder)
        self.folder = folder
        self.run = run
        self.leases = Leases(shared, run) if shared is not None else None
        self._engine = shared if shared is not None else ledger_file.opened(folder)
        self._saying = ledger_file.saying if shared is None else ledger_shared.saying

    @classmethod
    def of(cls, folder: Path) -> Self:
        """Open an existing run. Raises UsageError where the folder holds none."""
        if not ledger_file.there(folder):
            raise UsageError(
                str(folder), "holds no run", "name the folder that `preflight submit` printed"
            )
        return cls(folder)

    @classmethod
    def shared(cls, folder: Path, address: str, run: str) -> Self:
        """The ledger of a run in a PostgreSQL database, which other machines may work on, too.

        Args:
            folder: this machine's folder for the run's files.
            address: `postgresql://...`.
            run: the run's name in the database.

        Raises UsageError for an address that cannot be used, RunError for a database that does not
        answer.
        """
        engine = ledger_shared.opened(address)
        return cls(folder, engine, run)

    def __enter__(self) -> Self:
        """The ledger itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the database, and give up what is held of it."""
        if self.leases is not None:
            self.leases.close()
        self._engine.dispose()

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Hold the run's folder: a second process that wants to work in it is refused.

        The hold ends with the process, however that ends. Raises Busy, RunError.
        """
        with on_disk(self.folder), (self.folder / LOCK).open("wb") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise Busy(
                    str(self.folder),
                    "another preflight is working on this run",
                    "wait for it, or look with `preflight status`",
                ) from None
            yield

    def plan(self) -> dict[str, Any] | None:
        """What the run is to do; None in a new ledger. Raises UsageError for a damaged one."""
        with self._asking() as connection:
            question = sql.select(runs.c.plan).where(runs.c.run == self.run)
            found = connection.execute(question).scalar()
        return None if found is None else read_object(self.folder, found)

    def claim_plan(self, plan: Mapping[str, Any]) -> None:
        """Write down what the run is to do, unless that is written down already."""
        with self._asking() as connection:
            statement = ledger_shared.unless_there(connection, self.run, json.dumps(plan))
            connection.execute(statement)

    def write_plan(self, plan: Mapping[str, Any]) -> None:
        """Write down what the run is to do, in place of what was planned before."""
        with self._asking() as connection:
            changed = runs.update().where(runs.c.run == self.run).values(plan=json.dumps(plan))
            connection.execute(changed)

    def journal(self, shard: int) -> Journal:
        """The steps of one shard, from 1; 0 is the run as a whole."""
        return Journal(self, shard)

    def append(self, shard: int, attempt: int, step: str, kind: str, detail: str) -> None:
        """Add a line to a shard's journal. Raises RunError, LeaseLost."""
        line = {
            "run": self.run,
            "shard": shard,
            "at": time.time(),
            "attempt": attempt,
            "step": step,
            "kind": kind,
            "detail": detail,
        }
        try:
            with self._asking() as connection:
                if self.leases is not None:
                    self.leases.prove(connection, shard)
                connection.execute(journal.insert().values(line))
        except RunError:
            self.prove_now(shard)  # who is stopped in the middle is cut off, and has lost it
            raise

    def prove_now(self, shard: int) -> None:
        """Make sure that the shard is not another worker's by now. Raises LeaseLost."""
        if self.leases is not None:
            self.leases.prove_now(shard)

    def lines(self, shard: int) -> tuple[Entry, ...]:
        """A shard's journal, oldest first. Raises UsageError for a damaged ledger."""
        return self.every_line(shard).get(shard, ())

    def every_line(self, shard: int | None = None) -> dict[int, tuple[Entry, ...]]:
        """The journals of all shards (or of one), by number; oldest line first."""
        columns = journal.c
        question = (
            sql.select(
                columns.shard,
                columns.at,
                columns.attempt,
                columns.step,
                columns.kind,
                columns.detail,
            )
            .where(columns.run == self.run)
            .order_by(columns.seq)
        )
        if shard is not None:
            question = question.where(columns.shard == shard)
        with self._asking() as connection:
            rows = connection.execute(question).all()
        found: dict[int, list[Entry]] = {}
        for number, at, attempt, step, kind, detail in rows:
            entry = Entry(at, attempt, step, kind, read_object(self.folder, detail))
            found.setdefault(number, []).append(entry)
        return {number: tuple(entries) for number, entries in found.items()}

    @contextmanager
    def _asking(self) -> Iterator[sql.Connection]:
        """One transaction; its failures said in a sentence."""
        with self._saying(self.folder), self._engine.begin() as connection:
            yield connection


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        what = f"cannot be made ({error.strerror})"
        raise UsageError(str(folder), what, "name another folder with --out") from error
