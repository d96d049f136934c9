"""How a workload outside Google Cloud comes by a service account's token: in two exchanges."""

from collections.abc import Mapping
from typing import Any

from preflight.contract import VertexAI
from preflight.sandbox.gcp.client import Operator
from preflight.sandbox.gcp.issuer import Issuer
from preflight.sandbox.gcp.names import IAM_API
from preflight.sandbox.gcp.sts_api import EXCHANGE_PATH

_SCOPE = "https://www.googleapis.com/auth/cloud-platform"
_TYPE = "urn:ietf:params:oauth:token-type"


class ExchangeRefused(Exception):
    """Google gives no token. Its message is Google's own."""


def audience_of(provider: str) -> str:
    """The audience that a token must have by default. `provider` is the provider's name."""
    return f"https://{IAM_API}/{provider}"


def token_by_federation(endpoint: str, provider: str, subject_token: str, email: str) -> str:
    """A token of the service account, for a token of an issuer that Google is told to trust.

    Args:
        endpoint: where Google's APIs are.
        provider: `projects/NUMBER/locations/global/workloadIdentityPools/POOL/providers/PROVIDER`.
        subject_token: the issuer's token.
        email: the service account to act as.

    Raises:
        ExchangeRefused: one of the two exchanges is refused.
    """
    from preflight.sandbox.loopback import asking  # noqa: PLC0415 - start-up stays instant

    with asking(base_url=endpoint) as client:
        asked = {
            "grantType": "urn:ietf:params:oauth:grant-type:token-exchange",
            "audience": f"//{IAM_API}/{provider}",
            "scope": _SCOPE,
            "requestedTokenType": f"{_TYPE}:access_token",
            "subjectTokenType": f"{_TYPE}:jwt",
            "subjectToken": subject_token,
        }
        federated = _told(client.post(EXCHANGE_PATH, json=asked))["access_token"]
        answer = client.post(
            f"/v1/projects/-/serviceAccounts/{email}:generateAccessToken",
            json={"scope": [_SCOPE]},
            headers={"Authorization": f"Bearer {federated}"},
        )
        return str(_told(answer)["accessToken"])


def gateway_token(env: Mapping[str, str], promised: VertexAI, issuer: Issuer) -> str:
    """A token of the gateway's service account, that it gets by a token of its own issuer.

    The pool and the subject are those of the promise; the provider is the pool's first one.

    Args:
        env: the environment variables of whoever may look at the pool.
        promised: what the stack promises; its `federation` is set.
        issuer: the gateway's issuer.

    Raises:
        ExchangeRefused: Google gives it none.
        GoogleAPICallError: the pool cannot be looked at.
    """
    named = str(promised.federation).partition(f"{IAM_API}/")[2]
    pool, _, subject = named.partition("/subject/")
    listed = Operator(env).call("GET", f"/v1/{pool}/providers")["workloadIdentityPoolProviders"]
    if not listed:
        raise ExchangeRefused(f"{pool} has no provider")
    name = str(listed[0]["name"])
    audiences = listed[0]["oidc"].get("allowedAudiences") or [audience_of(name)]
    signed = issuer.token(subject, audiences[0])
    endpoint, email = env["PREFLIGHT_GOOGLE_ENDPOINT"], promised.gateway_service_account
    return token_by_federation(endpoint, name, signed, email)


def _told(answer: Any) -> dict[str, Any]:
    body: dict[str, Any] = answer.json()
    if answer.is_success:
        return body
    error = body.get("error")
    words = error["message"] if isinstance(error, dict) else body.get("error_description", error)
    raise ExchangeRefused(str(words))
