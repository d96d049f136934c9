"""Whose a 401 is: the gateway's about the key, or the provider's about the gateway.

The status is the same, and a gateway passes the provider's answer on as it is. Sentences tell them
apart: those that a provider is known to say, whole. One word does not: a gateway speaks of tenants,
of signatures and of sign-in with Google too.
"""

import re
from enum import Enum, auto

from preflight.checks.gateway_words import OK, UNAUTHORIZED
from preflight.contract import AzureOpenAI, Bedrock, OpenAI, VertexAI
from preflight.seams import GatewayAnswer, GatewayApi, LookError, Route

_SENTENCES = {
    OpenAI: (
        r"platform\.openai\.com/",
        r"incorrect api key provided: sk-",
    ),
    AzureOpenAI: (
        r"invalid subscription key or wrong api endpoint",
        r"access token (is missing, invalid, audience is incorrect|has wrong (issuer|audience))",
        r"token tenant \S+ does not match resource tenant",
        r"\bAADSTS\d{4,}\b",
        r"key based authentication is disabled for this resource",
    ),
    VertexAI: (
        r"expected oauth ?2 access token",
        r"\binvalid_grant\b",
        r"\.gserviceaccount\.com\b",
        r"developers\.google\.com/identity",
    ),
    Bedrock: (
        r"the security token included in the request is (invalid|expired)",
        r"the request signature we calculated does not match",
        r"the aws access key id you provided does not exist",
        r"is not authorized to perform: [a-z0-9-]+:[a-z]+",
        r"\barn:aws[a-z-]*:",
    ),
}
"""How each provider words refused credentials, in its public error texts of 2026-10."""

PERIMETER = re.compile(
    r"vpcServiceControlsUniqueIdentifier|prohibited by organization.?s policy", re.IGNORECASE
)
"""How Google says that a perimeter of VPC Service Controls keeps a request out. No role helps."""

_OF = {
    kind: re.compile("|".join(sentences), re.IGNORECASE) for kind, sentences in _SENTENCES.items()
}


class Whose(Enum):
    """Whose refusal it is."""

    GATEWAY = auto()
    PROVIDER = auto()
    NOBODY_KNOWS = auto()


def whose(route: Route, answer: GatewayAnswer, gateway: GatewayApi) -> Whose:
    """Whose the 401 on a list of batches is.

    The gateway answers its list of models itself: where that is refused too, it is the key that is
    refused, whatever the words. Some gateways show that list to anybody, so that it alone does not
    clear the key.
    """
    try:
        own = gateway.models(route).status
    except LookError:
        own = 0
    if own == UNAUTHORIZED:
        return Whose.GATEWAY
    if _OF[type(route)].search(f"{answer.code} {answer.message}"):
        return Whose.PROVIDER
    return Whose.NOBODY_KNOWS if own == OK else Whose.GATEWAY
