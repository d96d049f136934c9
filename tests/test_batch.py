"""The run's parts against a gateway that is a few dictionaries, and can die at any step."""

import hashlib
import json
from dataclasses import dataclass, field

import pytest

from preflight.batch import plan as plans
from preflight.batch.answers import Batch
from preflight.batch.ledger import Ledger
from preflight.batch.remote import Declined, Lost
from preflight.batch.run import begin, fetch, prepare
from preflight.batch.send import batch_name
from preflight.batch.send import send as send_with
from preflight.batch.statuses import MEANING, TERMINAL, meaning
from preflight.batch.watch import watch
from preflight.contract import Gateway, OpenAI, Promises
from preflight.seams import RequestFileError, RunError, UsageError

PROMISES = Promises(Gateway("http://127.0.0.1:1"), OpenAI("openai-main", "gpt-4o-mini"))
REQUESTS = b"".join(b'{"custom_id":"r%d"}\n' % number for number in range(3))


@dataclass
class FakeGateway:
    """Counts what it carried out; `lose` and `decline` name the next call that goes wrong."""

    files: dict = field(default_factory=dict)
    batches: dict = field(default_factory=dict)
    content: dict = field(default_factory=dict)
    looks: list = field(default_factory=list)
    lose: set = field(default_factory=set)
    decline: set = field(default_factory=set)

    def _do(self, step, carry_out):
        if step in self.decline:
            self.decline.discard(step)
            raise Declined("gateway", f"{step}: HTTP 403: no", "repair it")
        done = carry_out()
        if step in self.lose:
            self.lose.discard(step)
            raise Lost("gateway", f"{step}: no answer", "wait")
        return done

    def upload(self, path, name):
        def carry_out():
            identifier = f"file-{len(self.files)}"
            self.files[identifier] = (name, path.stat().st_size)
            return identifier

        return self._do("upload", carry_out)

    def find_upload(self, name, size):
        return next((i for i, known in self.files.items() if known == (name, size)), None)

    def create(self, file_id, name):
        def carry_out():
            batch = Batch(f"batch-{len(self.batches)}", "validating")
            self.batches[name] = batch
            return batch

        return self._do("create", carry_out)

    def find_batch(self, name, file_id):
        return self.batches.get(name)

    def look(self, batch_id):
        answer = self.looks.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def download(self, file_id, to, progress):
        if file_id not in self.content:
            return False
        to.write_bytes(self.content[file_id])
        return True


@pytest.fixture
def source(tmp_path):
    path = tmp_path / "requests.jsonl"
    path.write_bytes(REQUESTS)
    return path


def planned(source):
    sha256 = hashlib.sha256(source.read_bytes()).hexdigest()
    size = source.stat().st_size
    return plans.make(PROMISES, "openai", source, sha256=sha256, count=3, size=size)


@pytest.fixture
def ledger(tmp_path):
    with Ledger(tmp_path / "run") as opened:
        yield opened


@pytest.fixture
def plan(ledger, source):
    return prepare(ledger, planned(source), source)


def quiet(_):
    pass


def send(ledger, plan, gateway, say=quiet):
    return send_with(ledger, plan, gateway, say, sleep=quiet)


def test_a_run_is_sent_once_however_often_it_is_started(ledger, plan):
    gateway = FakeGateway()
    first = send(ledger, plan, gateway, quiet)
    assert send(ledger, plan, gateway, quiet) == first
    assert (len(gateway.files), len(gateway.batches)) == (1, 1)


def test_an_upload_whose_answer_was_lost_is_found_and_not_repeated(ledger, plan):
    gateway = FakeGateway(lose={"upload"})
    with pytest.raises(Lost):
        send(ledger, plan, gateway, quiet)
    send(ledger, plan, gateway, quiet)
    assert len(gateway.files) == 1


def test_a_create_whose_answer_was_lost_is_found_and_not_paid_for_again(ledger, plan):
    gateway = FakeGateway(lose={"create"})
    assert send(ledger, plan, gateway, quiet) == "batch-0"
    assert len(gateway.batches) == 1


