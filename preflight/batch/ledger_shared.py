"""A ledger in PostgreSQL, for a run that the workers of several machines share."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sql
from sqlalchemy import event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError

from preflight.batch import leases
from preflight.batch.ledger_tables import bring_up, runs
from preflight.seams import RunError, UsageError

SCHEMES = ("postgresql", "postgres")
_CONNECT_SECONDS = 15
_LOCK = 0x70666C74
"""PostgreSQL's advisory lock for making the tables: two first workers may come at once."""


def opened(address: str) -> sql.Engine:
    """Connect, and make the tables or bring them up to date.

    Raises UsageError for an address that names no PostgreSQL database, or a missing driver;
    RunError for a database that does not answer.
    """
    engine = sql.create_engine(
        parsed(address),
        pool_pre_ping=True,
        # A database without an encoding of its own (SQL_ASCII) would answer in bytes.
        connect_args={"connect_timeout": _CONNECT_SECONDS, "client_encoding": "utf8"},
    )
    event.listen(engine, "connect", _prepared)
    try:
        with saying(Path()), engine.begin() as connection:
            connection.execute(sql.select(sql.func.pg_advisory_xact_lock(_LOCK)))
            bring_up(connection)
    except ValueError as error:
        engine.dispose()
        raise UsageError("--ledger", str(error), "update preflight") from error
    except RunError as error:
        engine.dispose()
        raise RunError(shown(address), error.what, error.remedy) from error
    return engine


def _prepared(connection: Any, _: object) -> None:
    """A worker that is stopped in the middle of a transaction keeps the others out only so long."""
    with connection.cursor() as cursor:
        cursor.execute(f"set idle_in_transaction_session_timeout = {int(leases.SECONDS * 1000)}")
    connection.commit()


def parsed(address: str) -> sql.URL:
    """The address, for the driver that is installed. Raises UsageError."""
    try:
        url = sql.make_url(address)
    except ArgumentError as error:
        raise UsageError(
            "--ledger",
            "is no address of a database",
            "write postgresql://USER@HOST/DATABASE; the password may be in PGPASSWORD",
        ) from error
    if url.drivername not in SCHEMES:
        raise UsageError(
            "--ledger",
            f"names a {url.drivername} database, and a shared ledger is PostgreSQL's",
            "write postgresql://USER@HOST/DATABASE",
        )
    try:
        import psycopg  # noqa: F401, PLC0415 - an extra, only where it is asked for
    except ImportError as error:
        raise UsageError(
            "--ledger", "needs PostgreSQL's driver", "pip install 'batch-preflight[postgresql]'"
        ) from error
    return url.set(drivername="postgresql+psycopg")


def shown(address: str) -> str:
    """The address without its password."""
    return parsed(address).set(drivername="postgresql").render_as_string(hide_password=True)


def unless_there(connection: sql.Connection, run: str, plan: str) -> Any:
    """The statement that adds a run, and leaves one that is there as it is."""
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    return insert(runs).values(run=run, plan=plan, at=time.time()).on_conflict_do_nothing()


def names(address: str) -> list[str]:
    """The runs that a shared ledger holds. Raises UsageError, RunError."""
    engine = opened(address)
    event.listen(engine, "connect", _prepared)
    try:
        with saying(Path()), engine.begin() as connection:
            return list(connection.execute(sql.select(runs.c.run).order_by(runs.c.run)).scalars())
    finally:
        engine.dispose()


@contextmanager
def saying(folder: Path) -> Iterator[None]:
    """Turn what the driver raises into a sentence. The run can always be taken up again."""
    del folder  # the ledger is elsewhere
    try:
        yield
    except SQLAlchemyError as error:
        why = error.orig if isinstance(error, DBAPIError) else error
        first = str(why).strip().partition("\n")[0]
        raise RunError(
            "the ledger's database",
            f"does not do what it is asked ({first})",
            "repair that and run the same command again: what was sent is not sent again",
        ) from error
