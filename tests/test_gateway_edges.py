"""The edges of the gateway's checks: which status is whose word, when a key ends."""

from dataclasses import replace
from types import SimpleNamespace

import pytest
from request_files import PROMISED

from preflight.catalog import yours
from preflight.checks import gateway
from preflight.checks.gateway_words import quoted, spelt
from preflight.contract import PROVIDERS
from preflight.outcomes import Failed, Passed, Unknown
from preflight.seams import GatewayAnswer

NOW = 1_000_000_000
WINDOW_HOURS = 24


class Asked:
    """A gateway with one list of batches, one of models, and a key that ends then."""

    def __init__(self, batches=None, models=None, expires=None):
        self.listed, self.named, self.expires = batches, models, expires

    def batches(self, route):
        return self.listed

    def models(self, route):
        return self.named

    def key_expiry(self, route):
        return self.expires


def judged(check_id, world, provider="vertex", **promised):
    [check] = [check for check in gateway.CHECKS if check.id == check_id]
    return check(replace(PROMISED[provider], **promised), world)


def answered(check_id, provider, status, code="", message=""):
    return judged(check_id, Asked(GatewayAnswer(status, code, message)), provider)


# --- whose word a status is -----------------------------------------------------------------------


@pytest.mark.parametrize("status", [400, 403, 404, 422])
@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("provider_account_not_found", ""),
        ("", "no provider account of that name"),
        ("", "unknown Provider-Account"),
        ("", "no access to integration vertex-main"),
        ("", "x-tfy-provider-name names nothing"),
        ("", "bad provider name"),
    ],
)
def test_a_refusal_that_speaks_of_the_account_is_about_the_account(status, code, message):
    failed = answered("gateway-provider-account", "vertex", status, code, message)
    assert isinstance(failed, Failed)
    assert "vertex-main" in failed.problem


@pytest.mark.parametrize("status", [200, 401, 405, 429, 500, 503])
def test_an_answer_of_another_status_says_nothing_about_the_account(status):
    answer = answered("gateway-provider-account", "vertex", status, "", "a provider account")
    assert isinstance(answer, Passed)


@pytest.mark.parametrize("status", [400, 403, 404, 422])
def test_a_refusal_that_does_not_speak_of_the_account_is_not_about_it(status):
    answer = answered("gateway-provider-account", "vertex", status, "denied", "no right to list")
    assert isinstance(answer, Passed)


@pytest.mark.parametrize("status", [400, 403, 404, 500])
def test_only_a_401_is_about_the_key(status):
    assert isinstance(answered("gateway-key", "vertex", status, "", "invalid"), Passed)


@pytest.mark.parametrize(
    ("provider", "status", "kind"),
    [
        ("openai", 401, Unknown),
        ("openai", 403, Unknown),
        ("openai", 404, Failed),
        ("openai", 400, Failed),
        ("azure", 401, Failed),
        ("azure", 403, Unknown),
        ("azure", 404, Unknown),
        ("azure", 400, Failed),
        ("vertex", 401, Failed),
        ("vertex", 403, Unknown),
        ("vertex", 404, Failed),
        ("bedrock", 401, Failed),
        ("bedrock", 403, Unknown),
        ("bedrock", 422, Failed),
        ("vertex", 428, Failed),
        ("vertex", 429, Unknown),
        ("vertex", 430, Failed),
        ("vertex", 499, Failed),
        ("vertex", 500, Unknown),
        ("vertex", 504, Unknown),
        ("vertex", 200, Passed),
        ("vertex", 201, Failed),
    ],
)
def test_each_status_of_the_list_of_batches_has_its_outcome(provider, status, kind):
    answer = answered("gateway-batch-api", provider, status, "", "as it says")
    assert isinstance(answer, kind)
    if kind is not Passed:
        said = answer.reason if kind is Unknown else answer.problem
        assert f"HTTP {status}, as it says" in said


def test_what_a_refusal_means_is_said_by_its_status():
    bad_login = answered("gateway-batch-api", "vertex", 401, "", "who?")
    assert (
        bad_login.remedy == "renew the credentials of provider account vertex-main at the gateway"
    )
    no_right = answered("gateway-batch-api", "vertex", 403, "", "no")
    assert "does not let" in no_right.reason
    openais = answered("gateway-batch-api", "openai", 403, "", "no")
    assert openais.needs == "a key that openai-key passes"


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("AccessDenied", "User: u is not authorized to perform: sts:AssumeRole on resource: r"),
        ("SignatureDoesNotMatch", ""),
        ("InvalidClientTokenId", "The security token included in the request is invalid."),
        ("InvalidAccessKeyId", ""),
        ("ExpiredTokenException", ""),
        ("", "ExpiredToken"),
    ],
)
def test_a_403_about_who_the_gateway_is_fails_by_its_credentials(code, message):
    failed = answered("gateway-batch-api", "bedrock", 403, code, message)
    assert isinstance(failed, Failed)
    said = ": ".join(part for part in (code, message) if part)
    assert failed.problem == f"the gateway comes by no identity at the provider: HTTP 403, {said}"
    assert "keys, role or external id of provider account bedrock-main" in failed.remedy


