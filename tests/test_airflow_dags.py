"""Whole DAGs under a real Airflow: the example at Bedrock, mapped tasks, a sensor, bounds."""

import json
import shutil

import pytest

pytest.importorskip("ministack", reason="the sandbox extra is not installed")

from airflow_world import DAY, KEY, ROOT, airflow, gateway, ids, said, site, slow
from cli_world import write_requests
from worlds import CLOUDS

from preflight.sandbox.world import World

__all__ = ["airflow", "gateway", "site", "slow"]

pytestmark = [pytest.mark.airflow, pytest.mark.timeout(1500)]

HEAD = """
from datetime import datetime, timedelta
from airflow.sdk import DAG
from preflight.airflow import PreflightBatchOperator, PreflightBatchSensor, PreflightCheckOperator

what = {"requests": "{{ var.value.requests }}", "promises": "{{ var.value.promises }}"}
where = {"folder": "{{ var.value.runs }}", "poll_every": 0.5}
with DAG("NAME", schedule=None, start_date=datetime(2026, 1, 1)) as dag:
"""


def dag(airflow, name, *tasks):
    lines = "".join(f"    {task}\n" for task in tasks)
    return airflow.dag(name, HEAD.replace("NAME", name) + lines)


def states(airflow, name):
    return dict(airflow.rows("select task_id, state from task_instance where dag_id = ?", name))


def test_the_example_runs_at_bedrock_with_the_workers_own_credentials(airflow, tmp_path):
    world = World(tmp_path, providers=("bedrock",), count=120, program=ROOT, clouds=CLOUDS)
    with world as sandbox:
        shutil.copy(ROOT / "examples" / "airflow" / "nightly_batch.py", airflow.dags)
        (tmp_path / "inbox").mkdir()
        shutil.copy(sandbox.request_file("bedrock"), tmp_path / "inbox" / f"{DAY}.jsonl")
        env = dict(sandbox.env)
        key = env.pop("TFY_API_KEY")
        env |= {
            "AIRFLOW_CONN_PREFLIGHT_DEFAULT": json.dumps({"conn_type": "http", "password": key}),
            "AIRFLOW_VAR_PREFLIGHT_PROMISES": json.dumps(sandbox.outputs),
            "AIRFLOW_VAR_PREFLIGHT_INBOX": str(tmp_path / "inbox"),
            "AIRFLOW_VAR_PREFLIGHT_RUNS": str(tmp_path / "runs"),
        }
        code, out = airflow.tested("nightly_batch", "--conf", '{"provider": "bedrock"}', **env)
    assert code == 0, out
    assert states(airflow, "nightly_batch") == dict.fromkeys(("check", "batch", "use"), "success")
    assert airflow.xcom("nightly_batch", "check")["providers"] == {"bedrock": "READY"}
    assert airflow.xcom("nightly_batch", "batch")["requests"]["results"] == 120
    assert airflow.xcom("nightly_batch", "use") == 120
    assert key not in out


def test_mapped_tasks_have_a_run_each(airflow, gateway):
    for name in ("a", "b"):
        write_requests(gateway.folder / f"{name}.jsonl", [f"{name}{number}" for number in range(9)])
    files = [str(gateway.folder / f"{name}.jsonl") for name in ("a", "b")]
    dag(
        airflow,
        "mapped",
        "some = PreflightBatchOperator.partial(",
        "    task_id='batch', promises=what['promises'], **where",
        f").expand(requests={files!r})",
    )
    code, out = airflow.tested("mapped", **gateway.env(host=gateway.base_url))
    assert code == 0, out
    assert len(gateway.jobs()) == 2
    runs = sorted((gateway.folder / "runs" / "mapped").glob("*/batch/*/results.jsonl"))
    assert [run.parent.name for run in runs] == ["0", "1"]
    assert [ids(run)[0] for run in runs] == ["a0", "b0"]


def test_a_sensor_waits_for_a_run_that_the_command_began(
    airflow, slow, preflight, monkeypatch, tmp_path
):
    monkeypatch.setenv("TFY_API_KEY", KEY)
    promises, folder = tmp_path / "promises.json", tmp_path / "theirs"
    sent = ("submit", tmp_path / "requests.jsonl", "--promises", promises, "--out", folder)
    assert preflight(*sent)[0] == 0
    task = f"PreflightBatchSensor(task_id='wait', folder='{folder}', poke_interval=1)"
    process = airflow.driven(dag(airflow, "sensed", task), **slow.env())
    said(process, "running trigger in line")
    slow.takes(0.001)
    out, _ = process.communicate(timeout=400)
    assert process.returncode == 0, out
    seen = airflow.xcom("sensed", "wait")
    assert (seen["ended"], seen["shards"][0]["status"]) == (True, "completed")
    assert len(slow.jobs()) == 1
    assert not (folder / "results.jsonl").exists()


def test_a_dag_says_how_many_requests_may_fail_and_how_long_it_waits(airflow, gateway):
    dag(
        airflow,
        "lenient",
        "some = PreflightBatchOperator(task_id='some', max_failed_requests=39, **what, **where)",
        "how = {'wait_timeout': timedelta(0), 'trigger_rule': 'all_done'}",
        "some >> PreflightBatchOperator(task_id='late', **how, **what, **where)",
    )
    gateway.upstream.expire_next(0.5)
    code, out = airflow.tested("lenient", **gateway.env())
    assert (code != 0, states(airflow, "lenient")) == (True, {"some": "success", "late": "failed"})
    counts = airflow.xcom("lenient", "some")["requests"]
    assert (counts["results"], counts["errors"]) == (20, 20)
    assert "in the time that wait_timeout gives a try; the next try takes them up" in out


def test_too_many_requests_without_a_result_fail_the_task_for_good(airflow, gateway):
    dag(airflow, "strict", "PreflightBatchOperator(task_id='all', retries=3, **what, **where)")
    gateway.upstream.expire_next(0.5)
    code, out = airflow.tested("strict", **gateway.env())
    assert (code != 0, states(airflow, "strict")) == (True, {"all": "failed"})
    assert "expired: 20 results, 20 errors, 0 missing of 40 requests" in out
    assert "max_failed_requests" in out


def test_a_check_leaves_its_report_also_where_it_fails(airflow, gateway):
    (gateway.folder / "requests.jsonl").write_text("{}\n")
    dag(
        airflow,
        "checks",
        "PreflightCheckOperator(task_id='strict', offline=True, **what)",
        "PreflightCheckOperator(task_id='told', offline=True, fail_on_not_ready=False, **what)",
    )
    env = gateway.env() | {"AIRFLOW_CONN_PREFLIGHT_DEFAULT": ""}
    code, out = airflow.tested("checks", **env)
    assert (code != 0, states(airflow, "checks")) == (True, {"strict": "failed", "told": "success"})
    assert "NOT READY: requests-" in out
    for task in ("strict", "told"):
        report = airflow.xcom("checks", task)
        assert (report["verdict"], report["exit_code"]) == ("NOT READY", 1)
