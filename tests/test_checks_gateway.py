import time
from dataclasses import dataclass, replace

import pytest
from suite_reports import outcomes, report

from preflight.catalog import yours
from preflight.checks import gateway
from preflight.contract import AzureOpenAI, Bedrock, OpenAI, VertexAI
from preflight.outcomes import Failed, Passed, Unknown
from preflight.permissions import Identity
from preflight.report import Verdict
from preflight.seams import (
    NOT_THE_GATEWAY,
    CredentialsMissing,
    GatewayAnswer,
    GatewayApi,
    Unreachable,
)

ROUTES = {
    "openai": OpenAI("openai-main", "gpt-4o-mini"),
    "azure": AzureOpenAI(
        "azure-main", "s", "g", "a", "swedencentral", "batch", "m", "GlobalBatch", "2024-10-21", "p"
    ),
    "vertex": VertexAI("vertex-main", "p", "1", "europe-west4", "b", "m", "g@x", "a@x"),
    "bedrock": Bedrock(
        "bedrock-main", "aws", "123456789012", "us-west-2", "b", "m", ("arn",), "role", "principal"
    ),
}


@dataclass
class FakeGateway:
    """A gateway that gives one answer to every list."""

    answer: GatewayAnswer

    def batches(self, route):
        return self.answer

    def models(self, route):
        if self.answer in (WRONG_KEY, SILENT):
            return self.answer
        return GatewayAnswer(200, models=(f"{route.provider_name}/{route.model}",))

    def key_expiry(self, route):
        return None


def judged(answer, provider="vertex"):
    world: GatewayApi = FakeGateway(answer)
    return report(gateway.SUITES, ROUTES[provider], world)


@pytest.mark.parametrize("provider", ROUTES)
def test_a_healthy_gateway_passes_every_check_for_every_provider(provider):
    looked = judged(GatewayAnswer(200), provider)
    assert looked.verdict is Verdict.READY
    assert set(outcomes(looked)) == {check.id for check in gateway.CHECKS}
    assert all(result.outcome.detail for result in looked.results)
    assert all(check.explanation for check in gateway.CHECKS)


PAGE = GatewayAnswer(200, NOT_THE_GATEWAY, "text/html at http://console")
SILENT = GatewayAnswer(401)
WRONG_KEY = GatewayAnswer(401, "invalid_api_key", "the gateway does not know this API key")
NO_ACCOUNT = GatewayAnswer(
    404, "provider_account_not_found", "no provider account vertex-main is registered"
)
NO_ACCESS = GatewayAnswer(403, "", "no access to integration vertex-main")
NO_RIGHT = GatewayAnswer(403, "PERMISSION_DENIED", "aiplatform.batchPredictionJobs.list denied")
BAD_LOGIN = GatewayAnswer(401, "UNAUTHENTICATED", "Expected OAuth 2 access token")


@pytest.mark.parametrize(
    ("answer", "check_id"),
    [
        (PAGE, "gateway-reachable"),
        (GatewayAnswer(404, NOT_THE_GATEWAY, "text/html"), "gateway-reachable"),
        (WRONG_KEY, "gateway-key"),
        (SILENT, "gateway-key"),
        (NO_ACCOUNT, "gateway-provider-account"),
        (NO_ACCESS, "gateway-provider-account"),
        (BAD_LOGIN, "gateway-batch-api"),
        (GatewayAnswer(400, "", "bucket is required"), "gateway-batch-api"),
        (GatewayAnswer(404, "", "Cannot GET /batches"), "gateway-batch-api"),
    ],
)
def test_one_breakage_fails_exactly_the_check_that_is_about_it(answer, check_id):
    broken = judged(answer)
    assert broken.failed_ids() == {check_id}
    failed = outcomes(broken)[check_id]
    assert failed.remedy
    assert f"HTTP {answer.status}" in failed.problem
    assert answer.message in failed.problem


