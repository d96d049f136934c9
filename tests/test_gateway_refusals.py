"""A 401 of the gateway's own, and one that it passes on: told apart, or said not to be."""

import pytest
from test_checks_gateway import ROUTES, Asked

from preflight.checks.gateway import key
from preflight.checks.gateway_refusals import Whose, whose
from preflight.outcomes import Failed, Passed, Unknown
from preflight.seams import GatewayAnswer, Unreachable

NO_LIST = GatewayAnswer(404, "", "Cannot GET /models")
LIST = GatewayAnswer(200, models=("openai-main/gpt-4o-mini",))
REFUSED = GatewayAnswer(401, "", "no")

OF_PROVIDERS = [
    (
        "openai",
        (
            "Incorrect API key provided: sk-proj-***. You can find your API key at "
            "https://platform.openai.com/account/api-keys."
        ),
    ),
    ("openai", "Incorrect API key provided: sk-***."),
    ("openai", "Obtain an API key from https://platform.openai.com/account/api-keys."),
    (
        "azure",
        (
            "Access denied due to invalid subscription key or wrong API endpoint. Make sure to "
            "provide a valid key for an active subscription and use a correct regional API "
            "endpoint for your resource."
        ),
    ),
    (
        "azure",
        (
            "Unauthorized. Access token is missing, invalid, audience is incorrect "
            "(https://cognitiveservices.azure.com), or have expired."
        ),
    ),
    ("azure", "Token tenant 7a1b does not match resource tenant."),
    ("azure", "AADSTS7000215: Invalid client secret provided."),
    ("azure", "Key based authentication is disabled for this resource."),
    (
        "vertex",
        (
            "Request had invalid authentication credentials. Expected OAuth 2 access token, login "
            "cookie or other valid authentication credential."
        ),
    ),
    ("vertex", "('invalid_grant: Invalid JWT Signature.', {'error': 'invalid_grant'})"),
    ("vertex", "Account gateway@a-project.iam.gserviceaccount.com is disabled."),
    ("vertex", "See https://developers.google.com/identity/sign-in/web/devconsole-project."),
    ("bedrock", "The security token included in the request is expired"),
    ("bedrock", "The request signature we calculated does not match the signature you provided."),
    ("bedrock", "The AWS Access Key Id you provided does not exist in our records."),
    ("bedrock", "User: x is not authorized to perform: bedrock:ListModelInvocationJobs"),
    ("bedrock", "arn:aws-us-gov:iam::123456789012:role/gateway has no credentials"),
]
OF_GATEWAYS = [
    "Invalid JWT signature",
    "jwt audience invalid. expected: gateway",
    "tenant not found",
    "The API key is not of tenant acme",
    "Sign in with Google to get a key: https://console.example.com",
    "Authentication Error, Invalid proxy server token passed. key=tfy-***, not found in db.",
    "Invalid API Key. Error Code: 03",
    "Incorrect API key provided: tfy-***",
    "No such virtual key in the AWS region of this gateway",
    "Unauthorized",
    "",
]


class World(Asked):
    def __init__(self, message, models):
        super().__init__(answer=models)
        self.message = message

    def batches(self, route):
        return GatewayAnswer(401, "401", self.message)

    def models(self, route):
        if self.answer is None:
            raise Unreachable("http://gateway", "nothing", "try again")
        return self.answer


@pytest.mark.parametrize("models", [LIST, NO_LIST, None], ids=["a list", "none", "no answer"])
@pytest.mark.parametrize(("provider", "message"), OF_PROVIDERS)
def test_a_providers_own_sentence_clears_the_key(provider, message, models):
    world = World(message, models)
    assert isinstance(key(ROUTES[provider], world), Passed)
    assert whose(ROUTES[provider], world.batches(None), world) is Whose.PROVIDER


@pytest.mark.parametrize("models", [REFUSED, NO_LIST, None], ids=["refused", "none", "no answer"])
@pytest.mark.parametrize("provider", ROUTES)
@pytest.mark.parametrize("message", OF_GATEWAYS)
def test_a_gateways_own_words_are_about_the_key(message, provider, models):
    refused = key(ROUTES[provider], World(message, models))
    assert isinstance(refused, Failed)
    assert message in refused.problem


@pytest.mark.parametrize(("provider", "message"), OF_PROVIDERS)
def test_a_key_that_may_not_even_list_models_is_refused_in_whatever_words(provider, message):
    assert isinstance(key(ROUTES[provider], World(message, REFUSED)), Failed)


@pytest.mark.parametrize("message", OF_GATEWAYS)
def test_a_list_of_models_that_anybody_may_see_does_not_clear_the_key(message):
    doubtful = key(ROUTES["bedrock"], World(message, LIST))
    assert isinstance(doubtful, Unknown)
    assert "TFY_API_KEY" in doubtful.needs
    assert "bedrock-main" in doubtful.needs


def test_another_providers_sentence_says_nothing_of_this_one():
    elsewhere = World("The security token included in the request is invalid.", NO_LIST)
    assert isinstance(key(ROUTES["vertex"], elsewhere), Failed)
