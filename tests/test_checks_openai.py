import time
from dataclasses import dataclass, field, replace

import pytest
from suite_reports import methods, outcomes, refusing, report

from preflight.checks import gateway, openai
from preflight.contract import OpenAI
from preflight.outcomes import Failed, Passed, Unknown
from preflight.report import Verdict
from preflight.seams import GatewayAnswer, GatewayApi, ListedBatch

PROMISED = OpenAI("openai-main", "gpt-4o-mini")
ASKED = {"openai-key", "openai-open-batches", "openai-model", "openai-model-retirement"}
BAD_KEY = GatewayAnswer(
    401,
    "invalid_api_key",
    "Incorrect API key provided: sk-***. You can find your API key at https://platform.openai.com",
)


@dataclass
class FakeGateway:
    """A gateway in front of OpenAI."""

    answer: GatewayAnswer = field(
        default_factory=lambda: GatewayAnswer(200, batches={"a": "completed", "b": "in_progress"})
    )

    def batches(self, route):
        return self.answer

    def models(self, route):
        return GatewayAnswer(200, models=(f"{route.provider_name}/{route.model}",))

    def key_expiry(self, route):
        return None


def judged(answer=None, promised=PROMISED):
    world: GatewayApi = FakeGateway() if answer is None else FakeGateway(answer)
    return report((*gateway.SUITES, *openai.SUITES, *openai.TABLE_SUITES), promised, world)


def test_a_healthy_world_passes_every_check_and_says_what_was_seen():
    healthy = judged()
    assert healthy.verdict is Verdict.READY
    assert set(outcomes(healthy)) > ASKED
    assert all(result.outcome.detail for result in healthy.results)


@pytest.mark.parametrize(
    ("answer", "promised", "check_id"),
    [
        (BAD_KEY, PROMISED, "openai-key"),
        (GatewayAnswer(403, "", "Missing scopes: api.batch.read"), PROMISED, "openai-key"),
        (None, replace(PROMISED, model="gpt-4o-realtime-preview"), "openai-model"),
        (None, replace(PROMISED, model="openai-main/gpt-4o"), "openai-model"),
        (None, replace(PROMISED, model="whisper-1"), "openai-model"),
    ],
)
def test_one_breakage_fails_exactly_the_check_that_is_about_it(answer, promised, check_id):
    broken = judged(answer, promised)
    assert broken.failed_ids() == {check_id}
    assert outcomes(broken)[check_id].remedy


def test_a_refused_openai_key_is_no_fault_of_the_gateways_key():
    looked = outcomes(judged(BAD_KEY))
    assert isinstance(looked["gateway-key"], Passed)
    assert isinstance(looked["openai-key"], Failed)
    assert "openai-main" in looked["openai-key"].remedy


@pytest.mark.parametrize("status", [400, 404, 500, 503])
def test_an_answer_that_is_not_about_the_key_says_nothing_of_it(status):
    looked = outcomes(judged(GatewayAnswer(status, "", "something else")))
    assert isinstance(looked["openai-key"], Unknown)


@pytest.mark.parametrize("method", sorted({"batches"} & set(methods(GatewayApi))))
def test_a_refused_look_is_unknown_and_names_the_permission(method):
    looked = report(openai.SUITES, PROMISED, refusing(FakeGateway(), method))
    assert looked.verdict is Verdict.CANNOT_TELL
    assert f"see {method}" in {getattr(one, "needs", "") for one in outcomes(looked).values()}


def test_open_batches_are_counted_and_the_limit_is_said_to_be_unseen():
    many = {f"batch_{n}": "in_progress" if n % 2 else "completed" for n in range(100)}
    passed = outcomes(judged(GatewayAnswer(200, batches=many, more=True)))["openai-open-batches"]
    assert passed.detail == "open batches: at least 50"
    assert "enqueued tokens" in passed.caveat
    few = outcomes(judged())["openai-open-batches"]
    assert few.detail == "open batches: 1"


@pytest.mark.parametrize(
    ("model", "kind"),
    [
        ("gpt-4o-mini-2024-07-18", Passed),
        ("gpt-4.1", Passed),
        ("gpt-99", Unknown),
        ("ft:gpt-4o-mini-2024-07-18:org::id", Unknown),
    ],
)
def test_a_model_is_judged_by_a_dated_table_and_never_by_a_guess(model, kind):
    outcome = outcomes(judged(promised=replace(PROMISED, model=model)))["openai-model"]
    assert isinstance(outcome, kind)
    said = outcome.caveat if kind is Passed else outcome.reason
    assert "read 2026-10" in said


