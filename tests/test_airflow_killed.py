"""Airflow with all its processes: a worker and the triggerer are killed while batches go on."""

import os
import signal

import pytest

pytest.importorskip("flask", reason="the sandbox extra is not installed")

from airflow_services import COMMANDS, Services
from airflow_world import IDS, KEY, airflow, gateway, ids, site, slow, until

__all__ = ["airflow", "gateway", "site", "slow"]

pytestmark = [pytest.mark.airflow, pytest.mark.timeout(1500)]

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
what |= {"poll_every": 1, "pre_execute": note}
what |= {"retries": 2, "retry_delay": timedelta(seconds=1)}
with DAG("killed", schedule="@once", start_date=datetime(2026, 1, 1)):
    runs = "{{ var.value.runs }}"
    PreflightBatchOperator(task_id="worker", folder=runs, deferrable=False, **what)
    PreflightBatchOperator(task_id="waiting", folder=runs, **what)
    # As on workers that share no disk.
    alone = f"{runs}/{{{{ ti.try_number }}}}"
    PreflightBatchOperator(task_id="alone", folder=alone, deferrable=False, **what)
"""


def test_whatever_is_killed_while_batches_go_on_each_task_pays_for_one_job(airflow, slow):
    airflow.dag("killed", DAG.replace("{{ folder }}", str(slow.folder)))

    def state(task):
        question = "select state, try_number from task_instance where task_id = ?"
        return dict.fromkeys(airflow.rows(question, task))

    with Services(airflow, **slow.env()) as services:
        until(lambda: len(slow.jobs()) == 3)
        until(lambda: ("deferred", 1) in state("waiting"))
        until(lambda: len(list((slow.folder / "runs").rglob("ledger.sqlite3"))) == 3)
        assert not airflow.holds(KEY)
        services.kill("triggerer")
        for task in ("worker", "alone"):
            os.kill(int((slow.folder / f"{task}-1.pid").read_text()), signal.SIGKILL)
        until(lambda: ("running", 2) in state("worker"))
        services.start("triggerer", *COMMANDS["triggerer"])
        slow.takes(0.001)
        until(lambda: [*state("worker"), *state("waiting")] == [("success", 2), ("success", 1)])
        until(lambda: ("failed", 2) in state("alone"))
    assert len(slow.jobs()) == 3
    for task in ("worker", "waiting"):
        (folder,) = (slow.folder / "runs" / "killed").glob(f"*/{task}")
        assert ids(folder / "results.jsonl") == IDS
        assert airflow.xcom("killed", task)["batches"][0] in slow.jobs()
    (log,) = (airflow.home / "logs").rglob("task_id=alone/attempt=2.log")
    assert "holds no run, and another worker began one in" in log.read_text()
    assert "AirflowFailException" in log.read_text()
    assert not airflow.holds(KEY)