@pytest.mark.parametrize("status", [429, 500, 502, 503])
def test_an_answer_that_another_try_may_change_is_unknown_and_quotes_the_provider(status):
    looked = judged(GatewayAnswer(status, "provider_error", "the provider did not answer"))
    assert looked.verdict is Verdict.CANNOT_TELL
    outcome = outcomes(looked)["gateway-batch-api"]
    assert isinstance(outcome, Unknown)
    assert "the provider did not answer" in outcome.reason


def test_a_right_that_the_gateway_lacks_is_left_to_the_providers_own_checks():
    looked = judged(NO_RIGHT)
    assert looked.verdict is Verdict.CANNOT_TELL
    outcome = outcomes(looked)["gateway-batch-api"]
    assert isinstance(outcome, Unknown)
    assert all(part in outcome.reason for part in (Identity.GATEWAY, "vertex-main", "denied"))


@pytest.mark.parametrize(
    ("provider", "message"),
    [
        ("azure", "Access denied due to invalid subscription key or wrong API endpoint."),
        ("azure", "The access token has wrong issuer."),
        ("vertex", "Request had invalid authentication credentials. Expected OAuth 2 access token"),
        ("bedrock", "The security token included in the request is invalid."),
    ],
)
def test_a_providers_401_is_not_blamed_on_the_gateways_key(provider, message):
    broken = judged(GatewayAnswer(401, "401", message), provider)
    assert broken.failed_ids() == {"gateway-batch-api"}
    assert "provider account" in outcomes(broken)["gateway-batch-api"].remedy


@pytest.mark.parametrize(
    ("version", "kind"), [("2031-01-01", Failed), ("2024-10-21", Unknown), ("2024-07-18", Unknown)]
)
def test_azures_404_is_blamed_on_the_api_version_only_where_no_table_judges_it(version, kind):
    route = replace(ROUTES["azure"], api_version=version)
    world = FakeGateway(GatewayAnswer(404, "404", "Resource not found"))
    outcome = outcomes(report(gateway.SUITES, route, world))["gateway-batch-api"]
    assert isinstance(outcome, kind)
    assert version in (outcome.problem if kind is Failed else outcome.reason)


def test_openais_refusal_of_its_own_key_is_left_to_the_check_that_is_about_it():
    answer = GatewayAnswer(401, "invalid_api_key", "Incorrect API key provided: sk-***")
    looked = judged(answer, "openai")
    assert not looked.failed_ids()
    assert "openai-key" in outcomes(looked)["gateway-batch-api"].needs


@pytest.mark.parametrize(
    ("provider", "key"),
    [
        ("openai", "openaiProviderName"),
        ("azure", "azureProviderNames"),
        ("vertex", "vertexProviderName"),
        ("bedrock", "bedrockProviderNames"),
    ],
)
def test_an_unknown_provider_account_is_repaired_by_the_providers_own_setting(provider, key):
    answer = GatewayAnswer(404, "provider_account_not_found", "no provider account")
    failed = outcomes(judged(answer, provider))["gateway-provider-account"]
    assert f"register {provider}-main at the gateway, or " in failed.remedy
    assert f" {key} " in failed.remedy


@pytest.mark.parametrize("error", [Unreachable, CredentialsMissing])
def test_a_gateway_that_gives_no_answer_is_unknown_and_the_rest_is_not_asked(error):
    world = FakeGateway(GatewayAnswer(200))

    def silent(_route):
        raise error("http://gateway", "nothing", "the remedy")

    world.batches = silent
    looked = report(gateway.SUITES, ROUTES["openai"], world)
    assert looked.verdict is Verdict.CANNOT_TELL
    assert outcomes(looked)["gateway-reachable"].needs == "the remedy"
    assert not looked.failed_ids()
    assert not [one for one in outcomes(looked).values() if isinstance(one, Passed)]


# --- what the gateway itself may refuse -----------------------------------------------------------


@dataclass
class Asked:
    """A gateway with these batches, these models, and a key that ends then."""

    statuses: tuple = ()
    answer: GatewayAnswer | None = None
    expires: float | None = None

    def batches(self, route):
        return GatewayAnswer(200, batches=dict(enumerate(self.statuses)))

    def models(self, route):
        return self.answer

    def key_expiry(self, route):
        return self.expires


