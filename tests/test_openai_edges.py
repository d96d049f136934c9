"""The edges of OpenAI's checks: which batches take room, exactly at a limit, who is asked first."""

from dataclasses import replace
from datetime import date
from types import SimpleNamespace

import pytest

from preflight.catalog import source
from preflight.checks import openai
from preflight.contract import OpenAI
from preflight.outcomes import Failed, Passed, Unknown
from preflight.seams import GatewayAnswer, ListedBatch

PROMISED = OpenAI("openai-main", "gpt-4o-mini")
NOW = 1_000_000_000
LIMIT = 10_000
REQUESTS = 100
CHECKS = {
    check.id: check
    for _, checks in (*openai.SUITES, *openai.TABLE_SUITES, ("sized", openai.SIZED_CHECKS))
    for check in checks
}


class Listing:
    """A gateway that lists these batches."""

    def __init__(self, *batches, status=200, more=False):
        listed = tuple(ListedBatch(f"b{number}", *batch) for number, batch in enumerate(batches))
        statuses = {batch.id: batch.status for batch in listed}
        self.answer = GatewayAnswer(status, batches=statuses, listed=listed, more=more)

    def batches(self, route):
        return self.answer


@pytest.fixture(autouse=True)
def one_moment(monkeypatch):
    clock = SimpleNamespace(time=lambda: float(NOW))
    monkeypatch.setattr("preflight.checks.openai_queue.time", clock)


def judged(check_id, world, model="gpt-4o-mini"):
    return CHECKS[check_id](replace(PROMISED, model=model), world)


def queued(tokens, *batches, requests=REQUESTS, model="gpt-4o-mini", status=200):
    world = openai.Queued(Listing(*batches, status=status), tokens, requests)
    return judged("openai-queue", world, model)


def open_batch(model, requests=900, status="in_progress"):
    return (status, model, 1, requests)


# --- openai-queue ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("model", "listed", "counts"),
    [
        ("gpt-4o-mini", "gpt-4o-mini", True),
        ("gpt-4o-mini", "gpt-4o-mini-2024-07-18", True),
        ("gpt-4o-mini-2024-07-18", "gpt-4o-mini", True),
        ("gpt-4o-mini-2024-07-18", "gpt-4o-mini-2024-07-18", True),
        ("gpt-4o", "gpt-4o-mini", False),
        ("gpt-4o", "gpt-4o-mini-2024-07-18", False),
        ("gpt-4o-mini", "gpt-4o", False),
        ("gpt-4o-mini", "o3", False),
        ("gpt-4o-mini", "", True),
    ],
)
def test_an_open_batch_takes_room_from_its_own_model_alone(tables, model, listed, counts):
    tables(f'openai.queue_tokens = {{ "{model}" = {LIMIT} }}')
    answer = queued(LIMIT, open_batch(listed), model=model)
    assert isinstance(answer, Unknown if counts else Passed)
    said = answer.reason if counts else answer.detail
    assert ("1 with 900 requests" in said) == counts


@pytest.mark.parametrize("status", ["completed", "failed", "expired", "cancelled"])
def test_a_batch_that_has_ended_takes_no_room(tables, status):
    tables(f'openai.queue_tokens = {{ "gpt-4o-mini" = {LIMIT} }}')
    passed = queued(LIMIT, open_batch("gpt-4o-mini", status=status))
    assert isinstance(passed, Passed)
    assert "open batches" not in passed.detail


@pytest.mark.parametrize("status", ["validating", "in_progress", "finalizing", "cancelling"])
def test_a_batch_that_has_not_ended_takes_room(tables, status):
    tables(f'openai.queue_tokens = {{ "gpt-4o-mini" = {LIMIT} }}')
    assert isinstance(queued(LIMIT, open_batch("gpt-4o-mini", status=status)), Unknown)


def test_what_open_batches_may_hold_is_as_much_as_this_file_for_each_request(tables):
    tables(f'openai.queue_tokens = {{ "gpt-4o-mini" = {LIMIT} }}')
    fits = queued(1000, open_batch("gpt-4o-mini", 900))
    assert isinstance(fits, Passed)
    assert "perhaps 9,000 in open batches (1 with 900 requests)" in fits.detail
    assert not fits.caveat
    assert isinstance(queued(1000, open_batch("gpt-4o-mini", 901)), Unknown)


