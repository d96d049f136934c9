"""A ledger that is a SQLite file in the run's folder."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sql
from sqlalchemy import event
from sqlalchemy.exc import DBAPIError

from preflight.batch.damage import NAME, damaged
from preflight.batch.ledger_tables import VERSION, bring_up, version
from preflight.seams import RunError, UsageError

_APPLICATION = 0x70666C74
"""SQLite's mark of whose file it is: another program's database is neither read nor written."""

_ALONE = "preflight_alone"

_WAIT_SECONDS = 5
"""For another process's write: a look, or a cancel, at a run that is at work."""


def opened(folder: Path) -> sql.Engine:
    """The folder's ledger, made or brought up to date. Raises UsageError, RunError."""
    new = not there(folder)
    engine = sql.create_engine(
        sql.URL.create("sqlite", database=str(folder / NAME)),
        connect_args={"timeout": _WAIT_SECONDS},
    )
    event.listen(engine, "connect", _prepared)
    event.listen(engine, "begin", _begun)
    try:
        with saying(folder), engine.begin() as connection:
            today = _is_of_today(connection, folder)
        if not today:
            alone = engine.execution_options(**{_ALONE: True})
            with saying(folder), alone.begin() as connection:
                _bring_up(connection, folder)
    except UsageError as error:
        engine.dispose()
        if new:
            what = f"takes no file ({error.what})"
            raise UsageError(str(folder), what, "name another folder with --out") from error
        raise
    except RunError:
        engine.dispose()
        raise
    return engine


def _prepared(connection: sqlite3.Connection, _: object) -> None:
    """Transactions are begun by this program, and on disk when they end."""
    connection.isolation_level = None
    connection.execute("pragma synchronous = full")
    (mark,) = connection.execute("pragma application_id").fetchone()
    (tables,) = connection.execute("select count(*) from sqlite_master").fetchone()
    if mark == _APPLICATION or not tables:
        # Kept in the file: a look goes on reading while the run writes.
        connection.execute("pragma journal_mode = wal")


def _begun(connection: sql.Connection) -> None:
    """A transaction that reads before it writes holds the file from its beginning."""
    alone = connection.get_execution_options().get(_ALONE)
    connection.exec_driver_sql("begin immediate" if alone else "begin")


def _is_of_today(connection: sql.Connection, folder: Path) -> bool:
    mark = connection.exec_driver_sql("pragma application_id").scalar_one()
    tables = connection.exec_driver_sql("select count(*) from sqlite_master").scalar_one()
    if mark != _APPLICATION and tables:
        raise damaged(folder, "another program wrote it")
    return mark == _APPLICATION and version(connection) == VERSION


def _bring_up(connection: sql.Connection, folder: Path) -> None:
    try:
        bring_up(connection)
    except ValueError as error:
        raise UsageError(
            str(folder / NAME), str(error), "update preflight, or use the newer one"
        ) from error
    connection.exec_driver_sql(f"pragma application_id = {_APPLICATION}")


def there(folder: Path) -> bool:
    """Whether the folder holds a ledger. Raises UsageError where it cannot be looked into."""
    path = folder / NAME
    try:
        return path.is_file()
    except OSError as error:  # a folder that this user may not enter, a name that is too long
        what = f"cannot be looked into ({error.strerror})"
        raise UsageError(str(path.parent), what, "name another folder") from error


@contextmanager
def saying(folder: Path) -> Iterator[None]:
    """Turn what SQLite raises into a sentence: locked, refused by the disk, or damaged."""
    try:
        yield
    except (DBAPIError, sqlite3.Error) as error:
        # A connection that is being prepared raises the driver's own.
        origin = error.orig if isinstance(error, DBAPIError) else error
        why = str(origin)
        code = getattr(origin, "sqlite_errorcode", 0) & 0xFF
        if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            raise RunError(str(folder / NAME), "is locked", "try again") from error
        if code in (
            sqlite3.SQLITE_FULL,
            sqlite3.SQLITE_IOERR,
            sqlite3.SQLITE_READONLY,
            sqlite3.SQLITE_PERM,
            sqlite3.SQLITE_NOMEM,
        ):
            raise RunError(
                str(folder / NAME),
                f"cannot be written or read ({why})",
                "repair that and run the same command again: what was sent is not sent again",
            ) from error
        raise damaged(folder, why) from error
