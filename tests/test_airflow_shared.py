"""A task's run on workers that share no disk: its ledger is in a database."""

from dataclasses import replace

import psycopg
import pytest
from cli_world import write_promises
from library_world import IDS, KEY, ids, timing, upstream
from test_airflow_running import ACCESS, MANNER, to_the_end

from preflight.airflow import asking, running, standing
from preflight.airflow.asking import Job
from preflight.airflow.place import Task, place
from preflight.batch import fetch
from preflight.seams import UsageError

__all__ = ["timing", "upstream"]

pytest_plugins = ["postgres"]

TASK = Task("dag", "manual__2026-11-23T00:00:00+00:00", "batch")


@pytest.fixture
def job(upstream, tmp_path, monkeypatch):
    monkeypatch.setattr(fetch, "AGAIN_AFTER", (0.0, 0.0))
    write_promises(tmp_path / "promises.json", upstream.base_url)
    return Job(requests=str(tmp_path / "requests.jsonl"), promises=str(tmp_path / "promises.json"))


@pytest.fixture
def on(postgres, tmp_path):
    """The place of a task on a machine."""
    return lambda machine, task=TASK: place(str(tmp_path / machine), task, postgres)


def turned(where, first=False, manner=MANNER):
    return running.turn(where, ACCESS, print, manner, first=first)


def test_another_machine_takes_up_what_a_worker_sent(on, job, upstream):
    one, other = on("one"), on("other")
    running.prepare(one, asking.ask(job, ACCESS), print)
    sent = turned(one, first=True)
    assert running.sent(other, job, ACCESS)
    with pytest.raises(UsageError, match="is not on this worker"):
        turned(other, first=True, manner=replace(MANNER, requests="gone.jsonl"))
    manner = replace(MANNER, requests=job.requests)
    first = turned(other, first=True, manner=manner)
    *_, last = to_the_end(lambda manner: turned(other, manner=manner), first)
    assert last.batches == sent.batches
    assert len(upstream.batches) == 1
    assert ids(other.folder / "results.jsonl") == IDS
    assert standing.standing(one, ACCESS).ended
    # A task that is cleared afterwards, on the first machine, finds its results there.
    again = turned(one, first=True)
    assert (again.finished.elsewhere, again.finished.folder) == ("", one.folder)
    assert ids(one.folder / "results.jsonl") == IDS
    assert len(upstream.batches) == 1
    assert KEY not in repr((one, sent, last))


def test_another_run_of_the_dag_is_another_run_though_the_file_is_the_same(on, job, upstream):
    for run in ("first", "second"):
        where = on("one", replace(TASK, run=run))
        assert not running.sent(where, job, ACCESS)
        running.prepare(where, asking.ask(job, ACCESS), print)
        turned(where, first=True)
    assert len(upstream.batches) == 2


def test_a_run_that_is_in_the_database_is_not_begun_in_the_folder(on, job):
    where = on("one", replace(TASK, task="other"))
    running.prepare(where, asking.ask(job, ACCESS), print)
    with pytest.raises(UsageError, match="ledger_conn_id"):
        running.prepare(replace(where, address=None), asking.ask(job, ACCESS), print)


def test_the_ledger_names_runs_as_people_know_them(on, job, postgres):
    where = on("one", replace(TASK, task="named"))
    running.prepare(where, asking.ask(job, ACCESS), print)
    with psycopg.connect(postgres, client_encoding="utf8") as connection:
        names = {name for (name,) in connection.execute("select run from preflight_runs")}
    assert where.name in names
    assert where.name.startswith("dag/manual__2026-11-23T00-00-00")