def test_open_batches_count_against_the_lowest_tier_too():
    open_one = open_batch("gpt-4o-mini", 100)
    assert isinstance(queued(1_000_000, open_one), Passed)
    unknown = queued(1_000_001, open_one)
    assert isinstance(unknown, Unknown)
    assert "no API tells the organisation's" in unknown.reason


def test_an_open_batch_that_has_not_counted_is_doubted_by_either_limit(tables):
    uncounted = open_batch("gpt-4o-mini", 0)
    assert "not counted" in queued(1, uncounted).caveat
    assert not queued(1).caveat
    assert not queued(1, open_batch("gpt-4o-mini", 1)).caveat
    tables(f'openai.queue_tokens = {{ "gpt-4o-mini" = {LIMIT} }}')
    assert "not counted" in queued(1, uncounted).caveat
    assert not queued(1).caveat


def test_a_file_of_exactly_the_queues_tokens_fits(tables):
    tables(f'openai.queue_tokens = {{ "gpt-4o-mini" = {LIMIT} }}')
    assert isinstance(queued(LIMIT), Passed)
    assert isinstance(queued(LIMIT + 1), Failed)


@pytest.mark.parametrize(("tokens", "fits"), [(LIMIT * 2, 50), (LIMIT * 3, 33), (10**9, 1)])
def test_the_remedy_of_a_file_too_large_is_a_part_that_fits(tables, tokens, fits):
    tables(f'openai.queue_tokens = {{ "gpt-4o-mini" = {LIMIT} }}')
    assert f"at most {fits} requests" in queued(tokens).remedy


def test_a_file_without_requests_divides_by_nothing():
    passed = queued(0, open_batch("gpt-4o-mini"), requests=0)
    assert isinstance(passed, Passed)
    assert "perhaps 0 in open batches" in passed.detail


def test_creates_count_within_the_last_hour_and_no_longer():
    at_the_hour = ("completed", "o3", NOW - 3600, 1)
    within = ("completed", "o3", NOW - 3599, 1)
    assert isinstance(queued(1, *[within] * 1999, at_the_hour), Passed)
    assert isinstance(queued(1, *[within] * 2000), Failed)


def test_requests_wait_in_a_queue_of_their_own(tables):
    most = 1_000_000
    fits = open_batch("gpt-4o-mini", most - REQUESTS)
    assert isinstance(queued(0, fits), Passed)
    unknown = queued(0, open_batch("gpt-4o-mini", most - REQUESTS + 1))
    assert isinstance(unknown, Unknown)
    assert "100 requests, and 999,901 in open batches" in unknown.reason
    assert unknown.needs.startswith("the limit of gpt-4o-mini in OpenAI's settings")
    tables('openai.queue_requests = { "gpt-4o-mini" = 100 }')
    assert isinstance(queued(0), Passed)
    failed = queued(0, open_batch("gpt-4o-mini", 1))
    assert isinstance(failed, Failed)
    assert "for a queue of 100 requests" in failed.problem


def test_an_old_table_of_queues_says_how_old_it_is(monkeypatch):
    assert not queued(1).caveat
    monkeypatch.setattr(source, "today", lambda: date(2028, 1, 1))
    assert "days old" in queued(1).caveat


# --- openai-open-batches, openai-model ------------------------------------------------------------


@pytest.mark.parametrize("check_id", ["openai-open-batches", "openai-queue"])
@pytest.mark.parametrize("status", [201, 400, 503])
def test_without_a_list_nothing_is_said_of_the_batches(check_id, status):
    listing = Listing(status=status)
    world = listing if check_id == "openai-open-batches" else openai.Queued(listing, 1, 1)
    unknown = judged(check_id, world)
    assert isinstance(unknown, Unknown)
    assert f"HTTP {status}" in unknown.reason
    assert unknown.needs == "gateway-batch-api to pass"


def test_batches_that_have_ended_are_not_open_and_leave_no_doubt():
    ended = [(status, "m", 1, 1) for status in ("completed", "failed", "expired", "cancelled")]
    none = judged("openai-open-batches", Listing(*ended))
    assert none == Passed("open batches: 0")
    some = judged("openai-open-batches", Listing(*ended, ("validating", "m", 1, 1)))
    assert some.detail == "open batches: 1"
    assert some.caveat


def test_a_model_by_an_old_table_says_how_old_it_is(monkeypatch):
    assert "days old" not in judged("openai-model", None).caveat
    monkeypatch.setattr(source, "today", lambda: date(2028, 1, 1))
    assert "days old" in judged("openai-model", None).caveat
