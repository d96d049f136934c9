"""The run's memory: a journal on disk of every step that matters, written before it and after it.

An intent with no answer after it means that the process died in between: the step may have been
carried out, and is looked for before it is tried again. Nothing secret is written.
"""

import fcntl
import json
import sqlite3
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from preflight.batch.disk import on_disk
from preflight.seams import RunError, UsageError

NAME = "ledger.sqlite3"
LOCK = "lock"
_APPLICATION = 0x70666C74
"""SQLite's mark of whose file it is: another program's database is neither read nor written."""

_SCHEMA = f"""
begin immediate;
pragma application_id = {_APPLICATION};
create table if not exists run (plan text not null);
create table if not exists journal (
    seq integer primary key,
    at real not null,
    attempt integer not null,
    step text not null,
    kind text not null check (kind in ('intent', 'answer', 'refused')),
    detail text not null
);
commit;
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
        """Open the folder's ledger, made where there is none.

        Raises UsageError: no folder can be made there, or the file is no ledger of this program.
        """
        self.folder = folder
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            what = f"cannot be made ({error.strerror})"
            raise UsageError(str(folder), what, "name another folder with --out") from error
        self._db = _opened(folder)

    @classmethod
    def of(cls, folder: Path) -> Self:
        """Open an existing run. Raises UsageError where the folder holds none."""
        if not _is_file(folder / NAME):
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
        """Hold the run: a second process that wants to work on it is refused.

        The hold ends with the process, however that ends. Raises UsageError, RunError.
        """
        with on_disk(self.folder), (self.folder / LOCK).open("wb") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise UsageError(
                    str(self.folder),
                    "another preflight is working on this run",
                    "wait for it, or look with `preflight status`",
                ) from None
            yield

    def plan(self) -> dict[str, Any] | None:
        """What the run is to do; None in a new ledger. Raises UsageError for a damaged one."""
        rows = self._rows("select plan from run")
        return _object(self.folder, rows[0][0]) if rows else None

    def write_plan(self, plan: Mapping[str, Any]) -> None:
        """Write down what the run is to do, in place of what was planned before."""
        with on_disk(self.folder):
            self._db.execute("begin immediate")
            self._db.execute("delete from run")
            self._db.execute("insert into run values (?)", (json.dumps(plan),))
            self._db.execute("commit")

    def write(self, attempt: int, step: str, kind: str, **detail: object) -> None:
        """Add a line to the journal. Raises RunError where the disk does not take it."""
        with on_disk(self.folder):
            self._db.execute(
                "insert into journal (at, attempt, step, kind, detail) values (?, ?, ?, ?, ?)",
                (time.time(), attempt, step, kind, json.dumps(detail)),
            )

    def entries(self) -> tuple[Entry, ...]:
        """The journal, oldest first. Raises UsageError for a damaged one."""
        return tuple(
            Entry(at, attempt, step, kind, _object(self.folder, detail))
            for at, attempt, step, kind, detail in self._rows(
                "select at, attempt, step, kind, detail from journal order by seq"
            )
        )

    @property
    def attempt(self) -> int:
        """The number of the current attempt, from 1."""
        return max((entry.attempt for entry in self.entries()), default=1)

    def newest(self, step: str) -> Entry | None:
        """The newest line about a step in the current attempt."""
        attempt = self.attempt
        found = [e for e in self.entries() if (e.attempt, e.step) == (attempt, step)]
        return found[-1] if found else None

    def last(self, step: str) -> Mapping[str, Any] | None:
        """The newest answer to a step in the current attempt, or None."""
        attempt = self.attempt
        for entry in reversed(self.entries()):
            if (entry.attempt, entry.step, entry.kind) == (attempt, step, "answer"):
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

    def _rows(self, question: str) -> list[Any]:
        try:
            return self._db.execute(question).fetchall()
        except sqlite3.Error as error:
            raise damaged(self.folder, str(error)) from error


def damaged(folder: Path, why: str) -> UsageError:
    """The error for a ledger that cannot be made sense of."""
    return UsageError(
        str(folder / NAME),
        f"is damaged, or is no run's ledger ({why})",
        "restore it, or look at the provider for the batch before starting anew with --out",
    )


def _opened(folder: Path) -> sqlite3.Connection:
    new = not _is_file(folder / NAME)
    try:
        db = sqlite3.connect(folder / NAME, isolation_level=None, timeout=5)
        (mark,) = db.execute("pragma application_id").fetchone()
        (tables,) = db.execute("select count(*) from sqlite_master").fetchone()
        if mark != _APPLICATION and tables:
            raise damaged(folder, "another program wrote it")
        db.execute("pragma synchronous = full")
        if mark != _APPLICATION:
            db.executescript(_SCHEMA)
    except sqlite3.Error as error:
        if new:
            what = f"takes no file ({error})"
            raise UsageError(str(folder), what, "name another folder with --out") from error
        if "locked" in str(error):
            raise RunError(str(folder / NAME), "is locked", "try again") from error
        raise damaged(folder, str(error)) from error
    return db


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError as error:  # a folder that this user may not enter, a name that is too long
        what = f"cannot be looked into ({error.strerror})"
        raise UsageError(str(path.parent), what, "name another folder") from error


def _object(folder: Path, text: object) -> dict[str, Any]:
    try:
        value = json.loads(str(text))
    except (ValueError, RecursionError) as error:
        raise damaged(folder, "it holds no JSON") from error
    if not isinstance(value, dict):
        raise damaged(folder, "it holds JSON of another kind")
    return value
