"""Who may act on a shard of a shared run: one worker at a time, until its lease runs out.

A worker renews its leases as long as it lives; the shards of one that died are taken over when they
have run out. Time is the database's, so that the workers' clocks may differ.
"""

import os
import secrets
import socket
import threading
from contextlib import suppress

import sqlalchemy as sql
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import SQLAlchemyError

from preflight.batch.ledger_tables import leases
from preflight.seams import RunError

SECONDS = 90.0
"""How long a worker may be silent before others take its shards."""


class LeaseLost(RunError):
    """A shard that another worker has taken: this one was silent for too long."""


class Leases:
    """The shards of one run that this worker holds."""

    def __init__(self, engine: sql.Engine, run: str) -> None:
        """The leases of that run. None is held yet."""
        self._engine = engine
        self._run = run
        self.seconds = SECONDS
        self.holder = f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(4)}"
        self._held: set[int] = set()
        self._closed = threading.Event()
        self._renewing: threading.Thread | None = None

    def take(self, shard: int) -> bool:
        """Take a shard that nobody holds, or hold on to one's own."""
        now = _now()
        mine = postgresql.insert(leases).values(
            run=self._run, shard=shard, holder=self.holder, until=now + self.seconds
        )
        mine = mine.on_conflict_do_update(
            index_elements=["run", "shard"],
            set_={"holder": mine.excluded.holder, "until": mine.excluded.until},
            where=(leases.c.until < now) | (leases.c.holder == self.holder),
        )
        with self._engine.begin() as connection:
            taken = bool(connection.execute(mine.returning(leases.c.holder)).all())
        if taken:
            self._held.add(shard)
            self._renew_from_now_on()
        else:
            self._held.discard(shard)
        return taken

    def holds(self, shard: int) -> bool:
        """Whether this worker took the shard and has not learnt that it lost it."""
        return shard in self._held

    def give_up(self, shard: int) -> None:
        """Let others have a shard."""
        self._held.discard(shard)
        with self._engine.begin() as connection:
            connection.execute(leases.delete().where(*self._mine(), leases.c.shard == shard))

    def prove(self, connection: sql.Connection, shard: int) -> None:
        """Make sure, in the transaction that writes, that the shard is still this worker's.

        The row stays locked until that transaction ends. A process that holds nothing (a look, a
        cancel) writes beside the one that does. Raises LeaseLost.
        """
        if shard not in self._held:
            return
        held = (
            sql.select(leases.c.holder)
            .where(*self._mine(), leases.c.shard == shard, leases.c.until > _now())
            .with_for_update()
        )
        if connection.execute(held).first() is None:
            self._held.discard(shard)
            raise LeaseLost(
                f"shard {shard}",
                "was taken by another worker, since this one was silent for too long",
                "nothing to do: the other one goes on with it",
            )

    def others(self) -> dict[int, str]:
        """The shards that other workers hold now, and who does."""
        question = sql.select(leases.c.shard, leases.c.holder).where(
            leases.c.run == self._run, leases.c.holder != self.holder, leases.c.until > _now()
        )
        with self._engine.begin() as connection:
            return {row.shard: row.holder for row in connection.execute(question)}

    def close(self) -> None:
        """Give up everything that is held."""
        self._closed.set()
        if self._renewing is not None:
            self._renewing.join()
        self._held.clear()
        with suppress(SQLAlchemyError), self._engine.begin() as connection:
            # Where the database is away, the leases run out by themselves.
            connection.execute(leases.delete().where(*self._mine()))

    def _mine(self) -> tuple[sql.ColumnElement[bool], ...]:
        return (leases.c.run == self._run, leases.c.holder == self.holder)

    def _renew_from_now_on(self) -> None:
        if self._renewing is None:
            self._renewing = threading.Thread(target=self._renew, name="leases", daemon=True)
            self._renewing.start()

    def _renew(self) -> None:
        """Renew what has not run out: a lease that has may be another's already."""
        while not self._closed.wait(self.seconds / 3):
            renewed = leases.update().where(*self._mine(), leases.c.until > _now())
            with suppress(SQLAlchemyError), self._engine.begin() as connection:
                # A database that is away: the next write says so, or the lease is lost.
                connection.execute(renewed.values(until=_now() + self.seconds))


def _now() -> sql.ColumnElement[float]:
    return sql.cast(sql.func.extract("epoch", sql.func.clock_timestamp()), sql.Float)
