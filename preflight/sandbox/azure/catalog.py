"""The lists of models that may be deployed: of a region, and of an account in it."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from preflight.sandbox.azure.accounts import account_in
from preflight.sandbox.azure.groups import region
from preflight.sandbox.azure.offer import offered, quota_name
from preflight.sandbox.azure.resources import Answer, Call, Resource, World, listed

_A_YEAR = timedelta(days=365)


def of_region(world: World, call: Call) -> Answer:
    """The models of a region, each with the kinds of deployment it may have there."""
    found = _models(world, region(call["location"]))
    return listed([{"kind": "OpenAI", "skuName": "S0", "model": model} for model in found])


def of_account(world: World, call: Call) -> Answer:
    """The models of an account: those of its region."""
    return listed(list(_models(world, account_in(world, call)["location"])))


def retire(world: World, days: dict[str, str]) -> None:
    """Announce ends: model -> ISO date."""
    with world.lock:
        world.retiring.update(days)


def withdraw(world: World, names: list[str]) -> None:
    """Offer these no more: models, or models with one type of deployment."""
    with world.lock:
        world.withdrawn.update(names)


def _models(world: World, location: str) -> Iterator[Resource]:
    usual = f"{datetime.now(UTC) + _A_YEAR:%Y-%m-%d}"
    for offer, kinds in offered(location):
        if offer.model in world.withdrawn:
            continue
        ends = f"{world.retiring.get(offer.model, usual)}T00:00:00Z"
        skus: list[dict[str, Any]] = [
            {
                "name": sku,
                "usageName": quota_name(offer.model, sku),
                "capacity": {"minimum": 1, "maximum": quota, "default": 1},
                "deprecationDate": ends,
            }
            for sku, quota in kinds.items()
            if f"{offer.model}/{sku}" not in world.withdrawn
        ]
        yield {
            "format": "OpenAI",
            "name": offer.model,
            "version": offer.version,
            "lifecycleStatus": "GenerallyAvailable",
            "deprecation": {"inference": ends},
            "skus": skus,
        }