# --- openai-queue ---------------------------------------------------------------------------------


def queued(tokens, *batches, requests=100, model="gpt-4o-mini", status=200):
    listed = tuple(ListedBatch(f"b{number}", *batch) for number, batch in enumerate(batches))
    answer = GatewayAnswer(status, batches={b.id: b.status for b in listed}, listed=listed)
    world = openai.Queued(FakeGateway(answer), tokens, requests)
    return openai.SIZED_CHECKS[0](replace(PROMISED, model=model), world)


def test_a_file_that_fits_the_lowest_tier_passes_and_says_whose_number_that_is():
    passed = queued(2_000_000)
    assert isinstance(passed, Passed)
    assert "2,000,000" in passed.detail
    assert "read 2026-10" in passed.detail


def test_a_file_above_the_lowest_tier_is_unknown_and_names_the_row_that_decides(tables):
    unknown = queued(2_000_001)
    assert isinstance(unknown, Unknown)
    assert 'openai.queue_tokens = { "gpt-4o-mini" = N }' in unknown.needs
    tables('openai.queue_tokens = { "gpt-4o-mini" = 3_000_000 }')
    passed = queued(2_000_001)
    assert isinstance(passed, Passed)
    assert "by your tables" in passed.detail


def test_the_limit_of_a_model_holds_for_its_versions_and_for_no_other(tables):
    tables('openai.queue_tokens = { "gpt-4o-mini" = 10 }')
    assert isinstance(queued(11, model="gpt-4o-mini-2024-07-18"), Failed)
    assert isinstance(queued(11, model="gpt-4o"), Passed)


def test_a_model_without_a_public_limit_is_held_against_the_lowest_of_all():
    assert isinstance(queued(90_000, model="gpt-9"), Passed)
    assert isinstance(queued(90_001, model="gpt-9"), Unknown)


def test_a_file_larger_than_the_queue_fails_and_the_remedy_says_how_many_fit(tables):
    tables('openai.queue_tokens = { "gpt-4o-mini" = 1000 }')
    failed = queued(2000)
    assert isinstance(failed, Failed)
    assert "at most 50 requests" in failed.remedy


def test_open_batches_of_the_model_take_room_that_is_estimated(tables):
    mine, other = ("in_progress", "gpt-4o-mini-2024-07-18", 1, 900), ("in_progress", "o3", 1, 900)
    tables('openai.queue_tokens = { "gpt-4o-mini" = 10_000 }')
    assert isinstance(queued(1000, ("completed", "gpt-4o-mini", 1, 9000), other), Passed)
    assert isinstance(queued(1000, mine), Passed)
    unknown = queued(1001, mine)
    assert isinstance(unknown, Unknown)
    assert "1 with 900 requests" in unknown.reason
    uncounted = queued(1000, ("validating", "", 1, 0))
    assert "not counted" in uncounted.caveat


def test_waiting_requests_have_a_limit_too(tables):
    many = ("in_progress", "gpt-4o-mini", 1, 999_901)
    assert isinstance(queued(0, ("in_progress", "gpt-4o-mini", 1, 999_900)), Passed)
    unknown = queued(0, many)
    assert isinstance(unknown, Unknown)
    assert "queue_requests" in unknown.needs
    tables('openai.queue_requests = { "gpt-4o-mini" = 1_000_000 }')
    assert isinstance(queued(0, many), Failed)
    tables('openai.queue_requests = { "gpt-4o-mini" = 1_000_001 }')
    assert isinstance(queued(0, many), Passed)


def test_two_thousand_creates_within_an_hour_leave_no_room_for_one_more():
    now = int(time.time())
    fresh = ("completed", "o3", now - 60, 1)
    assert isinstance(queued(1, *[fresh] * 1999, ("completed", "o3", now - 4000, 1)), Passed)
    failed = queued(1, *[fresh] * 2000)
    assert isinstance(failed, Failed)
    assert "2,000" in failed.problem


def test_without_a_list_of_batches_the_queue_is_unknown():
    assert isinstance(queued(1, status=503), Unknown)
