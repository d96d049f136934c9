"""The gateway's role exchanged for another, or put elsewhere; the account closed to the public."""

import uuid
from collections.abc import Callable, Mapping

from preflight.contract import AzureOpenAI
from preflight.sandbox.azure.breakages import remove_role
from preflight.sandbox.azure.existing import GATEWAYS
from preflight.sandbox.azure.names import group_id, subscription_id
from preflight.sandbox.azure.operator import (
    AUTHORIZATION,
    COGNITIVE,
    Arm,
    account_path,
    deployment_path,
)
from preflight.sandbox.azure.roles import ROLES

Break = Callable[[Mapping[str, str], AzureOpenAI], None]

_GUIDS = {role.name: guid for guid, role in ROLES.items()}


def has_role(name: str, scope: str = "account") -> Break:
    """The gateway has this built-in role and no other, on the account, its group or all."""

    def apply(env: Mapping[str, str], promised: AzureOpenAI) -> None:
        remove_role(env, promised)
        assign(env, promised, name, scope)

    return apply


def assign(
    env: Mapping[str, str],
    promised: AzureOpenAI,
    name: str,
    scope: str,
    *,
    principal: str = "",
    kind: str = "ServicePrincipal",
) -> None:
    """Assign a built-in role, by default to the gateway.

    `scope` is "account", "group", "subscription", or an ARM id.
    """
    places = {
        "account": account_path(promised),
        "group": group_id(promised.subscription_id, promised.resource_group),
        "subscription": subscription_id(promised.subscription_id),
    }
    definitions = f"{places['subscription']}/providers/Microsoft.Authorization/roleDefinitions"
    properties = {
        "roleDefinitionId": f"{definitions}/{_GUIDS[name]}",
        "principalId": principal or promised.gateway_principal_id,
        "principalType": kind,
    }
    path = f"{places.get(scope, scope)}/providers/Microsoft.Authorization/roleAssignments"
    Arm(env).put(f"{path}/{uuid.uuid4()}", AUTHORIZATION, {"properties": properties})


def through_group(env: Mapping[str, str], promised: AzureOpenAI) -> None:
    """The gateway's role is that of a group that it is a member of."""
    remove_role(env, promised)
    assign(
        env,
        promised,
        "Cognitive Services OpenAI Contributor",
        "account",
        principal=GATEWAYS,
        kind="Group",
    )


def account_with(**properties: object) -> Break:
    """The account has these properties from now on."""

    def apply(env: Mapping[str, str], promised: AzureOpenAI) -> None:
        arm, path = Arm(env), account_path(promised)
        before = arm.get(path, COGNITIVE)
        kept = {key: before[key] for key in ("kind", "location", "sku", "tags", "identity")}
        names = ("publicNetworkAccess", "disableLocalAuth", "customSubDomainName")
        told = {name: before["properties"][name] for name in names}
        arm.put(path, COGNITIVE, {**kept, "properties": told | properties})

    return apply


def other_kind(env: Mapping[str, str], promised: AzureOpenAI) -> None:
    """The deployment is of the data zone's batch kind instead of the promised one."""
    arm, path = Arm(env), deployment_path(promised)
    before = arm.get(path, COGNITIVE)
    arm.delete(path, COGNITIVE)
    arm.put(path, COGNITIVE, {**before, "sku": {**before["sku"], "name": "DataZoneBatch"}})
