"""A task's run in turns, by several processes one after the other; it needs no Airflow."""

import json
import time
from dataclasses import replace

import pytest
from cli_world import write_promises, write_requests
from library_world import IDS, KEY, ids, one_at_a_time, timing, upstream

from preflight.airflow import asking, route, running, standing
from preflight.airflow.access import Access
from preflight.airflow.asking import Job
from preflight.airflow.place import Place, opened
from preflight.airflow.running import Ended, Going, Manner
from preflight.airflow.saying import hopeless
from preflight.batch import fetch
from preflight.batch.ledger import Busy
from preflight.report import Verdict
from preflight.sandbox.upstream.lifecycle import Timing
from preflight.seams import RunError, UsageError

__all__ = ["timing", "upstream"]

ACCESS = Access(KEY)
MANNER = Manner(every=0.1)


@pytest.fixture
def job(upstream, tmp_path, monkeypatch):
    monkeypatch.setattr(fetch, "AGAIN_AFTER", (0.0, 0.0))
    write_promises(tmp_path / "promises.json", upstream.base_url)
    return Job(requests=str(tmp_path / "requests.jsonl"), promises=str(tmp_path / "promises.json"))


@pytest.fixture
def place(tmp_path):
    return Place(tmp_path / "runs" / "one")


@pytest.fixture
def said():
    return []


@pytest.fixture
def turn(place, said):
    """One turn, as a process of its own takes it."""

    def taken(first=False, manner=MANNER):
        return running.turn(place, ACCESS, said.append, manner, first=first)

    return taken


@pytest.fixture
def begun(job, place, said):
    """The run is written down; nothing is sent."""

    def begin(job=job):
        running.prepare(place, asking.ask(job, ACCESS), said.append)

    begin()
    return begin


def to_the_end(turn, found, manner=MANNER):
    """Turns with pauses between them; what came of each."""
    came = [found]
    while isinstance(came[-1], Going):
        time.sleep(0.1)
        came.append(turn(manner=manner))
    return came


def test_the_check_before_a_run_is_the_commands_with_the_connections_key(job):
    found = asking.report(asking.ask(job, ACCESS), ACCESS, print)
    assert found.verdict is Verdict.READY
    assert asking.sentence(found) == "READY"
    assert asking.shape(found)["format"] == "preflight-report"
    wrong = Access("another-key")
    refused = asking.report(asking.ask(job, wrong), wrong, print)
    assert refused.verdict is Verdict.NOT_READY
    assert asking.sentence(refused).startswith("NOT READY: gateway-key: ")
    assert wrong.key not in asking.text(refused) + json.dumps(asking.shape(refused))


@pytest.mark.parametrize(
    ("url", "verdict", "words"),
    [
        ("http://127.0.0.1:9", Verdict.CANNOT_TELL, "check gatewayUrl and the network"),
        ("{}/nowhere", Verdict.NOT_READY, "gives no list of batches"),
    ],
)
def test_a_connection_that_leads_nowhere_is_said_before_anything_is_sent(
    job, upstream, url, verdict, words
):
    access = Access(KEY, url.format(upstream.base_url))
    found = asking.report(asking.ask(job, access), access, print)
    assert found.verdict is verdict
    assert asking.sentence(found).startswith(f"{verdict}: gateway-")
    assert words in asking.sentence(found)


def test_a_run_goes_on_from_turn_to_turn_as_one_job(turn, begun, upstream, place):
    first = turn(first=True)
    assert isinstance(first, Going)
    assert (len(first.batches), first.waiting, first.again_in) == (1, 0, None)
    *_, last = to_the_end(turn, first)
    assert isinstance(last, Ended)
    assert (last.batches, last.again) == (first.batches, False)
    assert len(upstream.batches) == 1
    shape = running.summary(last)
    assert (shape["status"], shape["exit_code"]) == ("completed", 0)
    assert json.loads(json.dumps(shape)) == shape
    assert ids(place.folder / "results.jsonl") == IDS
    assert turn(first=True) == last  # a task that is cleared afterwards
    assert len(upstream.batches) == 1


def test_shards_that_wait_for_room_are_sent_as_others_end(turn, job, place, upstream, tmp_path):
    tables = str(one_at_a_time(tmp_path))
    job, manner = replace(job, tables=tables), replace(MANNER, tables=tables)
    asked = asking.ask(job, ACCESS)
    assert asking.report(asked, ACCESS, print).verdict is Verdict.READY
    running.prepare(place, asked, print)
    came = to_the_end(turn, turn(first=True, manner=manner), manner)
    assert {(len(one.batches), one.waiting) for one in came[:-1]} >= {(1, 3), (1, 2), (1, 0)}
    assert all(len(one.batches) == 1 for one in came[:-1])
    assert len(upstream.batches) == len(came[-1].batches) == 4
    assert ids(place.folder / "results.jsonl") == IDS


