"""Leases, versions and encodings of a ledger in a real PostgreSQL."""

import time

import psycopg
import pytest

from preflight.batch import leases, ledger_shared
from preflight.batch.leases import LeaseLost
from preflight.batch.ledger import Ledger
from preflight.batch.ledger_tables import marks
from preflight.seams import RunError, UsageError

pytest_plugins = ["postgres"]


@pytest.fixture(params=["SQL_ASCII", "UTF8"])
def address(request, postgres):
    """A database of that encoding, with nothing in it."""
    name = f"made_{time.time_ns()}"
    with psycopg.connect(postgres, autocommit=True, client_encoding="utf8") as connection:
        connection.execute(f"create database {name} template template0 encoding '{request.param}'")
    return f"{postgres.rpartition('/')[0]}/{name}"


@pytest.fixture
def ledgers(address, tmp_path):
    """Those of two workers on one run."""
    with (
        Ledger.shared(tmp_path / "one", address, "run") as one,
        Ledger.shared(tmp_path / "two", address, "run") as two,
    ):
        yield one, two


def test_what_one_worker_writes_another_reads(ledgers):
    one, two = ledgers
    one.claim_plan({"named": "Müller, 数"})
    two.claim_plan({"named": "another"})
    assert one.plan() == two.plan() == {"named": "Müller, 数"}
    one.journal(1).write(1, "create", "answer", id="batch-ü")
    assert two.journal(1).known_id("create") == "batch-ü"


def test_a_shard_is_one_workers_at_a_time(ledgers):
    one, two = ledgers
    assert one.leases.take(1)
    assert one.leases.take(1)
    assert not two.leases.take(1)
    assert two.leases.take(2)
    assert two.leases.others() == {1: one.leases.holder}
    one.leases.give_up(1)
    assert two.leases.take(1)


def test_what_a_worker_holds_is_free_when_it_ends(ledgers, tmp_path, address):
    one, _ = ledgers
    with Ledger.shared(tmp_path / "three", address, "run") as three:
        assert three.leases.take(1)
        assert not one.leases.take(1)
    assert one.leases.take(1)


def test_a_lease_is_renewed_for_as_long_as_its_worker_lives(ledgers):
    one, two = ledgers
    one.leases.seconds = two.leases.seconds = 0.9
    assert one.leases.take(1)
    until = time.monotonic() + 1.8
    while time.monotonic() < until:
        assert not two.leases.take(1)
        time.sleep(0.1)
    one.journal(1).write(1, "upload", "intent")
    one.journal(1).prove_now()


def test_who_lost_a_shard_neither_writes_nor_creates(ledgers, monkeypatch):
    one, two = ledgers
    monkeypatch.setattr(one.leases, "_renew_from_now_on", lambda: None)
    one.leases.seconds = 0.2
    assert one.leases.take(1)
    one.journal(1).write(1, "upload", "intent")
    time.sleep(0.3)
    with pytest.raises(LeaseLost, match="not this worker's any more"):
        one.journal(1).prove_now()
    assert one.leases.take(1)
    time.sleep(0.3)
    assert two.leases.take(1)
    with pytest.raises(LeaseLost, match="not this worker's any more"):
        one.journal(1).write(1, "upload", "answer", id="file-0")
    assert [entry.kind for entry in two.journal(1).entries()] == ["intent"]
    assert not one.leases.take(1)


def test_who_is_stopped_in_a_transaction_is_cut_off(address, tmp_path, monkeypatch):
    monkeypatch.setattr(leases, "SECONDS", 0.3)
    with Ledger.shared(tmp_path / "one", address, "run") as one:
        assert one.leases.take(1)
        prove = one.leases.prove

        def slowly(*arguments):
            prove(*arguments)
            time.sleep(0.8)

        monkeypatch.setattr(one.leases, "prove", slowly)
        with pytest.raises(RunError, match=r"terminating connection|not this worker's any more"):
            one.journal(1).write(1, "upload", "intent")
        assert one.journal(1).entries() == ()


def test_a_shared_ledger_of_a_newer_version_is_refused(address):
    engine = ledger_shared.opened(address)
    with engine.begin() as connection:
        connection.execute(marks.update().values(version=1000))
    engine.dispose()
    with pytest.raises(UsageError, match="a newer preflight wrote it: version 1000") as refused:
        ledger_shared.opened(address)
    assert refused.value.remedy == "update preflight"


def test_a_database_that_is_not_there_is_told_without_the_password(postgres):
    nowhere = postgres.replace("preflight@", "preflight:hush@").replace("/postgres", "/nowhere")
    with pytest.raises(RunError) as told:
        ledger_shared.opened(nowhere)
    assert "nowhere" in str(told.value)
    assert "hush" not in str(told.value)
