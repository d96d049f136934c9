"""Airflow with all its processes: a worker and the triggerer are killed while batches go on."""

import os
import signal

import pytest

pytest.importorskip("flask", reason="the sandbox extra is not installed")

from airflow_services import COMMANDS, Services
from airflow_world import IDS, KEY, airflow, gateway, ids, site, slow, until

__all__ = ["airflow", "gateway", "site", "slow"]

pytestmark = [pytest.mark.airflow, pytest.mark.timeout(600)]

DAG = """
import os
from datetime import datetime, timedelta
from pathlib import Path
from airflow.sdk import DAG
from preflight.airflow import PreflightBatchOperator

def note(context):
    ti = context["ti"]
    Path(f"{{ folder }}/{ti.task_id}-{ti.try_number}.pid").write_text(str(os.getpid()))

what = {"requests": "{{ var.value.requests }}", "promises": "{{ var.value.promises }}"}
what |= {"folder": "{{ var.value.runs }}", "poll_every": 1, "pre_execute": note}
what |= {"retries": 2, "retry_delay": timedelta(seconds=1)}
with DAG("killed", schedule="@once", start_date=datetime(2026, 1, 1)):
    PreflightBatchOperator(task_id="worker", deferrable=False, **what)
    PreflightBatchOperator(task_id="waiting", **what)
"""


def test_whatever_is_killed_while_batches_go_on_each_task_pays_for_one_job(airflow, slow):
    airflow.dag("killed", DAG.replace("{{ folder }}", str(slow.folder)))

    def state(task):
        question = "select state, try_number from task_instance where task_id = ?"
        return dict.fromkeys(airflow.rows(question, task))

    with Services(airflow, **slow.env()) as services:
        until(lambda: len(slow.jobs()) == 2)
        until(lambda: ("deferred", 1) in state("waiting"))
        until(lambda: len(list((slow.folder / "runs").glob("killed/*/*/ledger.sqlite3"))) == 2)
        assert not airflow.holds(KEY)
        services.kill("triggerer")
        os.kill(int((slow.folder / "worker-1.pid").read_text()), signal.SIGKILL)
        until(lambda: ("running", 2) in state("worker"))
        services.start("triggerer", *COMMANDS["triggerer"])
        slow.takes(0.001)
        until(lambda: [*state("worker"), *state("waiting")] == [("success", 2), ("success", 1)])
    assert len(slow.jobs()) == 2
    for task in ("worker", "waiting"):
        (folder,) = (slow.folder / "runs" / "killed").glob(f"*/{task}")
        assert ids(folder / "results.jsonl") == IDS
        assert airflow.xcom("killed", task)["batches"][0] in slow.jobs()
    assert not airflow.holds(KEY)
