"""The gateway: it answers, takes the key, knows the provider account, and reaches its batch API."""

import re

from preflight.checks.azure_api import api_version
from preflight.checks.gateway_limits import key_lifetime, model, open_batches
from preflight.checks.gateway_refusals import PERIMETER, Whose, whose
from preflight.checks.gateway_words import (
    BAD_REQUEST,
    FORBIDDEN,
    NOT_FOUND,
    OK,
    SERVER_FAULT,
    TOO_MANY,
    UNAUTHORIZED,
    UNPROCESSABLE,
    quoted,
)
from preflight.checks.remedies import instead
from preflight.contract import AzureOpenAI, Bedrock, OpenAI
from preflight.outcomes import Answer, Check, Failed, Passed, Unknown, check
from preflight.permissions import Identity
from preflight.seams import NOT_THE_GATEWAY, GatewayAnswer, GatewayApi, Route

_NO_IDENTITY = re.compile(
    r"sts:AssumeRole|SignatureDoesNotMatch|InvalidClientTokenId|InvalidAccessKeyId|ExpiredToken"
)
"""How AWS says, with a 403, that the gateway is nobody there: no check of rights sees it."""

_ABOUT_AN_ACCOUNT = re.compile(
    r"provider[\s_-]?account|integration|x-tfy-provider-name|provider[\s_-]?name", re.IGNORECASE
)


def _with_another_account(route: Route) -> str:
    """How the stack's settings name another provider account for the route."""
    new = "<a registered name>"
    if isinstance(route, AzureOpenAI | Bedrock):
        key = "azureProviderNames" if isinstance(route, AzureOpenAI) else "bedrockProviderNames"
        return instead(key, route.provider_name, new)
    key = "openaiProviderName" if isinstance(route, OpenAI) else "vertexProviderName"
    return f"pulumi config set {key} {new}; then pulumi up"


@check("gateway-reachable", "The gateway answers", gate=True)
def reachable(promised: Route, gateway: GatewayApi) -> Answer:
    """All calls go through the gateway. A wrong address is often a web page that answers 200."""
    answer = gateway.batches(promised)
    if answer.code == NOT_THE_GATEWAY:
        return Failed(
            f"the gateway's address is not the gateway's: HTTP {answer.status}, {answer.message}",
            "pulumi config set gatewayUrl <the gateway's base URL>; then pulumi up",
        )
    return Passed(f"HTTP {answer.status}")


@check("gateway-key", "The gateway takes the key in TFY_API_KEY", gate=True)
def key(promised: Route, gateway: GatewayApi) -> Answer:
    """A wrong or expired key stops every call. A provider's 401 is passed on as it is, too.

    The status is the same, so the two are told apart by the provider's own sentences, and by
    whether the gateway shows its list of models, which no provider answers.
    """
    answer = gateway.batches(promised)
    owner = whose(promised, answer, gateway) if answer.status == UNAUTHORIZED else None
    if owner is Whose.GATEWAY:
        return Failed(
            f"the gateway refuses the key in TFY_API_KEY: {quoted(answer)}",
            "export TFY_API_KEY with a valid key of this gateway",
        )
    if owner is Whose.NOBODY_KNOWS:
        return Unknown(
            f"a list of models, and no list of batches: {quoted(answer)}. Who says so, the gateway "
            "of the key or the provider of the gateway, its words do not tell",
            "a key in TFY_API_KEY that may use batches; or the credentials of provider account "
            f"{promised.provider_name} renewed at the gateway",
        )
    return Passed("not refused")


@check("gateway-provider-account", "The gateway knows the provider account", gate=True)
def provider_account(promised: Route, gateway: GatewayApi) -> Answer:
    """The header x-tfy-provider-name must name an account registered at the gateway.

    A virtual model is none: a batch runs at one provider.
    """
    answer = gateway.batches(promised)
    name = promised.provider_name
    refused = answer.status in (BAD_REQUEST, FORBIDDEN, NOT_FOUND, UNPROCESSABLE)
    if refused and _ABOUT_AN_ACCOUNT.search(f"{answer.code} {answer.message}"):
        return Failed(
            f"the gateway does not let the key use provider account {name}: {quoted(answer)}",
            f"register {name} at the gateway, or {_with_another_account(promised)}",
        )
    return Passed(f"the gateway knows provider account {name}")


