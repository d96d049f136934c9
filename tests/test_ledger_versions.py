"""A run that an earlier version began goes on; the ledger of a later one is left alone."""

import hashlib
import json
import shutil
import sqlite3
import time
from dataclasses import asdict

import pytest
from cli_world import IDS, one_sentence, world
from gateway_double import Double, lines, result

from preflight.batch import plan as plans
from preflight.contract import Gateway, OpenAI, Promises

RUN = ("run", "requests.jsonl", "--out", "run", "--offline", "--force")
TABLES_OF_1 = """
pragma application_id = 1885760628;
create table run (plan text not null);
create table journal (
    seq integer primary key,
    at real not null,
    attempt integer not null,
    step text not null,
    kind text not null check (kind in ('intent', 'answer', 'refused')),
    detail text not null
);
"""
"""As version 1 made them."""

NAME = "preflight-{}-0badcafe-1"
SUMMARY = {"requests": 3, "results": 3, "errors": 0, "missing": 0, "unmatched": 0, "duplicates": 0}
UPLOADING = ("upload", "intent", {"name": f"{NAME}.jsonl", "size": 1})
UPLOADED = ("upload", "answer", {"id": "file-0"})
CREATING = ("create", "intent", {"name": NAME, "file_id": "file-0"})
CREATED = ("create", "answer", {"id": "batch-0"})
LOST = ("create", "refused", {"reason": "not found after a lost answer", "lost": True})
SEEN = ("status", "answer", {"status": "in_progress"})
FETCHED = ("fetch", "answer", {"status": "completed", "reasons": [], "summary": SUMMARY})

STAGES = {
    # how far it had come: its journal, what had arrived at the gateway, what the rest of it costs
    "planned": ((), (0, 0), (1, 1)),
    "uploading": ((UPLOADING,), (0, 0), (1, 1)),
    "uploading, and it had arrived": ((UPLOADING,), (1, 0), (0, 1)),
    "uploaded": ((UPLOADING, UPLOADED), (1, 0), (0, 1)),
    "creating": ((UPLOADING, UPLOADED, CREATING), (1, 0), (0, 1)),
    "creating, and it had arrived": ((UPLOADING, UPLOADED, CREATING), (1, 1), (0, 0)),
    "creating in vain": ((UPLOADING, UPLOADED, CREATING, LOST), (1, 0), (0, 1)),
    "created": ((UPLOADING, UPLOADED, CREATING, CREATED), (1, 1), (0, 0)),
    "watching": ((UPLOADING, UPLOADED, CREATING, CREATED, SEEN), (1, 1), (0, 0)),
    "finished": ((UPLOADING, UPLOADED, CREATING, CREATED, SEEN, FETCHED), (1, 1), (0, 0)),
}


@pytest.fixture
def double():
    done = {"status": "completed", "output_file_id": "out"}
    return Double(states=[done], content={"out": lines(*map(result, IDS))})


@pytest.fixture(autouse=True)
def url(tmp_path, monkeypatch, double):
    with world(tmp_path, monkeypatch, double) as url:
        yield url


def begun_by_version_1(folder, url, journal):
    """A run's folder as version 1 left it; the key of the run."""
    (folder / "run").mkdir()
    source = shutil.copy(folder / "requests.jsonl", folder / "run" / "requests.jsonl")
    content = (folder / "requests.jsonl").read_bytes()
    target = OpenAI("openai-main", "gpt-4o-mini")
    plan = plans.make(
        Promises(Gateway(url), (target,)),
        "openai",
        target,
        source,
        sha256=hashlib.sha256(content).hexdigest(),
        count=3,
        size=len(content),
    )
    values = asdict(plan) | {"requests": "requests.jsonl", "tag": "0badcafe"}
    del values["rounds"]
    db = sqlite3.connect(folder / "run" / "ledger.sqlite3", isolation_level=None)
    db.executescript(TABLES_OF_1)
    db.execute("insert into run values (?)", (json.dumps(values),))
    for step, kind, detail in journal:
        db.execute(
            "insert into journal (at, attempt, step, kind, detail) values (?, 1, ?, ?, ?)",
            (time.time(), step, kind, json.dumps(detail).replace("{}", plan.key)),
        )
    db.close()
    return plan.key


def arrived(double, folder, key, uploads, creates):
    """What the gateway has of version 1's run."""
    name, content = NAME.format(key), (folder / "requests.jsonl").read_bytes()
    double.uploads += [(f"{name}.jsonl", content)] * uploads
    metadata = {"preflight_run": name}
    double.creates += [{"input_file_id": "file-0", "metadata": metadata}] * creates


@pytest.mark.parametrize("stage", STAGES)
def test_a_run_of_version_1_goes_on_from_wherever_it_was(preflight, tmp_path, url, double, stage):
    journal, there, costs = STAGES[stage]
    key = begun_by_version_1(tmp_path, url, journal)
    arrived(double, tmp_path, key, *there)
    if FETCHED in journal:
        (tmp_path / "run" / "raw").mkdir()
        (tmp_path / "run" / "raw" / "output-1.jsonl").write_bytes(double.content["out"])
    code, out, err = preflight(*RUN)
    assert code == 0, err
    assert "3 results, 0 errors, 0 missing of 3 requests" in out
    assert (double.done["upload"], double.done["create"]) == costs
    names = {created["metadata"]["preflight_run"] for created in double.creates}
    assert names == {NAME.format(key)}
    again = preflight(*RUN)
    assert (again[0], double.done["create"]) == (0, costs[1])
    assert "has its results already" in again[2]


def test_status_and_fetch_read_a_run_of_version_1(preflight, tmp_path, url, double):
    key = begun_by_version_1(tmp_path, url, STAGES["created"][0])
    arrived(double, tmp_path, key, 1, 1)
    code, out, err = preflight("status", "run")
    assert (code, "batch-0" in out) == (0, True), err
    code, out, err = preflight("fetch", "run")
    assert (code, "3 results" in out) == (0, True), err


def changed(folder, statement):
    db = sqlite3.connect(folder / "run" / "ledger.sqlite3", isolation_level=None)
    db.execute(statement)
    db.close()


@pytest.mark.parametrize("command", [RUN, ("status", "run"), ("fetch", "run")], ids=lambda c: c[0])
def test_a_ledger_of_a_newer_version_is_refused_and_left_as_it_is(
    preflight, tmp_path, double, command
):
    assert preflight(*RUN)[0] == 0
    changed(tmp_path, "update preflight_ledger set version = 1000")
    before = (tmp_path / "run" / "ledger.sqlite3").read_bytes()
    double.done.clear()
    code, out, err = preflight(*command)
    assert (code, out) == (2, "")
    sentence = err.splitlines(keepends=True)[-1]
    assert one_sentence(sentence), err
    assert "a newer preflight wrote it: version 1000" in sentence
    assert "update preflight" in sentence
    assert not double.done
    assert (tmp_path / "run" / "ledger.sqlite3").read_bytes() == before


def test_a_migration_that_breaks_off_leaves_the_ledger_of_version_1(
    preflight, tmp_path, url, double, monkeypatch
):
    key = begun_by_version_1(tmp_path, url, STAGES["created"][0])
    arrived(double, tmp_path, key, 1, 1)

    def breaks(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr("preflight.batch.ledger_tables.marks.delete", breaks)
        assert preflight("status", "run")[0] == 130
    assert preflight(*RUN)[0] == 0
    assert double.done["create"] == 0
