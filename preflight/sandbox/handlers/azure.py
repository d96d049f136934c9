"""The Azure resources of the Pulumi program, created by real calls to the sandbox's Azure.

As the azure-native provider does it: a PUT to Resource Manager, whose answer becomes the outputs.
"""

import secrets
import uuid
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from preflight.sandbox.azure.names import account_id, deployment_id, group_id
from preflight.sandbox.azure.operator import AUTHORIZATION, COGNITIVE, RESOURCES, Arm
from preflight.sandbox.handlers import Create, Invoke

Inputs = dict[str, Any]
Made = tuple[str, dict[str, Any]]


def handlers(env: Mapping[str, str]) -> dict[str, Create]:
    """Resource type -> how it is created, as the operator in `env`."""
    arm, subscription = Arm(env), env["AZURE_SUBSCRIPTION_ID"]
    table: dict[str, Callable[[Arm, str, str, Inputs], Made]] = {
        "azure-native:resources:ResourceGroup": _group,
        "azure-native:cognitiveservices:Account": _account,
        "azure-native:cognitiveservices:Deployment": _deployment,
        "azure-native:authorization:RoleAssignment": _role_assignment,
    }
    return {kind: partial(create, arm, subscription) for kind, create in table.items()}


def invokes(env: Mapping[str, str]) -> dict[str, Invoke]:
    """Function token -> how it is answered."""
    arm, subscription = Arm(env), env["AZURE_SUBSCRIPTION_ID"]
    token = "azure-native:authorization:getClientConfig"  # noqa: S105 - Pulumi's word for a name
    return {token: partial(_client_config, arm, subscription)}


def _group(arm: Arm, subscription: str, name: str, inputs: Inputs) -> Made:
    group = inputs.get("resourceGroupName") or _auto_named(name)
    return _put(arm, group_id(subscription, group), RESOURCES, inputs)


def _account(arm: Arm, subscription: str, name: str, inputs: Inputs) -> Made:
    account = inputs.get("accountName") or _auto_named(name)
    path = account_id(subscription, inputs["resourceGroupName"], account)
    return _put(arm, path, COGNITIVE, inputs)


def _deployment(arm: Arm, subscription: str, name: str, inputs: Inputs) -> Made:
    deployment = inputs.get("deploymentName") or _auto_named(name)
    path = deployment_id(
        subscription, inputs["resourceGroupName"], inputs["accountName"], deployment
    )
    sku = dict(inputs.get("sku") or {})
    if "capacity" in sku:
        sku["capacity"] = int(sku["capacity"])  # Pulumi hands every number over as a float
    return _put(arm, path, COGNITIVE, {**inputs, "sku": sku})


def _role_assignment(arm: Arm, _subscription: str, _name: str, inputs: Inputs) -> Made:
    name = inputs.get("roleAssignmentName") or str(uuid.uuid4())
    path = f"{inputs['scope']}/providers/Microsoft.Authorization/roleAssignments/{name}"
    asked = {
        key: value
        for key, value in inputs.items()
        if key not in {"scope", "roleAssignmentName"} and value is not None
    }
    made, outputs = _put(arm, path, AUTHORIZATION, {"properties": asked})
    # The provider shows what Resource Manager keeps under `properties` at the top.
    return made, {**inputs, **outputs, **outputs.pop("properties")}


def _client_config(arm: Arm, subscription: str, _arguments: Inputs) -> dict[str, Any]:
    import jwt  # noqa: PLC0415 - only the program's run needs it

    # The token is the sandbox's own, and whom it names is all that is asked of it.
    claims = jwt.decode(arm.token, options={"verify_signature": False})
    return {
        "clientId": claims["appid"],
        "objectId": claims["oid"],
        "subscriptionId": subscription,
        "tenantId": claims["tid"],
    }


_IN_THE_PATH = frozenset({"resourceGroupName", "accountName", "deploymentName"})


def _put(arm: Arm, path: str, version: str, inputs: Inputs) -> Made:
    """Create the resource; its outputs are the inputs and what Resource Manager answered."""
    body = {key: value for key, value in inputs.items() if key not in _IN_THE_PATH}
    answer = arm.put(path, version, body)
    return answer["id"], {**inputs, **answer, "azureApiVersion": version}


def _auto_named(name: str) -> str:
    return f"{name}-{secrets.token_hex(4)[:7]}"
