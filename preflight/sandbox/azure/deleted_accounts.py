"""Accounts that were deleted: Azure keeps each with its name for 48 hours, to be recovered."""

from http import HTTPStatus

from preflight.sandbox.azure.groups import region
from preflight.sandbox.azure.names import account_id, subscription_id
from preflight.sandbox.azure.resources import Answer, ArmError, Call, Resource, World, listed

DELETED_KIND = "Microsoft.CognitiveServices/locations/resourceGroups/deletedAccounts"


def held(world: World, resource_id: str, *, restore: bool) -> Resource | None:
    """The deleted account of that id, where it is to be restored; None where there is none.

    Raises ArmError where there is one, and nobody said that it is to be restored.
    """
    found = world.deleted.get(resource_id.lower())
    if found is None:
        return None
    if not restore:
        message = (
            f"An existing resource with ID '{found['id']}' has been soft-deleted. To restore the "
            "resource, you must specify 'restore' to be 'true' in the property. If you don't want "
            "to restore existing resource, please purge it first."
        )
        raise ArmError(HTTPStatus.CONFLICT, "FlagMustBeSetForRestore", message)
    return world.deleted.pop(resource_id.lower())


def get_deleted(world: World, call: Call) -> Answer:
    """One deleted account."""
    return HTTPStatus.OK, _shown(_deleted_in(world, call))


def list_deleted(world: World, _call: Call) -> Answer:
    """All deleted accounts of the subscription."""
    return listed([_shown(one) for one in world.deleted.values()])


def purge(world: World, call: Call) -> Answer:
    """Delete it for good: its name is free again."""
    del world.deleted[_deleted_in(world, call)["id"].lower()]
    return HTTPStatus.OK, None


def _deleted_in(world: World, call: Call) -> Resource:
    """The deleted account in the call's path. Raises ArmError."""
    found = world.deleted.get(_id(call).lower())
    if found is None or found["location"] != region(call["location"]):
        message = f"The deleted account '{call['account']}' could not be found."
        raise ArmError(HTTPStatus.NOT_FOUND, "ResourceNotFound", message)
    return found


def _id(call: Call) -> str:
    return account_id(call["subscription"], call["group"], call["account"])


def _shown(one: Resource) -> Resource:
    _, _, subscription, _, group, *_, name = one["id"].split("/")
    place = f"{subscription_id(subscription)}/providers/Microsoft.CognitiveServices/locations"
    path = f"{place}/{one['location']}/resourceGroups/{group}/deletedAccounts/{name}"
    return {**one, "id": path, "type": DELETED_KIND}
