"""The operators under a real Airflow: `make test-airflow`, some minutes."""

import json
import re
from pathlib import Path

import pytest

pytest.importorskip("flask", reason="the sandbox extra is not installed")

from airflow_world import (
    AIRFLOW,
    IDS,
    KEY,
    Airflow,
    airflow,
    gateway,
    ids,
    killed,
    said,
    site,
    slow,
)

__all__ = ["airflow", "gateway", "site", "slow"]

pytest_plugins = ["postgres"]

pytestmark = [pytest.mark.airflow, pytest.mark.timeout(1500)]

DAG = """
from datetime import datetime, timedelta
from airflow.sdk import DAG
from preflight.airflow import PreflightBatchOperator, PreflightBatchSensor, PreflightCheckOperator

what = {"requests": "{{ var.value.requests }}", "promises": "{{ var.value.promises }}"}
runs = "{{ var.value.runs }}"
with DAG("%(name)s", schedule=None, start_date=datetime(2026, 1, 1)) as dag:
    %(tasks)s
"""
BATCH = "PreflightBatchOperator(task_id='batch', folder=runs, poll_every=0.5, %s**what)"


def dag(airflow, name, *tasks):
    return airflow.dag(name, DAG % {"name": name, "tasks": "\n    ".join(tasks)})


INSIDE = Path(__file__).with_name("airflow_inside.py")


def test_the_trigger_the_hook_and_the_operators_say_what_they_should(airflow, gateway):
    questions = re.findall(r"^def ((?:it|a)_\w+)\(\)", INSIDE.read_text(), re.MULTILINE)
    env = {"GATEWAY": gateway.base_url, "GATEWAY_KEY": KEY}
    process = airflow.started(AIRFLOW.with_name("python"), INSIDE, **env)
    out, _ = process.communicate(timeout=120)
    assert re.findall(r"^so it is: (\w+)$", out, re.MULTILINE) == questions, out


def folder_of(gateway, name):
    (found,) = (gateway.folder / "runs" / name).glob("*/batch")
    return found


def test_airflow_lists_the_provider_and_its_connection_type(airflow):
    code, out = airflow.ran("providers", "hooks", "--output", "json")
    assert code == 0, out
    (hook,) = [
        one for one in json.loads(out[out.index("[") :]) if one["connection_type"] == "preflight"
    ]
    assert hook["package_name"] == "batch-preflight"
    assert hook["class"].endswith("PreflightHook")


def test_a_dag_checks_sends_waits_in_the_triggerer_and_has_its_results(airflow, gateway):
    dag(
        airflow,
        "whole",
        "check = PreflightCheckOperator(task_id='check', **what)",
        f"batch = {BATCH % ''}",
        "check >> batch",
    )
    code, out = airflow.tested("whole", **gateway.env())
    assert code == 0, out
    assert "Pausing task as DEFERRED" in out
    assert "Trigger completed" in out
    assert len(gateway.jobs()) == 1
    report = airflow.xcom("whole", "check")
    assert (report["format"], report["verdict"]) == ("preflight-report", "READY")
    assert airflow.xcom("whole", "batch", "report")["verdict"] == "READY"
    done = airflow.xcom("whole", "batch")
    assert (done["format"], done["status"], done["exit_code"]) == ("preflight-run", "completed", 0)
    assert done["batches"] == gateway.jobs()
    assert ids(Path(done["files"]["results"])) == IDS
    assert KEY not in out
    assert not airflow.holds(KEY)
    assert not Airflow.holds(type("Runs", (), {"home": gateway.folder / "runs"}), KEY)


@pytest.mark.parametrize("deferrable", [True, False], ids=["in-the-triggerer", "in-the-worker"])
def test_a_worker_killed_between_submit_and_fetch_pays_for_one_job(airflow, slow, deferrable):
    name = f"killed_{deferrable}".lower()
    file = dag(airflow, name, BATCH % f"deferrable={deferrable}, ")
    process = airflow.driven(file, **slow.env())
    said(process, "created batch")
    said(process, f"GET {slow.base_url}/batches/")
    killed(process)
    assert not (folder_of(slow, name) / "results.jsonl").exists()
    slow.takes(0.001)
    again = airflow.driven(file, **slow.env())
    out, _ = again.communicate(timeout=400)
    assert again.returncode == 0, out
    assert "all of this run was sent before" in out
    assert len(slow.jobs()) == 1
    assert ids(folder_of(slow, name) / "results.jsonl") == IDS


def test_workers_that_share_a_ledger_pay_for_one_job_though_they_share_no_disk(
    airflow, slow, postgres
):
    uri = postgres.replace("preflight@", "preflight:a-password-of-the-ledger@")
    env = slow.env() | {"AIRFLOW_CONN_LEDGER": uri}
    file = dag(airflow, "shared", BATCH % "ledger_conn_id='ledger', ")
    process = airflow.driven(file, **env)
    said(process, "created batch")
    said(process, f"GET {slow.base_url}/batches/")
    killed(process)
    slow.takes(0.001)
    elsewhere = slow.folder / "elsewhere"
    again = airflow.driven(file, **env | {"AIRFLOW_VAR_RUNS": str(elsewhere)})
    out, _ = again.communicate(timeout=400)
    assert again.returncode == 0, out
    assert len(slow.jobs()) == 1
    (folder,) = (elsewhere / "shared").glob("*/batch")
    assert ids(folder / "results.jsonl") == IDS
    assert "a-password-of-the-ledger" not in out
    assert not airflow.holds("a-password-of-the-ledger")


def test_a_connection_that_is_missing_is_said_with_its_repair_and_not_retried(airflow, gateway):
    dag(airflow, "missing", BATCH % "retries=3, gateway_conn_id='nowhere', ")
    code, out = airflow.tested("missing", **gateway.env())
    assert code != 0
    assert "connection nowhere: does not exist; `airflow connections add nowhere" in out
    assert "AirflowFailException" in out
    assert airflow.rows("select state from task_instance where dag_id = 'missing'") == [("failed",)]
    assert not gateway.jobs()


def test_a_gateway_that_refuses_the_key_fails_the_task_for_good(airflow, gateway):
    dag(airflow, "refused", BATCH % "retries=3, ")
    wrong = "tfy-another-key-that-is-not-known"
    code, out = airflow.tested("refused", **gateway.env(password=wrong))
    assert code != 0
    assert "NOT READY: gateway-key" in out, out
    assert "AirflowFailException" in out
    assert wrong not in out
    assert airflow.rows("select state from task_instance where dag_id = 'refused'") == [("failed",)]
    assert airflow.xcom("refused", "batch", "report")["verdict"] == "NOT READY"
    assert not gateway.jobs()
