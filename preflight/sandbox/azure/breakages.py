"""One thing broken at a time, by real calls of the operator to Resource Manager.

Each takes the operator's environment variables and what the stack promised, and leaves all else as
it was.
"""

import uuid
from collections.abc import Mapping
from typing import Any

from preflight.contract import AzureOpenAI
from preflight.sandbox.azure.names import subscription_id
from preflight.sandbox.azure.offer import ONLINE_QUOTA
from preflight.sandbox.azure.operator import (
    AUTHORIZATION,
    COGNITIVE,
    Arm,
    account_path,
    deleted_path,
    deployment_path,
)
from preflight.sandbox.azure.roles import OPENAI_USER

_ASSIGNMENTS = "/providers/Microsoft.Authorization/roleAssignments"


def standard_deployment(env: Mapping[str, str], promised: AzureOpenAI) -> None:
    """The deployment is made anew as a Standard one: same name, same model."""
    arm = Arm(env)
    before = arm.get(deployment_path(promised), COGNITIVE)
    # The online quota is smaller: what it allows of the capacity is kept.
    capacity = min(before["sku"]["capacity"], ONLINE_QUOTA)
    arm.delete(deployment_path(promised), COGNITIVE)
    _deploy(arm, promised, before, {"name": "Standard", "capacity": capacity})


def remove_role(env: Mapping[str, str], promised: AzureOpenAI) -> None:
    """The gateway loses every role that reaches the account."""
    arm = Arm(env)
    for one in _gateway_roles(arm, promised):
        arm.delete(one["id"], AUTHORIZATION)


def read_only_role(env: Mapping[str, str], promised: AzureOpenAI) -> None:
    """The gateway's roles are exchanged for one that reads files and jobs, and makes none."""
    remove_role(env, promised)
    definitions = f"{subscription_id(promised.subscription_id)}/providers/Microsoft.Authorization"
    properties = {
        "roleDefinitionId": f"{definitions}/roleDefinitions/{OPENAI_USER.guid}",
        "principalId": promised.gateway_principal_id,
        "principalType": "ServicePrincipal",
    }
    path = f"{account_path(promised)}{_ASSIGNMENTS}/{uuid.uuid4()}"
    Arm(env).put(path, AUTHORIZATION, {"properties": properties})


def delete_deployment(env: Mapping[str, str], promised: AzureOpenAI) -> None:
    """The deployment is gone."""
    Arm(env).delete(deployment_path(promised), COGNITIVE)


def delete_account(env: Mapping[str, str], promised: AzureOpenAI) -> None:
    """The account is gone with its deployments; Azure keeps it and its name for a while."""
    Arm(env).delete(account_path(promised), COGNITIVE)


def remove_subdomain(env: Mapping[str, str], promised: AzureOpenAI) -> None:
    """The account is made anew without a custom subdomain, as a command line makes it by default.

    Azure lets nobody take a subdomain away. The deployments and the roles are made anew too.
    """
    arm = Arm(env)
    account = account_path(promised)
    before = arm.get(account, COGNITIVE)
    deployments = arm.listed(f"{account}/deployments", COGNITIVE)
    roles = [
        one
        for one in arm.listed(f"{account}{_ASSIGNMENTS}", AUTHORIZATION)
        if one["properties"]["scope"].lower() == account.lower()
    ]
    delete_account(env, promised)
    arm.delete(deleted_path(promised), COGNITIVE)
    kept = {key: before[key] for key in ("kind", "location", "sku", "tags")}
    properties = {
        key: before["properties"][key] for key in ("publicNetworkAccess", "disableLocalAuth")
    }
    asked = {"type": (before["identity"] or {"type": "None"})["type"]}
    arm.put(account, COGNITIVE, {**kept, "identity": asked, "properties": properties})
    for one in deployments:
        arm.put(one["id"], COGNITIVE, {key: one[key] for key in ("sku", "properties", "tags")})
    for one in roles:
        names = ("roleDefinitionId", "principalId", "principalType")
        again = {name: one["properties"][name] for name in names}
        arm.put(one["id"], AUTHORIZATION, {"properties": again})


def shrink_capacity(env: Mapping[str, str], promised: AzureOpenAI) -> None:
    """The deployment's queue takes 1,000 tokens, the least there is."""
    arm = Arm(env)
    before = arm.get(deployment_path(promised), COGNITIVE)
    _deploy(arm, promised, before, {"name": before["sku"]["name"], "capacity": 1})


def other_model(env: Mapping[str, str], promised: AzureOpenAI) -> None:
    """The deployment serves another model under its old name.

    Nothing refuses the job then: its results come from a model that nobody asked for.
    """
    arm = Arm(env)
    before = arm.get(deployment_path(promised), COGNITIVE)
    name, version = "gpt-4.1-mini", "2025-04-14"
    if before["properties"]["model"]["name"] == name:
        name, version = "gpt-4o-mini", "2024-07-18"
    model = {"format": "OpenAI", "name": name, "version": version}
    properties = {**before["properties"], "model": model}
    _deploy(arm, promised, {**before, "properties": properties}, before["sku"])


def _deploy(
    arm: Arm, promised: AzureOpenAI, like: Mapping[str, Any], sku: Mapping[str, Any]
) -> None:
    body = {"sku": sku, "properties": like["properties"], "tags": like["tags"]}
    arm.put(deployment_path(promised), COGNITIVE, body)


def _gateway_roles(arm: Arm, promised: AzureOpenAI) -> list[dict[str, Any]]:
    query = f"principalId eq '{promised.gateway_principal_id}'"
    return arm.listed(f"{account_path(promised)}{_ASSIGNMENTS}", AUTHORIZATION, query)