@pytest.mark.parametrize(
    "message",
    ["vpcServiceControlsUniqueIdentifier: x1", "Prohibited by organization\u2019s policy"],
)
def test_a_403_of_a_perimeter_is_repaired_by_whoever_keeps_it(message):
    failed = answered("gateway-batch-api", "vertex", 403, "", message)
    assert isinstance(failed, Failed)
    assert failed.problem.startswith("a perimeter around the provider keeps")
    assert failed.problem.endswith(message)
    assert "ingress rule" in failed.remedy


def test_only_azures_404_is_about_a_version_of_its_api():
    for provider in PROVIDERS:
        answer = answered("gateway-batch-api", provider, 404, "", "Resource not found")
        assert ("Azure OpenAI finds no batch API" in repr(answer)) == (provider == "azure")


def test_a_good_version_that_azure_does_not_find_is_left_to_the_checks_of_the_account():
    unknown = answered("gateway-batch-api", "azure", 404, "", "Resource not found")
    assert "azure-* checks" in unknown.needs
    world = Asked(GatewayAnswer(404, "", "Resource not found"))
    failed = judged("gateway-batch-api", world, "azure", api_version="2031-01-01")
    assert failed.remedy == "pulumi config set azureApiVersion 2024-10-21; then pulumi up"


def test_the_number_of_batches_that_were_listed_is_said():
    listed = GatewayAnswer(200, batches={"a": "completed", "b": "failed"})
    assert judged("gateway-batch-api", Asked(listed)).detail.endswith("vertex-main: 2")


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (GatewayAnswer(503), "HTTP 503"),
        (GatewayAnswer(404, "gone"), "HTTP 404, gone"),
        (GatewayAnswer(404, "", "no such path"), "HTTP 404, no such path"),
        (GatewayAnswer(404, "gone", "no such path"), "HTTP 404, gone: no such path"),
    ],
)
def test_an_answer_is_quoted_by_status_code_and_words(answer, said):
    assert quoted(answer) == said


# --- the key's end --------------------------------------------------------------------------------


@pytest.fixture
def one_moment(monkeypatch):
    clock = SimpleNamespace(time=lambda: float(NOW))
    monkeypatch.setattr("preflight.checks.gateway_limits.time", clock)


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize(
    ("left", "kind", "doubt"),
    [
        (-1, Failed, False),
        (0, Failed, False),
        (1, Passed, True),
        (WINDOW_HOURS * 3600 - 1, Passed, True),
        (WINDOW_HOURS * 3600, Passed, False),
    ],
)
def test_a_key_ends_to_the_second(one_moment, provider, left, kind, doubt):
    answer = judged("gateway-key-lifetime", Asked(expires=NOW + left), provider)
    assert isinstance(answer, kind)
    assert bool(getattr(answer, "caveat", "")) == doubt
    assert ("24 hours" in repr(answer)) == doubt


def test_the_day_of_a_keys_end_is_said_in_utc(one_moment):
    said = judged("gateway-key-lifetime", Asked(expires=NOW + 100)).detail
    assert said == "the key is valid until 2001-09-09 01:48 UTC"


# --- open batches ---------------------------------------------------------------------------------


def open_batches(count, status="in_progress", answered=200):
    batches = {str(number): status for number in range(count)}
    return Asked(GatewayAnswer(answered, batches=batches))


@pytest.mark.parametrize(
    ("status", "waits"),
    [
        ("validating", True),
        ("in_progress", True),
        ("InProgress", True),
        ("finalizing", True),
        ("cancelling", True),
        ("Submitted", True),
        ("Scheduled", True),
        ("Stopping", True),
        ("Validating", True),
        ("completed", False),
        ("Completed", False),
        ("failed", False),
        ("expired", False),
        ("Stopped", False),
        ("PartiallyCompleted", False),
    ],
)
def test_a_batch_is_open_until_it_has_ended_however_its_status_is_spelt(status, waits):
    said = judged("gateway-open-batches", open_batches(3, status)).detail
    assert said.endswith(f": {3 if waits else 0}")


def test_from_ten_open_batches_on_an_unknown_cap_is_doubted():
    assert not judged("gateway-open-batches", open_batches(9)).caveat
    assert "no cap" in judged("gateway-open-batches", open_batches(10)).caveat


def test_one_batch_below_the_cap_fits_and_at_the_cap_none_does(tmp_path):
    tables = tmp_path / "tables.toml"
    tables.write_text("gateway.max_open_batches = 3")
    yours.use(str(tables))
    fits = judged("gateway-open-batches", open_batches(2))
    assert isinstance(fits, Passed)
    assert ": 2 of 3 (by your tables" in fits.detail
    assert isinstance(judged("gateway-open-batches", open_batches(3)), Failed)
    tables.write_text("gateway.max_open_batches = 0")
    yours.use(str(tables))
    assert isinstance(judged("gateway-open-batches", open_batches(0)), Failed)


@pytest.mark.parametrize("status", [201, 404, 503])
def test_without_a_list_it_is_not_known_how_many_are_open(status):
    unknown = judged("gateway-open-batches", open_batches(0, answered=status))
    assert isinstance(unknown, Unknown)
    assert f"HTTP {status}" in unknown.reason


@pytest.mark.parametrize(
    ("status", "said"),
    [("InProgress", "in_progress"), ("in_progress", "in_progress"), ("Failed", "failed")],
)
def test_a_status_is_spelt_as_openai_does(status, said):
    assert spelt(status) == said
