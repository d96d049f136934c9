"""Waiting for hours, and every provider's words for how it goes."""

import pytest
from batch_world import FakeGateway, quiet

from preflight.batch.answers import Batch
from preflight.batch.ledger import Ledger
from preflight.batch.refusals import Declined, Lost
from preflight.batch.statuses import MEANING, TERMINAL, meaning
from preflight.batch.watch import NEW_SECONDS, PATIENCE_SECONDS, watch


@pytest.fixture
def ledger(tmp_path):
    with Ledger(tmp_path / "run") as opened:
        yield opened.journal(1)


def test_waiting_outlasts_a_gateway_that_is_away(ledger):
    away = Lost("gateway", "no answer", "wait")
    looks = [Batch("b", "validating"), away, away, Batch("b", "in_progress"), Batch("b", "done?")]
    gateway = FakeGateway(looks=[*looks, Batch("b", "PartiallyCompleted")])
    shown, pauses, said = [], [], []
    ended = watch(ledger, gateway, "b", shown.append, said.append, every=8, sleep=pauses.append)
    assert ended.status == "PartiallyCompleted"
    assert [batch.status for batch in shown][2] == "done?"
    assert pauses == [2, 4, 8, 8, 8]
    assert said == ["no answer: waiting for the gateway", "the gateway answers again"]


def test_waiting_ends_when_nothing_is_heard_for_long(ledger):
    away = Lost("gateway", "no answer", "wait")
    time = iter(range(0, 1_000_000, 20_000))
    with pytest.raises(Lost):
        watch(
            ledger,
            FakeGateway(looks=[away] * 9),
            "b",
            quiet,
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


def watched(ledger, looks, seconds=1.0, **more):
    """Watch with a clock that the pauses move, each look taking `seconds`."""
    now = [0.0]

    class Slow(FakeGateway):
        def look(self, batch_id):
            now[0] += seconds
            return super().look(batch_id)

    def sleep(pause):
        now[0] += pause

    gateway = Slow(looks=list(looks))
    ended = watch(ledger, gateway, "b", quiet, quiet, sleep=sleep, clock=lambda: now[0], **more)
    return ended, now[0]


AWAY = Lost("gateway", "no answer", "wait")
GONE = Declined("gateway", "HTTP 404: no such batch", "look", 404)


def test_patience_begins_anew_with_each_answer(ledger):
    almost = [AWAY] * int(PATIENCE_SECONDS // 61)
    looks = [*almost, Batch("b", "in_progress"), *almost, Batch("b", "completed")]
    ended, seconds = watched(ledger, looks)
    assert ended.status == "completed"
    assert seconds > PATIENCE_SECONDS * 1.5


def test_a_batch_created_just_now_may_be_unknown_for_a_while(ledger):
    ended, seconds = watched(ledger, [GONE, GONE, GONE, Batch("b", "completed")])
    assert ended.status == "completed"
    assert seconds < NEW_SECONDS


def test_a_batch_that_stays_unknown_is_told(ledger):
    with pytest.raises(Declined):
        watched(ledger, [GONE] * 99)


@pytest.mark.parametrize("status", [401, 403, 404])
def test_a_batch_that_was_seen_and_is_refused_then_ends_the_waiting(ledger, status):
    refused = Declined("gateway", "no", "repair it", status)
    with pytest.raises(Declined):
        watched(ledger, [Batch("b", "validating"), refused, Batch("b", "completed")])


def test_a_refusal_that_is_no_absence_ends_the_waiting_at_once(ledger):
    refused = Declined("gateway", "HTTP 401: no", "repair it", 401)
    with pytest.raises(Declined):
        watched(ledger, [refused, Batch("b", "completed")])


def test_each_change_of_status_is_written_down_once(ledger):
    words = ["validating", "validating", "in_progress", "in_progress", "completed"]
    watched(ledger, [Batch("b", word) for word in words])
    written = [entry.detail["status"] for entry in ledger.entries() if entry.step == "status"]
    assert written == ["validating", "in_progress", "completed"]


def test_looks_are_never_further_apart_than_asked(ledger):
    looks = [Batch("b", "in_progress")] * 9 + [Batch("b", "completed")]
    assert watched(ledger, looks, every=0.5)[1] == pytest.approx(10 + 9 * 0.5)