@check("gateway-batch-api", "The gateway reaches the provider's batch API", gate=True)
def batch_api(promised: Route, gateway: GatewayApi) -> Answer:
    """Chat may work where batches do not: other rights, other headers, another API version.

    So the batch path itself is asked: a list of batches, with the headers that the run will send.
    A right that the gateway lacks at the provider is for the provider's own checks to judge: they
    look at each one, and the list needs only one.
    """
    answer = gateway.batches(promised)
    name = promised.provider_name
    if answer.status == OK:
        return Passed(f"the gateway lists the batches of {name}: {len(answer.batches)}")
    if answer.status == TOO_MANY or answer.status >= SERVER_FAULT:
        return Unknown(
            f"no list of batches from {name}: {quoted(answer)}",
            f"another try; if it stays, the gateway's log for provider account {name}",
        )
    if isinstance(promised, OpenAI) and answer.status in (UNAUTHORIZED, FORBIDDEN):
        return Unknown(f"OpenAI refuses: {quoted(answer)}", "a key that openai-key passes")
    return _refused(promised, answer)


def _refused(promised: Route, answer: GatewayAnswer) -> Failed | Unknown:
    """The provider's refusal in its own words, and the change that answers it."""
    name = promised.provider_name
    who = f"{Identity.GATEWAY} (provider account {name})"
    if answer.status == UNAUTHORIZED:
        return Failed(
            f"the provider does not know {who}: {quoted(answer)}",
            f"renew the credentials of provider account {name} at the gateway",
        )
    if answer.status == FORBIDDEN:
        return _forbidden(name, who, answer)
    if answer.status == NOT_FOUND and isinstance(promised, AzureOpenAI):
        what = (
            f"Azure OpenAI finds no batch API of version {promised.api_version}: {quoted(answer)}"
        )
        if not isinstance(api_version(promised, None), Unknown):
            return Unknown(what, "account, subdomain and API version that pass the azure-* checks")
        return Failed(what, "pulumi config set azureApiVersion 2024-10-21; then pulumi up")
    return Failed(
        f"the gateway gives no list of batches for {name}: {quoted(answer)}",
        f"repair what this text names in provider account {name} at the gateway",
    )


def _forbidden(name: str, who: str, answer: GatewayAnswer) -> Failed | Unknown:
    """Whether it is the identity that is refused, where it comes from, or a right that it lacks."""
    if _NO_IDENTITY.search(f"{answer.code} {answer.message}"):
        return Failed(
            f"the gateway comes by no identity at the provider: {quoted(answer)}",
            f"correct keys, role or external id of provider account {name} at the gateway, or what "
            "the role's trust policy asks for",
        )
    if PERIMETER.search(answer.message):
        return Failed(
            f"a perimeter around the provider keeps {who} out, whatever its roles: "
            f"{quoted(answer)}",
            "have whoever keeps the organization's perimeters let the gateway's identity in, by an "
            "ingress rule: they find the request by the identifier in this text",
        )
    return Unknown(
        f"the provider does not let {who} list batches: {quoted(answer)}",
        "the right that this text names: the provider's own checks say who lacks which",
    )


CHECKS: tuple[Check, ...] = (
    reachable,
    key,
    key_lifetime,
    provider_account,
    model,
    batch_api,
    open_batches,
)
"""In order of asking and of reading."""

GATES: tuple[Check, ...] = (reachable, key, provider_account, batch_api)
"""What decides about all else that is asked of a provider through the gateway."""

SUITES: tuple[tuple[str, tuple[Check, ...]], ...] = (("gateway", CHECKS),)
"""For every provider's route."""
