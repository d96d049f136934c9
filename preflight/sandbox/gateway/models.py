"""The gateway's catalog, and what is not in it: a virtual model runs on no one provider."""

from collections.abc import Container, Iterable, Mapping
from typing import Any

from preflight.sandbox.accounts import (
    AzureAccount,
    BedrockAccount,
    OpenAIAccount,
    ProviderAccount,
    VertexAccount,
)
from preflight.sandbox.aws.models import MODELS as AMAZONS
from preflight.sandbox.azure.offer import OFFERS
from preflight.sandbox.gateway.refusal import BAD_REQUEST, Refusal
from preflight.sandbox.gcp.regions import MODELS as GOOGLES
from preflight.sandbox.upstream.service import MODELS as OPENAIS

CATALOG: Mapping[type, tuple[str, ...]] = {
    OpenAIAccount: tuple(OPENAIS),
    AzureAccount: tuple(dict.fromkeys(offer.model for offer in OFFERS)),
    VertexAccount: tuple(GOOGLES),
    BedrockAccount: tuple(model.id for model in AMAZONS),
}
"""The models registered with a provider account, by the kind of account."""


def catalog(
    accounts: Iterable[ProviderAccount], unregistered: Container[str] = ()
) -> dict[str, Any]:
    """OpenAI's list of models: `account/model` for each account, but for the unregistered."""
    rows = [
        {"id": f"{account.name}/{model}", "object": "model", "created": 0, "owned_by": account.name}
        for account in accounts
        for model in CATALOG[type(account)]
        if model not in unregistered
    ]
    return {"object": "list", "data": rows}


def refuse_virtual(names: Iterable[str], accounts: Iterable[str]) -> None:
    """Refuse a model of an account that is no provider account.

    A catalog id of a provider account is let through unchanged: what is not a model there, the
    provider refuses. ARNs and resource names hold slashes of their own.

    Raises:
        Refusal: 400 for the first virtual model, by name.
    """
    known = set(accounts)
    for name in sorted(names):
        account, slash, model = name.partition("/")
        if slash and "/" not in model and not name.startswith("arn:") and account not in known:
            raise Refusal(
                BAD_REQUEST,
                f"{name} is a virtual model: batch jobs run on one provider, so routing does not "
                "apply to them; pass a catalog id such as openai-main/gpt-4o-mini",
                "virtual_model_not_supported",
                "model",
            )


def provider_model(name: str, account: str) -> str:
    """The provider's own name of a model given as this account's catalog id."""
    return name.removeprefix(f"{account}/")