def one(check_id, world, provider="bedrock"):
    [check] = [check for check in gateway.CHECKS if check.id == check_id]
    return check(ROUTES[provider], world)


def test_a_key_without_an_end_or_with_a_late_one_passes_without_a_doubt():
    assert not one("gateway-key-lifetime", Asked()).caveat
    late = one("gateway-key-lifetime", Asked(expires=time.time() + 25 * 3600))
    assert isinstance(late, Passed)
    assert not late.caveat


def test_a_key_that_ends_within_the_window_is_said_to_end_the_watching_and_not_the_batch():
    soon = one("gateway-key-lifetime", Asked(expires=time.time() + 23 * 3600))
    assert isinstance(soon, Passed)
    assert "goes on without it" in soon.caveat
    assert "new key" in soon.caveat


def test_a_key_that_has_expired_fails():
    failed = one("gateway-key-lifetime", Asked(expires=time.time() - 1))
    assert isinstance(failed, Failed)
    assert "TFY_API_KEY" in failed.remedy


def test_open_batches_are_held_against_the_cap_that_the_users_tables_name(tmp_path):
    nine = Asked(("in_progress", "InProgress", "validating", "completed") * 3)
    assert one("gateway-open-batches", nine).detail.endswith("bedrock-main: 9")
    assert not one("gateway-open-batches", nine).caveat
    ten = Asked((*nine.statuses, "finalizing"))
    assert "no cap" in one("gateway-open-batches", ten).caveat
    tables = tmp_path / "tables.toml"
    tables.write_text("gateway.max_open_batches = 10")
    yours.use(str(tables))
    assert isinstance(one("gateway-open-batches", nine), Passed)
    failed = one("gateway-open-batches", ten)
    assert isinstance(failed, Failed)
    assert "by your tables" in failed.problem


@pytest.mark.parametrize(
    ("promised", "listed", "kind"),
    [
        ("gpt-4o-mini", "openai-main/gpt-4o-mini", Passed),
        ("gpt-4o-mini-2024-07-18", "openai-main/gpt-4o-mini", Passed),
        ("gpt-4.1", "openai-main/gpt-4-1", Passed),
        ("gpt-4o-mini", "gpt-4o-mini", Passed),
        ("gpt-4o-mini", "openai-main/gpt-4.1", Failed),
        ("gpt-4o-mini", "openai-main/gpt-4o", Failed),
        ("gpt-4o", "openai-main/gpt-4o-mini", Failed),
        ("gpt-4o-mini", "other-main/gpt-4o-mini", Unknown),
        ("anthropic.claude-3-5-haiku-20241022-v1:0", "openai-main/claude-3-5-haiku", Passed),
        ("us.anthropic.claude-3-5-haiku-20241022-v1:0", "openai-main/claude-3-5-haiku", Passed),
    ],
)
def test_a_model_is_missing_only_where_none_of_its_account_is_like_it(promised, listed, kind):
    world = Asked(answer=GatewayAnswer(200, models=(listed, "else/where")))
    [check] = [check for check in gateway.CHECKS if check.id == "gateway-model"]
    answer = check(OpenAI("openai-main", promised), world)
    assert isinstance(answer, kind)
    if kind is Failed:
        assert f"register {promised} " in answer.remedy
        assert listed in answer.problem


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (GatewayAnswer(404, "", "Cannot GET /models"), "no list of models"),
        (GatewayAnswer(405), "no list of models"),
        (GatewayAnswer(200, NOT_THE_GATEWAY, "text/html"), "no list of models"),
        (GatewayAnswer(403, "", "not allowed"), "not allowed"),
        (GatewayAnswer(503), "HTTP 503"),
        (GatewayAnswer(200), "none of the 0 models"),
    ],
)
def test_a_gateway_that_lists_no_models_leaves_the_model_unknown_and_says_so(answer, words):
    unknown = one("gateway-model", Asked(answer=answer))
    assert isinstance(unknown, Unknown)
    assert words in unknown.reason
    assert unknown.needs
