"""The ledger's tables, and how an older ledger becomes one of today's.

One SQLite file holds one run; a PostgreSQL database holds the runs of many machines. The tables are
the same.
"""

from collections.abc import Callable, Mapping

import sqlalchemy as sql

VERSION = 2
"""Of these tables. Version 1 knew one shard a run, and was SQLite's alone."""

metadata = sql.MetaData()

marks = sql.Table("preflight_ledger", metadata, sql.Column("version", sql.Integer, nullable=False))
"""One row: the version of the tables beside it."""

runs = sql.Table(
    "preflight_runs",
    metadata,
    sql.Column("run", sql.Text, primary_key=True),
    sql.Column("plan", sql.Text, nullable=False),
    sql.Column("at", sql.Float, nullable=False),
)
"""What each run is to do, as JSON. `at`: seconds since the epoch."""

journal = sql.Table(
    "preflight_journal",
    metadata,
    sql.Column(
        "seq",
        sql.BigInteger().with_variant(sql.Integer, "sqlite"),
        primary_key=True,
        autoincrement=True,
    ),
    sql.Column("run", sql.Text, nullable=False),
    sql.Column("shard", sql.Integer, nullable=False),
    sql.Column("at", sql.Float, nullable=False),
    sql.Column("attempt", sql.Integer, nullable=False),
    sql.Column("step", sql.Text, nullable=False),
    sql.Column(
        "kind",
        sql.Text,
        sql.CheckConstraint("kind in ('intent', 'answer', 'refused')"),
        nullable=False,
    ),
    sql.Column("detail", sql.Text, nullable=False),
    sql.Index("preflight_journal_of_shard", "run", "shard", "seq"),
)
"""Each step before it and after it. Shard 0 is the run as a whole."""

leases = sql.Table(
    "preflight_leases",
    metadata,
    sql.Column("run", sql.Text, primary_key=True),
    sql.Column("shard", sql.Integer, primary_key=True),
    sql.Column("holder", sql.Text, nullable=False),
    sql.Column("until", sql.Float, nullable=False),
)
"""Which worker may act on a shard, until when by the database's own clock (epoch seconds)."""

OF_A_FILE = "run"
"""The one run of a SQLite file."""


def _first_to_second(connection: sql.Connection) -> None:
    """What was about the one batch of a run is about its first shard."""
    metadata.create_all(connection)
    connection.execute(
        sql.text(
            "insert into preflight_journal (seq, run, shard, at, attempt, step, kind, detail) "
            "select seq, :run, 1, at, attempt, step, kind, detail from journal"
        ),
        {"run": OF_A_FILE},
    )
    connection.execute(
        sql.text(
            "insert into preflight_runs (run, plan, at) "
            "select :run, plan, coalesce((select min(at) from journal), 0) from run"
        ),
        {"run": OF_A_FILE},
    )
    connection.execute(sql.text("drop table journal"))
    connection.execute(sql.text("drop table run"))


_MIGRATIONS: Mapping[int, Callable[[sql.Connection], None]] = {1: _first_to_second}
"""From the version to the next."""


def version(connection: sql.Connection) -> int | None:
    """The version of the tables that are there; None where there are none."""
    names = set(sql.inspect(connection).get_table_names())
    if marks.name in names:
        found: int = connection.execute(sql.select(marks.c.version)).scalar_one()
        return found
    return 1 if {"run", "journal"} <= names else None


def bring_up(connection: sql.Connection) -> None:
    """Make the tables, or bring older ones up to date; all of it or nothing.

    Raises ValueError for tables of a newer program.
    """
    there = version(connection)
    if there is None:
        metadata.create_all(connection)
        connection.execute(marks.insert().values(version=VERSION))
        return
    if there > VERSION:
        raise ValueError(
            f"a newer preflight wrote it: version {there}, and this one knows {VERSION}"
        )
    for step in range(there, VERSION):
        _MIGRATIONS[step](connection)
    if there < VERSION:
        connection.execute(marks.delete())
        connection.execute(marks.insert().values(version=VERSION))
