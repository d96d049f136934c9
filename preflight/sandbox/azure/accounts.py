"""Cognitive Services accounts of the kind that serves Azure OpenAI."""

import re
import uuid
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from preflight.sandbox.azure.deleted_accounts import held
from preflight.sandbox.azure.groups import group_of, region
from preflight.sandbox.azure.names import ACCOUNT_KIND, TENANT, account_id, subscription_id
from preflight.sandbox.azure.resources import (
    Answer,
    ArmError,
    Call,
    Resource,
    World,
    bad,
    listed,
    not_found,
)

KINDS = ("OpenAI", "AIServices")
_SUBDOMAIN = re.compile(r"[a-z0-9]([a-z0-9-]{0,62}[a-z0-9])?", re.IGNORECASE)


def put_account(world: World, call: Call) -> Answer:
    """Create or update an account."""
    group = group_of(world, call)
    kind = call.body.get("kind")
    if kind not in KINDS:
        raise bad("InvalidApiSetId", f"The account type '{kind}' is either invalid or unavailable.")
    if (call.body.get("sku") or {}).get("name") != "S0":
        raise bad("InvalidResourceProperties", "The sku of the account must be 'S0'.")
    resource_id = account_id(call["subscription"], group["name"], call["account"])
    location = region(call.body.get("location"))
    properties = dict(call.body.get("properties") or {})
    if (
        again := held(world, resource_id, restore=bool(properties.pop("restore", False)))
    ) is not None:
        return world.put(again)
    before = world.find(resource_id)
    subdomain = properties.get("customSubDomainName")
    _check_subdomain(world, subdomain, before)
    place = f"accounts/{subdomain}" if subdomain else f"regions/{location}"
    shape = {
        "id": before["id"] if before else resource_id,
        "name": call["account"],
        "type": ACCOUNT_KIND,
        "location": location,
        "kind": kind,
        "sku": {"name": "S0"},
        "tags": call.body.get("tags") or {},
        "etag": f'"{uuid.uuid4()}"',
        "identity": _identity(world, resource_id, call.body.get("identity")),
        "properties": {
            "publicNetworkAccess": "Enabled",
            "disableLocalAuth": False,
            **properties,
            "customSubDomainName": subdomain,
            "endpoint": f"{call.origin}/{place}/",
            "internalId": before["properties"]["internalId"] if before else uuid.uuid4().hex,
            "provisioningState": "Succeeded",
        },
    }
    return world.put(shape)


def get_account(world: World, call: Call) -> Answer:
    """One account."""
    return HTTPStatus.OK, account_in(world, call)


def list_accounts(world: World, call: Call) -> Answer:
    """The accounts of a resource group, or of the whole subscription."""
    if "group" in call.names:
        return listed(world.children(group_of(world, call)["id"], ACCOUNT_KIND))
    return listed(world.children(subscription_id(call["subscription"]), ACCOUNT_KIND))


def delete_account(world: World, call: Call) -> Answer:
    """Delete an account and its deployments; the account and its name are kept for a while."""
    group = group_of(world, call)
    return world.delete(account_id(call["subscription"], group["name"], call["account"]))


def account_in(world: World, call: Call) -> Resource:
    """The account in the call's path. Raises ArmError."""
    group = group_of(world, call)
    found = world.find(account_id(call["subscription"], group["name"], call["account"]))
    if found is None:
        raise not_found(ACCOUNT_KIND, call["account"], group["name"])
    return found


def _check_subdomain(world: World, subdomain: object, before: Resource | None) -> None:
    """It is unique in the world, and stays what it is."""
    old = before["properties"]["customSubDomainName"] if before else None
    if old and subdomain != old:
        raise bad(
            "CustomSubDomainNameChanged", "The custom subdomain cannot be changed or removed."
        )
    if not subdomain or subdomain == old:
        return
    if not isinstance(subdomain, str) or not _SUBDOMAIN.fullmatch(subdomain):
        raise bad("InvalidCustomSubDomainName", f"'{subdomain}' is no valid custom subdomain.")
    if world.account_of(subdomain) or world.deleted_account_of(subdomain):
        message = f"The subdomain name '{subdomain}' is not available as it's already used."
        raise ArmError(HTTPStatus.CONFLICT, "CustomDomainInUse", message)


def _identity(
    world: World, resource_id: str, asked: Mapping[str, Any] | None
) -> dict[str, Any] | None:
    """The account's own identity, where one was asked for: always the same for the same account."""
    kind = (asked or {}).get("type", "None")
    if "SystemAssigned" not in kind:
        return {"type": kind} if asked else None
    principal = str(uuid.uuid5(uuid.NAMESPACE_URL, resource_id.lower()))
    world.directory.add(principal)
    return {"type": kind, "principalId": principal, "tenantId": TENANT}
