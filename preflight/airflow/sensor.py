"""Waiting for a run that somebody else began: with the command, or in another DAG."""

import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from airflow.sdk import BaseSensorOperator, Context, PokeReturnValue
from airflow.sdk.exceptions import AirflowException, AirflowFailException, AirflowSensorTimeout

from preflight.airflow import access, standing, trigger
from preflight.airflow.failing import as_airflow
from preflight.airflow.hook import PreflightHook, ledger_address
from preflight.airflow.place import Place, open_address
from preflight.airflow.standing import Standing
from preflight.airflow.trigger import PreflightBatchTrigger


class PreflightBatchSensor(BaseSensorOperator):
    """Wait until each batch of a run has ended at its provider; nothing is sent and none fetched.

    What is returned says how each shard stands. Whoever began the run brings in its results.
    """

    template_fields: Sequence[str] = ("folder", "ledger", "ledger_conn_id", "gateway_conn_id")
    ui_color = "#e6f2ec"

    def __init__(
        self,
        *,
        folder: str,
        ledger: str | None = None,
        ledger_conn_id: str | None = None,
        gateway_conn_id: str = access.DEFAULT,
        deferrable: bool = True,
        **arguments: Any,
    ) -> None:
        """`poke_interval` and `timeout` are those of every sensor.

        Args:
            folder: of the run: what `preflight submit` printed, or what an operator returned.
            ledger: `postgresql://USER@HOST/DATABASE` without a password, where the run's ledger is
                in a database.
            ledger_conn_id: the same, as a connection of the type `postgres`.
            gateway_conn_id: the connection with the gateway's key.
            deferrable: whether the triggerer waits, and no worker.
            **arguments: those of every sensor.
        """
        super().__init__(**arguments)
        self.folder = folder
        self.ledger = ledger
        self.ledger_conn_id = ledger_conn_id
        self.gateway_conn_id = gateway_conn_id
        self.deferrable = deferrable

    def poke(self, context: Context) -> PokeReturnValue:
        """One look at each batch that may still change."""
        del context
        found = self._look()
        return PokeReturnValue(found.ended, found.shape)

    def execute(self, context: Context) -> Any:
        """Look, and wait in the triggerer where that is wanted."""
        if not self.deferrable:
            return super().execute(context)
        return self._looked(time.time() + float(self.timeout))

    def execute_complete(self, context: Context, event: Mapping[str, Any]) -> Any:
        """Take up what the trigger has waited for."""
        del context
        if event["why"] == trigger.LATE:
            raise AirflowSensorTimeout(f"{self.folder}: has batches that have not ended in time")
        if event["why"] == trigger.REFUSED:
            raise AirflowFailException(event["words"])
        if event["why"] == trigger.AWAY:
            raise AirflowException(event["words"])
        return self._looked(event["until"])

    def _looked(self, until: float) -> dict[str, Any]:
        found = self._look()
        if found.ended:
            return found.shape
        every = float(self.poke_interval)
        self.defer(
            trigger=PreflightBatchTrigger(
                gateway_conn_id=self.gateway_conn_id,
                route=found.route,
                batches=found.open,
                any_of_them=found.waiting > 0,
                every=every,
                until=until,
                again_in=every if found.waiting else None,  # others send what is not sent yet
            ),
            method_name="execute_complete",
        )
        raise AssertionError  # pragma: no cover - to defer is to raise

    def _look(self) -> Standing:
        with as_airflow():
            address = open_address(self.ledger) if self.ledger else None
            if self.ledger_conn_id:
                address = ledger_address(self.ledger_conn_id)
            here = Place(Path(self.folder), address)
            return standing.standing(here, PreflightHook(self.gateway_conn_id).get_conn())
