"""One loop over several shards: what one of them meets with, and what becomes of the others."""

from dataclasses import replace

import pytest
from batch_world import REQUESTS, FakeGateway, lines, openai_row, planned

from preflight.batch import rehearsal
from preflight.batch.answers import Batch
from preflight.batch.drive import Drive
from preflight.batch.ledger import Ledger
from preflight.batch.refusals import Declined
from preflight.batch.run import fetched_shards, prepare
from preflight.batch.shards import ShardLimits, split
from preflight.batch.tracks import Talk
from preflight.batch.watch import KEY_SECONDS
from preflight.requests.index import index
from preflight.seams import RunError

FULL = ("token_limit_exceeded: Enqueued token limit reached",)


class Several(FakeGateway):
    """Each batch ends as `ends` says, by its number; by default with a row for each request."""

    key_from_file = False
    renewed = 0

    def __init__(self, **ends):
        super().__init__()
        self.ends = {int(name[1:]): end for name, end in ends.items()}

    def look(self, batch_id):
        number = int(batch_id.removeprefix("batch-"))
        end = self.ends.get(number, ("completed", ()))
        if isinstance(end, Exception):
            raise end
        status, reasons = end
        if status == "completed":
            self.content[f"out-{number}"] = lines(openai_row(f"r{number}"))
        return Batch(batch_id, status, f"out-{number}", reasons=reasons)

    def renew_key(self):
        self.renewed += 1


@pytest.fixture
def ledger(tmp_path):
    with Ledger(tmp_path / "run") as opened:
        yield opened


@pytest.fixture
def plan(ledger, tmp_path):
    source = tmp_path / "requests.jsonl"
    source.write_bytes(REQUESTS)
    made = planned(source)
    shards = split(index(source), ShardLimits(1, 1, 10_000), by_model=False, renamed=False)
    return prepare(ledger, replace(made, rounds=(replace(made.rounds[0], shards=shards),)), source)


def drive(ledger, plan, gateway, admits=lambda *_: True, said=None):
    now = [0.0]

    def sleep(pause):
        now[0] += pause

    talk = Talk((said if said is not None else []).append)
    return Drive(ledger, plan, gateway, talk, admits, every=60, clock=lambda: now[0], sleep=sleep)


def one_at_a_time(running, _, __):
    return not running


def test_each_shard_is_a_batch_of_its_own(ledger, plan):
    gateway = Several()
    drive(ledger, plan, gateway).finish()
    assert [name.split("-")[-2:] for name in gateway.batches] == [
        ["1", "1"],
        ["2", "1"],
        ["3", "1"],
    ]
    assert {number: each.rows for number, each in fetched_shards(ledger, plan).items()} == {
        1: 1,
        2: 1,
        3: 1,
    }


def test_where_one_fails_with_nothing_to_show_no_further_one_is_sent(ledger, plan):
    gateway = Several(b0=("failed", ("no such model",)))
    with pytest.raises(RunError, match="shard 1: ended failed with no result: no such model"):
        drive(ledger, plan, gateway, one_at_a_time).finish()
    assert len(gateway.batches) == 1


def test_what_runs_is_brought_in_though_another_failed(ledger, plan):
    gateway = Several(b0=("failed", ("no such model",)))
    with pytest.raises(RunError, match="shard 1"):
        drive(ledger, plan, gateway).finish()
    assert {n for n, each in fetched_shards(ledger, plan).items() if each.rows} == {2, 3}


def test_a_shard_that_is_larger_than_all_of_the_queue_is_not_tried_again(ledger, plan):
    gateway = Several(b0=("failed", (f"{FULL[0]}. Limit: 2,000 enqueued tokens",)))
    first, *others = plan.shards
    shards = (replace(first, tokens=2_001), *others)
    plan = replace(plan, rounds=(replace(plan.rounds[0], shards=shards),))
    with pytest.raises(RunError, match="Limit: 2,000") as told:
        drive(ledger, plan, gateway).finish()
    assert "run with another --out" in told.value.remedy
    assert ledger.journal(1).attempt == 1


def test_a_shard_that_a_full_queue_turned_away_is_sent_again(ledger, plan):
    gateway, said = Several(b0=("failed", FULL)), []
    gateway.content["out-3"] = lines(openai_row("r0"))
    drive(ledger, plan, gateway, said=said).finish()
    assert len(gateway.batches) == 4
    assert ledger.journal(1).attempt == 2
    assert any("trying again in 300 s" in sentence for sentence in said)


def test_a_key_that_is_refused_for_good_ends_the_waiting_and_not_the_batches(ledger, plan):
    gateway = Several(**{f"b{n}": Declined("gateway", "401", "check", 401) for n in range(3)})
    driving = drive(ledger, plan, gateway)
    with pytest.raises(Declined, match="401"):
        driving.finish()
    assert KEY_SECONDS < driving.clock() < 2 * KEY_SECONDS
    assert gateway.renewed > 1
    assert len(gateway.batches) == 3


@pytest.mark.parametrize(
    ("back", "words"),
    [(None, "cannot be read back as results will be"), (b"{}\n", "1 of 1 requests")],
)
def test_nothing_large_is_created_where_its_upload_does_not_come_back(
    ledger, plan, monkeypatch, back, words
):
    monkeypatch.setattr(rehearsal, "LARGE_REQUESTS", 1)
    gateway = Several()
    if back is not None:
        gateway.content["file-0"] = back
    with pytest.raises(RunError, match=words):
        drive(ledger, plan, gateway).finish()
    assert (len(gateway.files), gateway.batches) == (1, {})
    unrehearsed = drive(ledger, plan, gateway)
    unrehearsed.rehearsed = False
    unrehearsed.finish()
    assert len(gateway.batches) == 3