def test_a_process_that_died_after_the_create_finds_its_batch(ledger, plan):
    gateway = FakeGateway()
    identifier = gateway.upload(plan.requests, "any")
    ledger.write(1, "upload", "answer", id=identifier)
    ledger.write(1, "create", "intent", name=batch_name(plan, 1))
    gateway.create(identifier, batch_name(plan, 1))
    assert send(ledger, plan, gateway, quiet) == "batch-0"
    assert len(gateway.batches) == 1


def test_a_create_that_was_lost_and_cannot_be_found_is_not_repeated_in_the_same_breath(
    ledger, plan
):
    gateway = FakeGateway()
    ledger.write(1, "upload", "answer", id="file-0")
    ledger.write(1, "create", "intent", name="x")
    with pytest.raises(RunError, match="lists no batch of that name"):
        send(ledger, plan, gateway, quiet)
    assert gateway.batches == {}
    assert send(ledger, plan, gateway, quiet) == "batch-0"


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


def test_waiting_outlasts_a_gateway_that_is_away(ledger):
    away = Lost("gateway", "no answer", "wait")
    looks = [Batch("b", "validating"), away, away, Batch("b", "in_progress"), Batch("b", "done?")]
    gateway = FakeGateway(looks=[*looks, Batch("b", "PartiallyCompleted")])
    shown, pauses = [], []
    ended = watch(ledger, gateway, "b", shown.append, every=8, sleep=pauses.append)
    assert ended.status == "PartiallyCompleted"
    assert [batch.status for batch in shown][2] == "done?"
    assert pauses == [2, 4, 8, 8, 8]


def test_waiting_ends_when_nothing_is_heard_for_long(ledger):
    away = Lost("gateway", "no answer", "wait")
    time = iter(range(0, 10_000, 1000))
    with pytest.raises(Lost):
        watch(
            ledger,
            FakeGateway(looks=[away] * 9),
            "b",
            quiet,
            sleep=quiet,
            clock=lambda: next(time),
        )


@pytest.mark.parametrize(
    ("word", "means"),
    [
        ("Completed", "completed"),
        ("PartiallyCompleted", "completed"),
        ("partially_completed", "completed"),
        ("JOB_STATE_SUCCEEDED", "completed"),
        ("JOB_STATE_QUEUED", "validating"),
        ("InProgress", "in_progress"),
        ("Stopping", "cancelling"),
        ("Stopped", "cancelled"),
        ("Expired", "expired"),
        ("somethingNew", None),
    ],
)
def test_every_providers_words_are_understood(word, means):
    assert meaning(word) == means


def test_each_meaning_is_one_of_openais_words():
    assert set(MEANING.values()) - TERMINAL == {
        "validating",
        "in_progress",
        "finalizing",
        "cancelling",
    }


def openai_row(custom_id, code=200):
    return {"custom_id": custom_id, "response": {"status_code": code, "body": {}}, "error": None}


def lines(*rows):
    return b"".join(json.dumps(row).encode() + b"\n" for row in rows)


def ids(path):
    return [json.loads(line)["custom_id"] for line in path.read_bytes().splitlines()]


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
    assert (done.summary.results, done.summary.unmatched) == (3, 1)
    assert done.complete


def test_a_batch_that_is_going_cannot_be_fetched(ledger, plan):
    with pytest.raises(RunError, match="in_progress"):
        fetch(ledger, plan, FakeGateway(), Batch("b", "in_progress"))


def test_results_that_are_there_are_not_paid_for_again(ledger, plan):
    gateway = FakeGateway(content={"o": lines(openai_row("r0"))})
    fetch(ledger, plan, gateway, Batch("b", "expired", "o"))
    assert begin(ledger, quiet).summary.results == 1


def test_an_attempt_that_failed_its_validation_is_followed_by_another(ledger, plan):
    gateway = FakeGateway()
    send(ledger, plan, gateway, quiet)
    fetch(ledger, plan, gateway, Batch("batch-0", "failed", reasons=("line 1: bad",)))
    assert begin(ledger, quiet) is None
    assert send(ledger, plan, gateway, quiet) == "batch-1"
    assert set(gateway.batches) == {batch_name(plan, 1), batch_name(plan, 2)}
