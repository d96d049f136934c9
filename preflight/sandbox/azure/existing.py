"""What a stack may find in Azure and use: made before the program is applied."""

from collections.abc import Mapping
from typing import Any

from preflight.sandbox.azure.names import GATEWAY, SUBSCRIPTION, account_id, group_id
from preflight.sandbox.azure.operator import COGNITIVE, RESOURCES, Arm

Named = dict[str, object]
"""The settings that name what was made."""

REGION = "swedencentral"
GATEWAYS = "00000000-0000-0000-0000-00000000690d"
GROUP, ACCOUNT = "their-group", "their-account"


def gateways_group(clouds: Mapping[str, Any]) -> Named:
    """An Entra group that the gateway's principal is a member of."""
    clouds["azure"].add_group(GATEWAYS, [GATEWAY])
    return {}


def group(clouds: Mapping[str, Any]) -> Named:
    """A resource group, which need not be in the region of what it holds."""
    path = group_id(SUBSCRIPTION, GROUP)
    Arm(clouds["azure"].env).put(path, RESOURCES, {"location": "westeurope"})
    return {"azureResourceGroup": GROUP}


def account(clouds: Mapping[str, Any]) -> Named:
    """An account of the newer kind in that group, that serves others too."""
    named = group(clouds)
    asked = {
        "kind": "AIServices",
        "location": REGION,
        "sku": {"name": "S0"},
        "properties": {"customSubDomainName": ACCOUNT},
    }
    path = account_id(SUBSCRIPTION, GROUP, ACCOUNT)
    Arm(clouds["azure"].env).put(path, COGNITIVE, asked)
    return named | {"azureAccounts": [ACCOUNT]}
