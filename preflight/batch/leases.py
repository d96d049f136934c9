"""Who may act on a shard of a shared run: one worker at a time, until its lease runs out.

A worker renews its leases as long as it lives; the shards of one that died are taken over when they
have run out. Time is the database's, so that the workers' clocks may differ.
"""

import os
import secrets
import socket
import threading
import time
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
        self._held: dict[int, float] = {}
        """Until when by this machine's clock, which goes on while the process is stopped."""
        self._lock = threading.Lock()
        self._closed = threading.Event()
        self._renewing: threading.Thread | None = None

    def take(self, shard: int) -> bool:
        """Take a shard that nobody holds, or hold on to one's own."""
        now, began = _now(), _clock()
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
        with self._lock:
            if taken:
                self._held[shard] = began + self.seconds
            else:
                self._held.pop(shard, None)
        if taken:
            self._renew_from_now_on()
        return taken

    def holds(self, shard: int) -> bool:
        """Whether this worker took the shard and has not learnt that it lost it."""
        return shard in self._held

    def give_up(self, shard: int) -> None:
        """Let others have a shard."""
        self._let_go(shard)
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
            raise self._lost(shard)

    def prove_now(self, shard: int) -> None:
        """The same without asking anyone, right before a call that costs money.

        This process may have been stopped since it last asked (a machine that slept), and another
        worker may act by now. Raises LeaseLost.
        """
        with self._lock:
            until = self._held.get(shard)
        if until is not None and _clock() >= until:
            raise self._lost(shard)

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

    def _let_go(self, shard: int) -> None:
        with self._lock:
            self._held.pop(shard, None)

    def _lost(self, shard: int) -> LeaseLost:
        self._let_go(shard)
        return LeaseLost(
            f"shard {shard}",
            "is not this worker's any more: it was silent for too long",
            "nothing to do: whichever worker takes the shard goes on with it",
        )

    def _mine(self) -> tuple[sql.ColumnElement[bool], ...]:
        return (leases.c.run == self._run, leases.c.holder == self.holder)

    def _renew_from_now_on(self) -> None:
        if self._renewing is None:
            self._renewing = threading.Thread(target=self._renew, name="leases", daemon=True)
            self._renewing.start()

    def _renew(self) -> None:
        """Renew what has not run out: a lease that has may be another's already."""
        while not self._closed.wait(self.seconds / 3):
            began = _clock()
            renewed = leases.update().where(*self._mine(), leases.c.until > _now())
            renewed = renewed.values(until=_now() + self.seconds)
            with suppress(SQLAlchemyError):
                # A database that is away: the next write says so, or the lease is lost.
                with self._engine.begin() as connection:
                    shards = connection.execute(renewed.returning(leases.c.shard)).scalars().all()
                with self._lock:
                    self._held.update(
                        dict.fromkeys(self._held.keys() & shards, began + self.seconds)
                    )


def _clock() -> float:
    """Seconds that go on while the process is stopped, and mostly while the machine sleeps, too."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


def _now() -> sql.ColumnElement[float]:
    return sql.cast(sql.func.extract("epoch", sql.func.clock_timestamp()), sql.Float)
