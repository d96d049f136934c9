"""Every row that came back is kept and joined to its request; what is missing is listed."""

import pytest
from batch_world import REQUESTS, FakeGateway, ids, lines, openai_row, planned, quiet, send

from preflight.batch.answers import Batch
from preflight.batch.drive import Drive
from preflight.batch.fetch import fetch as fetch_one
from preflight.batch.ledger import Ledger
from preflight.batch.merged_files import FILES
from preflight.batch.run import done as done_before
from preflight.batch.run import finish, prepare
from preflight.batch.shipment import shipment
from preflight.batch.tracks import Talk
from preflight.seams import RunError


@pytest.fixture
def source(tmp_path):
    path = tmp_path / "requests.jsonl"
    path.write_bytes(REQUESTS)
    return path


@pytest.fixture
def ledger(tmp_path):
    with Ledger(tmp_path / "run") as opened:
        yield opened


@pytest.fixture
def plan(ledger, source):
    return prepare(ledger, planned(source), source)


def fetch(ledger, plan, gateway, batch):
    fetch_one(ledger.journal(1), gateway, batch, sleep=quiet)
    return finish(ledger, plan, gateway)


def begin(ledger, plan):
    """What is finished, or None: then what failed with nothing is begun anew."""
    there = done_before(ledger, plan)
    if there is None:
        Drive(ledger, plan, FakeGateway(), Talk(quiet)).begin()
    return there


def attempt(ledger):
    return ledger.journal(1).attempt


def test_every_request_is_accounted_for_by_its_id_and_never_by_order(ledger, plan):
    gateway = FakeGateway(content={"out": lines(openai_row("r2"), openai_row("r0"))})
    gateway.content["err"] = lines(openai_row("r1", 400), openai_row("stranger"))
    done = fetch(ledger, plan, gateway, Batch("b", "completed", "out", "err"))
    assert done.summary.as_dict() == {
        "requests": 3,
        "results": 2,
        "errors": 1,
        "missing": 0,
        "unmatched": 1,
        "duplicates": 0,
    }
    assert ids(ledger.folder / "results.jsonl") == ["r0", "r2"]
    assert ids(ledger.folder / "errors.jsonl") == ["r1"]
    assert ids(ledger.folder / "unmatched.jsonl") == ["stranger"]
    assert not done.complete


@pytest.mark.parametrize("status", ["expired", "cancelled", "failed", "completed"])
def test_partial_results_are_kept_and_the_missing_can_be_sent_again(ledger, plan, status):
    gateway = FakeGateway(content={"out": lines(openai_row("r1")) + b'{"cut off'})
    done = fetch(ledger, plan, gateway, Batch("b", status, "out", "never-made"))
    assert (done.summary.results, done.summary.missing, done.summary.unmatched) == (1, 2, 1)
    missing = (ledger.folder / "missing.jsonl").read_bytes()
    assert missing == REQUESTS.replace(b'{"custom_id":"r1"}\n', b"")
    assert not done.complete


def test_a_row_that_comes_twice_counts_once_and_both_are_kept(ledger, plan):
    rows = lines(openai_row("r0"), openai_row("r0"), openai_row("r1"), openai_row("r2"))
    done = fetch(ledger, plan, FakeGateway(content={"o": rows}), Batch("b", "completed", "o"))
    assert (done.summary.results, done.summary.duplicates) == (3, 1)
    assert done.complete


def test_a_batch_that_is_going_cannot_be_fetched(ledger, plan):
    with pytest.raises(RunError, match="in_progress"):
        fetch(ledger, plan, FakeGateway(), Batch("b", "in_progress"))


def test_results_that_are_there_are_not_paid_for_again(ledger, plan):
    gateway = FakeGateway(content={"o": lines(openai_row("r0"))})
    fetch(ledger, plan, gateway, Batch("b", "expired", "o"))
    assert begin(ledger, plan).summary.results == 1


def test_an_attempt_that_failed_its_validation_is_followed_by_another(ledger, plan):
    gateway = FakeGateway()
    send(ledger, plan, gateway, quiet)
    fetch(ledger, plan, gateway, Batch("batch-0", "failed", reasons=("line 1: bad",)))
    assert begin(ledger, plan) is None
    assert send(ledger, plan, gateway, quiet) == "batch-1"
    assert set(gateway.batches) == {shipment(plan).name(1), shipment(plan).name(2)}


def test_a_batch_that_failed_half_way_is_not_paid_for_again(ledger, plan):
    gateway = FakeGateway(content={"e": lines(openai_row("r0", 500))})
    fetch(ledger, plan, gateway, Batch("b", "failed", None, "e"))
    assert begin(ledger, plan).summary.errors == 1
    assert attempt(ledger) == 1


def test_a_batch_that_completed_with_nothing_is_fetched_again_in_the_same_attempt(ledger, plan):
    fetch(ledger, plan, FakeGateway(), Batch("b", "PartiallyCompleted", "o"))
    assert begin(ledger, plan) is None
    assert attempt(ledger) == 1


@pytest.mark.parametrize("status", ["failed", "expired", "Stopped"])
def test_a_batch_that_ended_with_nothing_is_followed_by_another(ledger, plan, status):
    fetch(ledger, plan, FakeGateway(), Batch("b", status))
    assert begin(ledger, plan) is None
    assert attempt(ledger) == 2


@pytest.mark.parametrize("order", ["oe", "eo"])
def test_a_result_wins_over_an_error_in_either_order(ledger, plan, order):
    content = {"o": lines(openai_row("r1")), "e": lines(openai_row("r1", 500))}
    gateway = FakeGateway(content=content)
    done = fetch(ledger, plan, gateway, Batch("b", "completed", order[0], order[1]))
    assert (done.summary.results, done.summary.errors) == (1, 0)


def test_what_belonged_to_nobody_is_forgotten_with_a_better_download(ledger, plan):
    gateway = FakeGateway(content={"o": b"<html>"})
    fetch(ledger, plan, gateway, Batch("b", "completed", "o"))
    assert (ledger.folder / "unmatched.jsonl").read_bytes() == b"<html>\n"
    gateway.content["o"] = lines(*map(openai_row, ("r0", "r1", "r2")))
    assert fetch(ledger, plan, gateway, Batch("b", "completed", "o")).complete
    assert not (ledger.folder / "unmatched.jsonl").exists()


def test_a_merge_that_dies_leaves_what_was_there(ledger, plan, monkeypatch):
    rows = lines(*map(openai_row, ("r0", "r1", "r2")))
    fetch(ledger, plan, FakeGateway(content={"o": rows}), Batch("b", "completed", "o"))
    before = {path.name: path.read_bytes() for path in ledger.folder.glob("*.jsonl")}
    monkeypatch.setattr("preflight.batch.joining._Joint.all", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        fetch(ledger, plan, FakeGateway(content={"o": rows}), Batch("b", "completed", "o"))
    assert {path.name: path.read_bytes() for path in ledger.folder.glob("*.jsonl")} == before
    assert not list(ledger.folder.glob("*.part"))


def test_what_the_ledger_says_is_there_is_on_disk(ledger, plan, monkeypatch):
    synced = []
    monkeypatch.setattr("preflight.batch.disk.os.fsync", synced.append)
    done = fetch(ledger, plan, FakeGateway(), Batch("b", "completed"))
    assert len(synced) == len(FILES)
    assert not done.complete
    with ledger._asking() as connection:  # noqa: SLF001
        full = connection.exec_driver_sql("pragma synchronous").scalar_one()
    assert full == 2
