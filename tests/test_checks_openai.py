from dataclasses import dataclass, field, replace

import pytest
from suite_reports import methods, outcomes, refusing, report

from preflight.check import Failed, Passed, Unknown
from preflight.checks import gateway, openai
from preflight.contract import OpenAI
from preflight.report import Verdict
from preflight.seams import GatewayAnswer, GatewayApi

PROMISED = OpenAI("openai-main", "gpt-4o-mini")
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


def judged(answer=None, promised=PROMISED):
    world: GatewayApi = FakeGateway() if answer is None else FakeGateway(answer)
    return report((*gateway.SUITES, *openai.SUITES, *openai.TABLE_SUITES), promised, world)


def test_a_healthy_world_passes_every_check_and_says_what_was_seen():
    healthy = judged()
    assert healthy.verdict is Verdict.READY
    assert {check.id for check in openai.CHECKS} < set(outcomes(healthy))
    assert all(result.outcome.detail for result in healthy.results)
    assert all(check.explanation for check in openai.CHECKS)


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
    passed = outcomes(judged(GatewayAnswer(200, batches=many)))["openai-open-batches"]
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
