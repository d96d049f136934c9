"""Subscriptions and resource groups."""

from http import HTTPStatus

from preflight.sandbox.azure.names import (
    GROUP_KIND,
    SUBSCRIPTION,
    TENANT,
    group_id,
    subscription_id,
)
from preflight.sandbox.azure.offer import REGIONS
from preflight.sandbox.azure.resources import (
    Answer,
    ArmError,
    Call,
    Resource,
    World,
    bad,
    listed,
)


def get_subscription(_world: World, _call: Call) -> Answer:
    """The one subscription."""
    shape = {
        "id": subscription_id(SUBSCRIPTION),
        "subscriptionId": SUBSCRIPTION,
        "tenantId": TENANT,
        "displayName": "sandbox",
        "state": "Enabled",
    }
    return HTTPStatus.OK, shape


def put_group(world: World, call: Call) -> Answer:
    """Create or update a resource group."""
    location = region(call.body.get("location"))
    resource_id = group_id(call["subscription"], call["group"])
    shape = {
        "id": resource_id,
        "name": call["group"],
        "type": GROUP_KIND,
        "location": location,
        "tags": call.body.get("tags") or {},
        "properties": {"provisioningState": "Succeeded"},
    }
    return world.put(shape)


def get_group(world: World, call: Call) -> Answer:
    """One resource group."""
    return HTTPStatus.OK, group_of(world, call)


def list_groups(world: World, call: Call) -> Answer:
    """All resource groups."""
    return listed(world.children(subscription_id(call["subscription"]), GROUP_KIND))


def delete_group(world: World, call: Call) -> Answer:
    """Delete a resource group and all in it."""
    return world.delete(group_of(world, call)["id"])


def group_of(world: World, call: Call) -> Resource:
    """The resource group in the call's path. Raises ArmError."""
    found = world.find(group_id(call["subscription"], call["group"]))
    if found is None:
        message = f"Resource group '{call['group']}' could not be found."
        raise ArmError(HTTPStatus.NOT_FOUND, "ResourceGroupNotFound", message)
    return found


def region(location: object) -> str:
    """A location as Azure keeps it.

    Lower-case without blanks. Raises ArmError for none of its own.
    """
    if not location:
        raise bad("LocationRequired", "The location property is required for this definition.")
    name = str(location).replace(" ", "").lower()
    if name not in REGIONS:
        message = f"The provided location '{location}' is not available for the resource type."
        raise bad("LocationNotAvailableForResourceType", message)
    return name
