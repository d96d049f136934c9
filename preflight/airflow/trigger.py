"""Waiting for batches in the triggerer: no worker is held, and no secret is kept with it."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from typing import Any

from airflow.triggers.base import BaseTrigger, TriggerEvent

from preflight.airflow.hook import PreflightHook
from preflight.airflow.route import Looking, Route
from preflight.airflow.saying import sentence
from preflight.batch.refusals import NOT_FOUND, UNAUTHORIZED, Declined, Lost
from preflight.batch.watch import KEY_SECONDS, NEW_SECONDS, PATIENCE_SECONDS, pauses
from preflight.seams import PreflightError

ENDED, DUE, LATE, AWAY, REFUSED, ASK = "ended", "due", "late", "away", "refused", "ask"
"""Why it fires: a batch has ended; it is time for another turn; it took too long; the gateway does
not answer; it does not take the key any more; something that the task itself shall find out."""


class PreflightBatchTrigger(BaseTrigger):
    """Look at batches until there is something to do about them."""

    def __init__(
        self,
        *,
        gateway_conn_id: str,
        route: Route,
        batches: Sequence[str],
        any_of_them: bool,
        every: float,
        until: float | None = None,
        again_in: float | None = None,
        cancel_on_kill: bool = False,
    ) -> None:
        """Nothing is asked yet.

        Args:
            gateway_conn_id: the connection with the gateway's key, which is read here.
            route: the way to the batches (`route.of`).
            batches: their ids.
            any_of_them: whether one that ends is enough, or all must.
            every: seconds between looks, in the long run.
            until: when to give up, in seconds since the epoch; None: never.
            again_in: seconds after which to fire in any case; None: no such time.
            cancel_on_kill: whether the batches are cancelled when a person ends or clears the task.
        """
        super().__init__()
        self.gateway_conn_id = gateway_conn_id
        self.route = route
        self.batches = list(batches)
        self.any_of_them = any_of_them
        self.every = every
        self.until = until
        self.again_in = again_in
        self.cancel_on_kill = cancel_on_kill
        self._looking: Looking | None = None

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """See `BaseTrigger`."""
        return (
            f"{type(self).__module__}.{type(self).__qualname__}",
            {
                "gateway_conn_id": self.gateway_conn_id,
                "route": self.route,
                "batches": self.batches,
                "any_of_them": self.any_of_them,
                "every": self.every,
                "until": self.until,
                "again_in": self.again_in,
                "cancel_on_kill": self.cancel_on_kill,
            },
        )

    async def run(self) -> AsyncIterator[TriggerEvent]:
        """Fire once."""
        why, words = await self._waited()
        yield TriggerEvent({"why": why, "words": words, "until": self.until})

    async def _waited(self) -> tuple[str, str]:
        began = heard = time.monotonic()
        for pause in pauses(self.every):
            await asyncio.sleep(max(0.0, min(pause, *self._left(began))))
            if self.until is not None and time.time() >= self.until:
                return LATE, ""
            if self.again_in is not None and time.monotonic() - began >= self.again_in:
                return DUE, ""
            try:
                ended = await self._ended()
            except PreflightError as error:
                now = time.monotonic()
                if why := _why(error, silent=now - heard, watched=now - began):
                    return why, sentence(error)
                await self.cleanup()  # the connection is read again: there may be a new key
                continue
            heard = time.monotonic()
            if ended and (self.any_of_them or len(ended) == len(self.batches)):
                return ENDED, ""
        raise AssertionError  # pragma: no cover - the pauses never end

    def _left(self, began: float) -> list[float]:
        """Seconds until it is to fire whatever happens."""
        found = [self.every]
        if self.until is not None:
            found.append(self.until - time.time())
        if self.again_in is not None:
            found.append(began + self.again_in - time.monotonic())
        return found

    async def _ended(self) -> set[str]:
        if not self.batches:
            return set()
        looking = await self._connected()
        return await asyncio.to_thread(looking.ended, self.batches)

    async def _connected(self) -> Looking:
        if self._looking is None:
            access = await PreflightHook(self.gateway_conn_id).aget_conn()
            self._looking = await asyncio.to_thread(Looking, self.route, access)
        return self._looking

    async def on_kill(self) -> None:
        """A person ended or cleared the task while it waited."""
        if self.cancel_on_kill:
            looking = await self._connected()
            await asyncio.to_thread(looking.cancel, self.batches)

    async def cleanup(self) -> None:
        """Close the connection."""
        looking, self._looking = self._looking, None
        if looking is not None:
            await asyncio.to_thread(looking.close)


def _why(error: PreflightError, *, silent: float, watched: float) -> str:
    """Why to fire on that; "" for what may pass.

    `silent` and `watched` are seconds without an answer, and of waiting in all.
    """
    if isinstance(error, Lost):
        return AWAY if silent > PATIENCE_SECONDS else ""
    if isinstance(error, Declined) and error.status == UNAUTHORIZED:
        return REFUSED if silent > KEY_SECONDS else ""
    if isinstance(error, Declined) and error.status == NOT_FOUND:
        return ASK if watched > NEW_SECONDS else ""  # it may have been created just now
    return ASK