def test_a_shard_that_fails_keeps_back_the_rest_of_the_try(turn, job, place, upstream, tmp_path):
    tables = str(one_at_a_time(tmp_path))
    job, manner = replace(job, tables=tables), replace(MANNER, tables=tables)
    asked = asking.ask(job, ACCESS)
    asking.report(asked, ACCESS, print)
    running.prepare(place, asked, print)
    first = turn(first=True, manner=manner)
    upstream.openai.remove_model("gpt-4o-mini")
    with pytest.raises(RunError, match="shard 2: ended failed with no result") as failed:
        to_the_end(turn, first, manner)
    assert not hopeless(failed.value)
    assert len(upstream.batches) == 2
    with pytest.raises(RunError, match="repair that and clear the task"):
        turn(manner=manner)
    assert len(upstream.batches) == 2
    with pytest.raises(RunError, match="shard 2"):  # the next try
        to_the_end(turn, turn(first=True, manner=manner), manner)
    assert len(upstream.batches) == 3


def test_a_job_that_failed_with_nothing_to_show_is_sent_anew_by_the_next_try(turn, begun, upstream):
    upstream.openai.remove_model("gpt-4o-mini")
    *_, last = to_the_end(turn, turn(first=True))
    assert (last.finished.status, last.again) == ("failed", True)
    *_, again = to_the_end(turn, turn(first=True))
    assert again.again
    assert len(upstream.batches) == 2


@pytest.mark.parametrize("timing", [Timing(running=60)])
def test_what_was_sent_is_not_judged_again_and_stays_what_it_was(turn, job, place, begun, upstream):
    folder = place.folder.parents[1]
    assert not running.sent(place, job, ACCESS)
    turn(first=True)
    assert running.sent(place, job, ACCESS)
    assert running.sent(place, replace(job, requests=str(folder / "gone")), ACCESS)
    other = write_requests(folder / "other.jsonl", ["x"])
    with pytest.raises(UsageError, match="is not the file that this DAG run has sent") as error:
        running.sent(place, replace(job, requests=str(other)), ACCESS)
    assert hopeless(error.value)
    with pytest.raises(UsageError, match="the connection names https://other"):
        running.sent(place, job, Access(KEY, "https://other.example"))
    with pytest.raises(UsageError, match="holds the run of another file"):
        begun(replace(job, requests=str(other)))
    assert len(upstream.batches) == 1


@pytest.mark.parametrize("timing", [Timing(running=60)])
def test_a_run_that_another_process_holds_is_tried_again(turn, begun, place):
    with opened(place) as ledger, ledger.alone():
        with pytest.raises(Busy) as busy:
            turn(first=True)
        assert not hopeless(busy.value)


@pytest.mark.parametrize("timing", [Timing(running=60)])
def test_the_way_to_the_batches_holds_no_secret_and_leads_to_them(turn, begun, upstream, place):
    going = turn(first=True)
    plain = json.dumps(going.route)
    assert KEY not in plain
    assert json.loads(plain) == going.route
    looking = route.Looking(json.loads(plain), ACCESS)
    assert looking.ended(going.batches) == set()
    assert standing.at_provider(place) == (going.route, going.batches)
    assert not standing.standing(place, ACCESS).ended
    looking.cancel(going.batches)
    time.sleep(0.3)
    assert looking.ended(going.batches) == set(going.batches)
    looking.close()
    found = standing.standing(place, ACCESS)
    assert found.ended
    assert found.shape["shards"][0]["status"] == "cancelled"


@pytest.mark.parametrize("timing", [Timing(running=60)])
def test_a_process_that_has_waited_long_enough_leaves_the_batch_to_the_next(
    place, begun, said, upstream
):
    for _ in range(2):
        with pytest.raises(RunError, match="wait_timeout") as late:
            running.finish(place, ACCESS, said.append, MANNER, until=time.time() + 0.3)
        assert not hopeless(late.value)
    assert len(upstream.batches) == 1


def test_one_process_may_do_all_of_it(place, begun, said, upstream):
    ended = running.finish(place, ACCESS, said.append, MANNER)
    assert ended.finished.complete
    assert len(upstream.batches) == 1
