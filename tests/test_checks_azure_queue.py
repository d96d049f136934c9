"""What others have in Azure's queue and store: open batches, files."""

import pytest
from azure_subscription import PROMISED, FakeAzure

from preflight.checks.azure_queue import Queued, files, open_batches
from preflight.outcomes import Failed, Passed, Unknown
from preflight.seams import GatewayAnswer, ListedBatch

REFUSED = GatewayAnswer(403, "PermissionDenied", "lacks files/read")


class Gateway:
    def __init__(self, answer):
        self.answer = answer

    def batches(self, route):
        return self.answer

    def files(self, route):
        return self.answer


def listed(*batches, more=False):
    return Gateway(GatewayAnswer(200, listed=batches, more=more))


def opened(requests, status="in_progress", model=""):
    return ListedBatch("b", status, model, requests=requests)


def judged(gateway, tokens=10_000, requests=100, azure=None):
    return open_batches(PROMISED, Queued(azure or FakeAzure(), gateway, tokens, requests))


def test_an_account_without_an_open_batch_has_its_whole_queue():
    done = opened(900, "completed")
    assert judged(listed(done)) == Passed("no batch is open at account batch-account")


@pytest.mark.parametrize(("waiting", "kind"), [(400, Passed), (401, Unknown)])
def test_open_batches_are_taken_to_be_like_the_file(waiting, kind):
    answer = judged(listed(opened(waiting)))
    assert isinstance(answer, kind)
    said = answer.detail if kind is Passed else answer.reason
    assert f"perhaps {waiting * 100:,} in 1 open batches with {waiting} requests" in said
    assert "for a queue of 50,000 (deployment batch)" in said


def test_what_would_make_room_is_named_in_thousands_of_tokens():
    needs = judged(listed(opened(401))).needs
    assert "pulumi config set azureCapacity 51;" in needs
    assert "open batches to end" in needs


@pytest.mark.parametrize(
    ("model", "counts"),
    [
        ("", True),
        ("gpt-4o-mini", True),
        ("gpt-4o-mini-2024-07-18", True),
        ("batch", True),
        ("gpt-4.1", False),
        ("gpt-4o", False),
    ],
)
def test_only_batches_that_may_be_of_this_deployment_count(model, counts):
    assert isinstance(judged(listed(opened(10_000, model=model))), Unknown if counts else Passed)


@pytest.mark.parametrize("status", ["validating", "in_progress", "finalizing", "InProgress"])
def test_every_status_that_is_no_end_is_open(status):
    assert isinstance(judged(listed(opened(10_000, status))), Unknown)


def test_a_batch_that_has_not_counted_its_requests_is_a_caveat():
    assert "has not counted" in judged(listed(opened(0, "validating"))).caveat
    assert "like this file's" in judged(listed(opened(1))).caveat


def test_a_list_that_goes_on_is_said_to_be_at_least_that_long():
    assert "in at least 1 open batches" in judged(listed(opened(1), more=True)).detail


def test_a_file_without_requests_takes_nothing():
    answer = judged(listed(opened(1)), 0, 0)
    assert isinstance(answer, Passed)
    assert "about 0 tokens, and perhaps 0 in 1 open batches" in answer.detail


def test_a_file_that_is_not_said_to_be_divided_needs_room_for_all_of_it():
    assert isinstance(judged(listed(opened(1)), 50_000, 100_000), Passed)
    assert isinstance(judged(listed(opened(1)), 50_001, 100_000), Unknown)


@pytest.mark.parametrize(
    ("world", "kind"), [(FakeAzure(deployments={}), Failed), (FakeAzure(), Unknown)]
)
def test_without_a_deployment_or_a_list_nothing_passes(world, kind):
    gateway = listed() if kind is Failed else Gateway(REFUSED)
    assert isinstance(judged(gateway, azure=world), kind)


# --- files ----------------------------------------------------------------------------------------


def held(kept, expiring=0, more=False):
    answer = GatewayAnswer(200, kept=kept, expiring=expiring, more=more)
    return files(PROMISED, Gateway(answer))


@pytest.mark.parametrize(
    ("kept", "expiring", "kind"),
    [
        (0, 0, Passed),
        (499, 9_999, Passed),
        (500, 0, Failed),
        (501, 0, Failed),
        (0, 10_000, Failed),
    ],
)
def test_an_account_takes_five_hundred_files_that_stay_and_ten_thousand_that_expire(
    kept, expiring, kind
):
    answer = held(kept, expiring)
    assert isinstance(answer, kind)
    said = answer.detail if kind is Passed else answer.problem
    assert f"account batch-account holds {kept:,} batch files that stay" in said


@pytest.mark.parametrize(("kept", "caveat"), [(449, ""), (450, "50 more fit"), (499, "1 more fit")])
def test_the_last_fifty_are_counted_down(kept, caveat):
    assert held(kept).caveat == caveat


def test_a_list_that_never_ends_is_no_count():
    assert isinstance(held(20, more=True), Unknown)
    assert isinstance(held(500, more=True), Failed)


def test_a_refused_list_is_unknown_in_the_refusals_words():
    unknown = files(PROMISED, Gateway(REFUSED))
    assert isinstance(unknown, Unknown)
    assert "lacks files/read" in unknown.reason
