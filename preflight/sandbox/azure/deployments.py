"""Model deployments, and the quota they take."""

import uuid
from http import HTTPStatus

from preflight.sandbox.azure.accounts import account_in
from preflight.sandbox.azure.groups import region
from preflight.sandbox.azure.names import DEPLOYMENT_KIND
from preflight.sandbox.azure.offer import SKUS, Offer, find, offered, quota_name
from preflight.sandbox.azure.resources import (
    Answer,
    Call,
    Resource,
    World,
    bad,
    listed,
    not_found,
)


def put_deployment(world: World, call: Call) -> Answer:
    """Create or update a deployment."""
    account = account_in(world, call)
    sku = dict(call.body.get("sku") or {})
    name, capacity = sku.get("name"), sku.get("capacity", 1)
    if name not in SKUS:
        raise bad("InvalidResourceProperties", f"The specified SKU '{name}' is not supported.")
    if not isinstance(capacity, int) or isinstance(capacity, bool) or capacity < 1:
        raise bad("InvalidCapacity", "The capacity should be a positive integer.")
    properties = dict(call.body.get("properties") or {})
    offer = _offer(world, properties.get("model") or {}, name, account["location"])
    deployment_id = f"{account['id']}/deployments/{call['deployment']}"
    _check_quota(world, deployment_id, account["location"], offer, (name, capacity))
    shape = {
        "id": deployment_id,
        "name": call["deployment"],
        "type": DEPLOYMENT_KIND,
        "sku": {"name": name, "capacity": capacity},
        "tags": call.body.get("tags") or {},
        "etag": f'"{uuid.uuid4()}"',
        "properties": {
            "versionUpgradeOption": "OnceNewDefaultVersionAvailable",
            "raiPolicyName": "Microsoft.DefaultV2",
            **properties,
            "model": {"format": "OpenAI", "name": offer.model, "version": offer.version},
            "provisioningState": "Succeeded",
        },
    }
    return world.put(shape)


def get_deployment(world: World, call: Call) -> Answer:
    """One deployment."""
    return HTTPStatus.OK, _deployment_in(world, call)


def list_deployments(world: World, call: Call) -> Answer:
    """The deployments of an account."""
    return listed(world.children(account_in(world, call)["id"], DEPLOYMENT_KIND))


def delete_deployment(world: World, call: Call) -> Answer:
    """Delete a deployment."""
    return world.delete(f"{account_in(world, call)['id']}/deployments/{call['deployment']}")


def list_usages(world: World, call: Call) -> Answer:
    """Each quota of a region: how much is taken and how much there is."""
    location = region(call["location"])
    rows = []
    for (model, sku), limit in _quotas(location).items():
        name = {"value": quota_name(model, sku), "localizedValue": f"{model} - {sku}"}
        taken = sum(_taken(world, location, model, sku).values())
        rows.append({"name": name, "currentValue": taken, "limit": limit, "unit": "Count"})
    return listed(rows)


def _deployment_in(world: World, call: Call) -> Resource:
    account = account_in(world, call)
    found = world.find(f"{account['id']}/deployments/{call['deployment']}")
    if found is None:
        names = f"{account['name']}/{call['deployment']}"
        raise not_found(DEPLOYMENT_KIND, names, call["group"])
    return found


def _offer(world: World, model: Resource, sku: str, location: str) -> Offer:
    """The offer for a model. Raises ArmError where it is not to be had so and there."""
    name, version = model.get("name"), model.get("version")
    found = find(str(name), version) if model.get("format") == "OpenAI" else None
    if found is None or found.model in world.withdrawn:
        message = (
            f"The model 'Format: {model.get('format')}, Name: {name}, Version: {version}' of "
            "account deployment is not supported."
        )
        raise bad("DeploymentModelNotSupported", message)
    if not found.quota(sku, location) or f"{found.model}/{sku}" in world.withdrawn:
        message = (
            f"The specified SKU '{sku}' for model '{name} {found.version}' is not supported in "
            f"this region '{location}'."
        )
        raise bad("InvalidResourceProperties", message)
    return found


def _quotas(location: str) -> dict[tuple[str, str], int]:
    """(model, kind) -> the quota. The versions of a model share it."""
    rows = offered(location)
    return {(offer.model, sku): quota for offer, kinds in rows for sku, quota in kinds.items()}


def _taken(world: World, location: str, model: str, sku: str) -> dict[str, int]:
    """The deployments that take from a quota: id -> capacity."""
    found = {}
    for one in world.resources.values():
        if one["type"] != DEPLOYMENT_KIND or one["sku"]["name"] != sku:
            continue
        account = world.find(one["id"].rpartition("/deployments/")[0])
        here = account is not None and account["location"] == location
        if here and one["properties"]["model"]["name"] == model:
            found[one["id"].lower()] = int(one["sku"]["capacity"])
    return found


def _check_quota(
    world: World, deployment_id: str, location: str, offer: Offer, asked: tuple[str, int]
) -> None:
    """Raises ArmError where the capacity is more than is left of the quota."""
    sku, capacity = asked
    limit = offer.quota(sku, location)
    taken = _taken(world, location, offer.model, sku)
    taken.pop(deployment_id.lower(), None)
    used = sum(taken.values())
    if used + capacity > limit:
        quota = f"{offer.model} - {sku}"
        message = (
            f"This operation require {capacity} new capacity in quota {quota}, which is bigger "
            f"than the current available capacity {limit - used}. The current quota usage is "
            f"{used} and the quota limit is {limit} for quota {quota}."
        )
        raise bad("InsufficientQuota", message)
