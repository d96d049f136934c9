"""Every question asked of the outside as a Protocol, the plain answers, and the error tree."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from preflight.seams.errors import (
    CredentialsMissing,
    LookError,
    NotInTime,
    PreflightError,
    PromiseError,
    Refused,
    RequestFileError,
    RunError,
    Unreachable,
    UsageError,
)

if TYPE_CHECKING:
    from preflight.seams.aws import (
        Aws,
        Decision,
        FoundationModel,
        InferenceProfile,
        KmsKey,
        Role,
        Written,
    )
    from preflight.seams.azure import (
        Azure,
        AzureAccount,
        DenyAssignment,
        Deployment,
        Offer,
        RoleDefinition,
        Usage,
    )
    from preflight.seams.gateway import (
        NOT_THE_GATEWAY,
        GatewayAnswer,
        GatewayApi,
        ListedBatch,
        Route,
    )
    from preflight.seams.gcp import (
        Access,
        Binding,
        Gcp,
        GcpKey,
        GcsBucket,
        IdentityProvider,
        ServiceAccount,
    )
    from preflight.seams.plain import (
        Caller,
        LifecycleRule,
    )

__all__ = [
    "NOT_THE_GATEWAY",
    "Access",
    "Aws",
    "Azure",
    "AzureAccount",
    "Binding",
    "Caller",
    "CredentialsMissing",
    "Decision",
    "DenyAssignment",
    "Deployment",
    "FoundationModel",
    "GatewayAnswer",
    "GatewayApi",
    "Gcp",
    "GcpKey",
    "GcsBucket",
    "IdentityProvider",
    "InferenceProfile",
    "KmsKey",
    "LifecycleRule",
    "ListedBatch",
    "LookError",
    "NotInTime",
    "Offer",
    "PreflightError",
    "PromiseError",
    "Refused",
    "RequestFileError",
    "Role",
    "RoleDefinition",
    "Route",
    "RunError",
    "ServiceAccount",
    "Unreachable",
    "Usage",
    "UsageError",
    "Written",
]

_OF = {
    "aws": (
        "Aws",
        "Decision",
        "FoundationModel",
        "InferenceProfile",
        "KmsKey",
        "Role",
        "Written",
    ),
    "azure": (
        "Azure",
        "AzureAccount",
        "DenyAssignment",
        "Deployment",
        "Offer",
        "RoleDefinition",
        "Usage",
    ),
    "gateway": (
        "NOT_THE_GATEWAY",
        "GatewayAnswer",
        "GatewayApi",
        "ListedBatch",
        "Route",
    ),
    "gcp": (
        "Access",
        "Binding",
        "Gcp",
        "GcpKey",
        "GcsBucket",
        "IdentityProvider",
        "ServiceAccount",
    ),
    "plain": (
        "Caller",
        "LifecycleRule",
    ),
}
"""Module -> what is imported from it on first use: most commands look at one world, or at none."""


def __getattr__(name: str) -> Any:
    for module, names in _OF.items():
        if name in names:
            found = getattr(import_module(f"{__name__}.{module}"), name)
            globals()[name] = found
            return found
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
