"""Every question asked of the outside as a Protocol, the plain answers, and the error tree."""

from preflight.seams.aws import (
    Aws,
    Decision,
    FoundationModel,
    InferenceProfile,
    KmsKey,
    Role,
    Written,
)
from preflight.seams.azure import Azure, AzureAccount, Deployment, RoleDefinition, Usage
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
from preflight.seams.gateway import NOT_THE_GATEWAY, GatewayAnswer, GatewayApi, ListedBatch, Route
from preflight.seams.gcp import (
    Binding,
    Gcp,
    GcpKey,
    GcsBucket,
    IdentityProvider,
    ServiceAccount,
)
from preflight.seams.plain import Caller, LifecycleRule

__all__ = [
    "NOT_THE_GATEWAY",
    "Aws",
    "Azure",
    "AzureAccount",
    "Binding",
    "Caller",
    "CredentialsMissing",
    "Decision",
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
