"""The Azure resources and functions of the Pulumi program, by real calls to the sandbox's Azure.

As the azure-native provider does it: a PUT to Resource Manager, whose answer becomes the outputs.
"""

from collections.abc import Mapping
from functools import partial
from typing import Any

from preflight.sandbox.azure.names import account_id
from preflight.sandbox.azure.operator import COGNITIVE, Arm
from preflight.sandbox.handlers import Handler, Inputs, Invoke
from preflight.sandbox.handlers.azure_resources import (
    Account,
    Deployment,
    ResourceGroup,
    RoleAssignment,
)


def handlers(env: Mapping[str, str]) -> dict[str, Handler]:
    """Resource type -> who looks after it, as the operator in `env`."""
    arm, subscription = Arm(env), env["AZURE_SUBSCRIPTION_ID"]
    return {
        "azure-native:resources:ResourceGroup": ResourceGroup(arm, subscription),
        "azure-native:cognitiveservices:Account": Account(arm, subscription),
        "azure-native:cognitiveservices:Deployment": Deployment(arm, subscription),
        "azure-native:authorization:RoleAssignment": RoleAssignment(arm),
    }


def invokes(env: Mapping[str, str]) -> dict[str, Invoke]:
    """Function token -> how it is answered."""
    arm, subscription = Arm(env), env["AZURE_SUBSCRIPTION_ID"]
    return {
        "azure-native:authorization:getClientConfig": partial(_client_config, arm, subscription),
        "azure-native:cognitiveservices:getAccount": partial(_account, arm, subscription),
    }


def _account(arm: Arm, subscription: str, arguments: Inputs) -> dict[str, Any]:
    """Raises ArmRefused where there is none, as the provider's function fails then."""
    path = account_id(subscription, arguments["resourceGroupName"], arguments["accountName"])
    return arm.get(path, COGNITIVE)


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
