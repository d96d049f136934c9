"""What is sent once is not sent twice, whatever dies in between."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from batch_world import PROMISES, REQUESTS, FakeGateway, planned, quiet, send, send_with

from preflight.batch import plan as plans
from preflight.batch.answers import Batch
from preflight.batch.ledger import Ledger
from preflight.batch.refusals import Declined, Lost
from preflight.batch.run import prepare
from preflight.batch.send import LOOKS_AFTER, SETTLED_SECONDS, UPLOADS_AFTER
from preflight.batch.shipment import shipment
from preflight.contract import Gateway
from preflight.seams import RequestFileError, RunError, UsageError


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


def name_of(plan, attempt):
    return shipment(plan).name(attempt)


def test_a_run_is_sent_once_however_often_it_is_started(ledger, plan):
    gateway = FakeGateway()
    first = send(ledger, plan, gateway, quiet)
    assert send(ledger, plan, gateway, quiet) == first
    assert (len(gateway.files), len(gateway.batches)) == (1, 1)


def test_an_upload_whose_answer_was_lost_is_found_and_not_repeated(ledger, plan):
    gateway = FakeGateway(lose={"upload"})
    send(ledger, plan, gateway, quiet)
    assert len(gateway.files) == 1
    assert ledger.journal(1).last("upload") == {"id": "file-0", "found": True}


def test_an_upload_that_never_arrives_is_given_up_for_now(ledger, plan):
    gateway = FakeGateway()
    gateway.upload = lost
    with pytest.raises(Lost):
        send(ledger, plan, gateway, quiet)
    tried = [entry.kind for entry in ledger.journal(1).entries() if entry.step == "upload"]
    assert tried == ["intent"] * (1 + len(UPLOADS_AFTER))


def test_a_create_whose_answer_was_lost_is_found_and_not_paid_for_again(ledger, plan):
    gateway = FakeGateway(lose={"create"})
    assert send(ledger, plan, gateway, quiet) == "batch-0"
    assert len(gateway.batches) == 1


def test_a_process_that_died_after_the_create_finds_its_batch(ledger, plan):
    gateway = FakeGateway()
    identifier = gateway.upload(plan.requests, "any")
    ledger.journal(1).write(1, "upload", "answer", id=identifier)
    ledger.journal(1).write(1, "create", "intent", name=name_of(plan, 1))
    gateway.create(identifier, name_of(plan, 1))
    assert send(ledger, plan, gateway, quiet) == "batch-0"
    assert len(gateway.batches) == 1


def test_a_create_that_was_lost_and_cannot_be_found_is_repeated_when_it_is_over_for_sure(
    ledger, plan
):
    gateway, pauses = FakeGateway(), []
    ledger.journal(1).write(1, "upload", "answer", id="file-0")
    ledger.journal(1).write(1, "create", "intent", name="x")
    parcel = shipment(plan)
    sent = send_with(ledger.journal(1), parcel, gateway, quiet, sleep=pauses.append)
    assert sent == "batch-0"
    assert sum(pauses) >= SETTLED_SECONDS - 1
    kinds = [entry.kind for entry in ledger.journal(1).entries() if entry.step == "create"]
    assert kinds == ["intent", "refused", "intent", "answer"]


def test_a_declined_create_can_be_tried_again_after_the_repair(ledger, plan):
    gateway = FakeGateway(decline={"create"})
    with pytest.raises(Declined):
        send(ledger, plan, gateway, quiet)
    assert send(ledger, plan, gateway, quiet) == "batch-0"
    assert len(gateway.files) == 1


def test_two_processes_cannot_send_the_same_run(ledger, plan):
    refused = pytest.raises(UsageError, match="another preflight")
    with ledger.alone(), Ledger(ledger.folder) as other, refused, other.alone():
        pass


def test_a_folder_that_holds_another_run_is_refused(ledger, plan, source, tmp_path):
    source.write_bytes(REQUESTS + b'{"custom_id":"more"}\n')
    with pytest.raises(UsageError, match="another file"):
        prepare(ledger, planned(source), source)


def test_a_file_that_changed_after_the_check_is_not_sent(ledger, source):
    plan = planned(source)
    source.write_bytes(b"{}\n")
    with pytest.raises(RequestFileError, match="changed"):
        prepare(ledger, plan, source)
    assert not list(ledger.folder.glob("requests*"))


def test_the_plan_survives_the_process(ledger, plan):
    assert plans.read(ledger) == plan


def test_a_folder_without_a_run_is_refused(tmp_path):
    with pytest.raises(UsageError, match="holds no run"):
        Ledger.of(tmp_path)


def test_a_lost_create_is_looked_for_again_and_again(ledger, plan):
    gateway, pauses, said = FakeGateway(), [], []
    looks = iter([None, None, Batch("batch-9", "validating")])
    gateway.find_batch = lambda *_, **__: next(looks)
    gateway.create = lost
    journal = ledger.journal(1)
    found = send_with(journal, shipment(plan), gateway, said.append, sleep=pauses.append)
    assert found == "batch-9"
    assert pauses == [2, 4]
    assert sum(LOOKS_AFTER) == 30
    assert journal.known_id("create") == "batch-9"


def lost(*_):
    raise Lost("gateway", "create: no answer", "wait")


def test_a_gateway_that_answers_no_create_is_asked_three_times_and_looked_through_each_time(
    ledger, plan
):
    gateway = FakeGateway()
    gateway.create = lost
    with pytest.raises(RunError, match="no answer, 3 times"):
        send(ledger, plan, gateway)
    kinds = [entry.kind for entry in ledger.journal(1).entries() if entry.step == "create"]
    assert kinds == ["intent", "refused"] * 3
    gateway.create = FakeGateway.create.__get__(gateway)
    assert send(ledger, plan, gateway) == "batch-0"


def test_a_process_that_died_while_it_looked_finds_the_batch_that_came_late(ledger, plan):
    gateway = FakeGateway()
    carry_out, gateway.create = gateway.create, lost

    def dies(_):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        send_with(ledger.journal(1), shipment(plan), gateway, quiet, sleep=dies)
    gateway.batches[name_of(plan, 1)] = Batch("batch-late", "validating")
    gateway.create = carry_out
    assert send(ledger, plan, gateway) == "batch-late"
    assert len(gateway.batches) == 1


@pytest.mark.parametrize(
    ("status", "words"),
    [(405, "look for it at the provider"), (401, "^gateway: no: 401"), (403, "^gateway: no: 403")],
)
def test_where_batches_are_not_listed_a_lost_create_is_never_repeated(ledger, plan, status, words):
    def refuse(*_, **__):
        raise Declined("gateway", f"no: {status}", "repair it", status)

    gateway = FakeGateway()
    gateway.create, gateway.find_batch = lost, refuse
    for _ in range(3):
        with pytest.raises(RunError, match=words):
            send(ledger, plan, gateway)
    assert gateway.batches == {}
    assert [entry.kind for entry in ledger.journal(1).entries() if entry.step == "create"] == [
        "intent"
    ]


@pytest.mark.parametrize("step", ["upload", "create"])
def test_each_call_is_on_disk_before_it_is_made(ledger, plan, step):
    class Watching(FakeGateway):
        def _do(self, now, carry_out):
            if now == step:
                with Ledger(ledger.folder) as another:
                    assert another.journal(1).newest(step).kind == "intent"
                    assert (
                        another.journal(1).newest(step).detail["name"].startswith(name_of(plan, 1))
                    )
            return super()._do(now, carry_out)

    assert send(ledger, plan, Watching()) == "batch-0"


def test_an_upload_that_was_refused_is_not_looked_for(ledger, plan):
    gateway = FakeGateway(decline={"upload"})
    gateway.find_upload = lambda name, size: "the file of somebody else"
    with pytest.raises(Declined):
        send(ledger, plan, gateway)
    send(ledger, plan, gateway)
    assert ledger.journal(1).known_id("upload") == "file-0"


def test_the_name_at_the_provider_is_this_runs_own(ledger, plan, source, tmp_path):
    with Ledger(tmp_path / "other") as other:
        again = prepare(other, planned(source), source)
    assert again.key == plan.key
    assert name_of(again, 1) != name_of(plan, 1)
    assert name_of(prepare(ledger, planned(source), source), 1) == name_of(plan, 1)
    # Bedrock's rule for a job's name.
    assert re.fullmatch(r"[a-zA-Z0-9]{1,63}(-*[a-zA-Z0-9+.-]){0,63}", name_of(plan, 99))
    assert len(name_of(plan, 99)) <= 63


@pytest.mark.parametrize(
    ("stem", "shown"),
    [
        ("june", "june"),
        ("my requests (2)", "my-requests-2"),
        ("\x1b[31m\n", "31m"),
        ("...", "requests"),
        ("\N{SNOWMAN}", "requests"),
        ("x" * 200, "x" * 80),
    ],
)
def test_the_runs_folder_has_a_name_that_every_disk_takes(plan, stem, shown):
    name = plans.folder_name(replace(plan, requests=Path(f"{stem}.jsonl")))
    assert name == f"{shown}-openai-{plan.key[:8]}"


@pytest.mark.parametrize("change", ["provider_name", "model"])
def test_another_account_or_model_is_another_run(plan, source, change):
    promised = replace(PROMISES.openai[0], **{change: "another"})
    assert planned(source, replace(PROMISES, openai=(promised,))).key != plan.key
    other = replace(PROMISES, gateway=Gateway("http://127.0.0.1:2"))
    assert planned(source, other).key != plan.key
