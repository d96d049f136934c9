"""How a workload outside Google Cloud comes by a service account's token: in two exchanges."""

from typing import Any

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
    import httpx2  # noqa: PLC0415 - start-up stays instant

    with httpx2.Client(base_url=endpoint, trust_env=False) as client:
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


def _told(answer: Any) -> dict[str, Any]:
    body: dict[str, Any] = answer.json()
    if answer.is_success:
        return body
    error = body.get("error")
    words = error["message"] if isinstance(error, dict) else body.get("error_description", error)
    raise ExchangeRefused(str(words))
