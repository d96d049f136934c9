"""The sandbox's gateway knows the providers: as whom it acts at each."""

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from preflight.sandbox.accounts import (
    AzureAccount,
    BedrockAccount,
    OpenAIAccount,
    ProviderAccount,
    VertexAccount,
)
from preflight.sandbox.gcp.federation import gateway_token
from preflight.sandbox.loopback import asking
from preflight.sandbox.sandbox import Sandbox


def accounts(
    sandbox: Sandbox, clouds: Mapping[str, Any], settings: Mapping[str, object] | None = None
) -> Iterator[ProviderAccount]:
    """As whom the gateway acts at each provider: what its administrator would register.

    An external id, which no stack promises, is that of the stack's settings.
    """
    promises = sandbox.promises
    for openai in _each_once(promises.openai):
        upstream = clouds["openai"]
        yield OpenAIAccount(openai.provider_name, upstream.base_url, upstream.api_key)
    for azure in _each_once(promises.azure):
        arm = sandbox.env["PREFLIGHT_ARM_ENDPOINT"]
        token = _token(arm, "principal_id", azure.gateway_principal_id)
        endpoint = f"{arm}/accounts/{azure.account}"
        yield AzureAccount(azure.provider_name, endpoint, token)
    for vertex in _each_once(promises.vertex):
        google = sandbox.env["PREFLIGHT_GOOGLE_ENDPOINT"]
        account = partial(VertexAccount, vertex.provider_name, google, vertex.project)
        if vertex.federation is None:
            yield account(_token(google, "email", vertex.gateway_service_account))
        else:
            yield account(partial(gateway_token, sandbox.env, vertex, clouds["vertex"].issuer))
    for bedrock in _each_once(promises.bedrock):
        aws = clouds["bedrock"]
        yield BedrockAccount(
            bedrock.provider_name,
            bedrock.region,
            aws.gateway_keys.access_key_id,
            aws.gateway_keys.secret_access_key,
            # A user acts as itself.
            "" if ":user/" in bedrock.gateway_principal_arn else bedrock.gateway_principal_arn,
            aws.aws_endpoint,
            aws.bedrock_endpoint,
            str((settings or {}).get("gatewayAwsExternalId", "")),
        )


def _each_once(targets: tuple[Any, ...]) -> Iterator[Any]:
    """Several targets may go through one account at the gateway, which is registered once."""
    yield from {target.provider_name: target for target in reversed(targets)}.values()


def _token(cloud: str, name: str, value: str) -> str:
    with asking() as client:
        answer = client.post(f"{cloud}/sandbox/tokens", json={name: value})
    return str(answer.raise_for_status().json()["access_token"])
