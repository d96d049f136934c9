"""What is known of a request of the gateway or of the job role before it is made."""

from collections.abc import Mapping

from preflight.contract import Bedrock
from preflight.iam import Principal, Request
from preflight.permissions import Identity, owner, storage

ROWS_KEYS = ("aws:ResourceAccount", "iam:PassedToService", "kms:ViaService")
"""The condition keys of the table. Where a row does not name one, its request does not carry it."""

_PROFILE = "inference-profile/"
_MODEL = ":foundation-model/"

_NEVER_CARRIED = frozenset(
    # Of a service that acts for somebody; the gateway and the job role act for themselves.
    {"aws:SourceAccount", "aws:SourceArn", "aws:SourceOrgID", "aws:SourceOrgPaths"}
    | {"aws:PrincipalServiceName", "aws:PrincipalServiceNamesList", "aws:FederatedProvider"}
    | {*ROWS_KEYS}
)


def arn_of(promised: Bedrock, identity: Identity) -> str:
    """The ARN of the gateway identity or of the job role."""
    gateway = identity is Identity.GATEWAY
    return promised.gateway_principal_arn if gateway else promised.job_role_arn


def named(promised: Bedrock, identity: Identity) -> str:
    """How messages name an identity: what it is, and its ARN."""
    return f"{identity.value} {arn_of(promised, identity)}"


def is_foreign(promised: Bedrock) -> bool:
    """Whether the bucket is another account's: then its policy must let both identities in."""
    return owner(promised) != promised.account


def circumstances(
    promised: Bedrock, identity: Identity, action: str, resource: str
) -> dict[str, str]:
    """The condition keys that are sure about the identity's request: key -> value.

    Left out on purpose: where the request comes from (address, network, organization), which is
    known only when it is made.
    """
    arn = arn_of(promised, identity)
    service, owned_by = action.split(":", maxsplit=1)[0], _account(resource)
    # "*" is asked where the job runs.
    region = resource.split(":")[3] if resource.startswith("arn:") else promised.region
    known = {
        # Gateway and Bedrock both speak TLS to AWS.
        "aws:SecureTransport": "true",
        "aws:PrincipalArn": arn,
        "aws:PrincipalAccount": _account(arn),
        "aws:PrincipalIsAWSService": "false",
        # A model ARN without a region is a global profile's, and so does AWS name its region.
        "aws:RequestedRegion": region
        or ("unspecified" if service == "bedrock" else promised.region),
    }
    if service == "s3":
        # S3 refuses older versions of TLS; the bucket's owner is a check of its own.
        owned_by = owner(promised)
        known |= {"s3:TlsVersion": "1.2", "s3:ResourceAccount": owned_by}
    if service == "kms":
        known |= {
            "kms:ViaService": storage(promised),
            "kms:CallerAccount": known["aws:PrincipalAccount"],
        }
    profile = next((arn for arn in promised.model_arns if _PROFILE in arn), "")
    if action == "bedrock:InvokeModel" and profile and _MODEL in resource:
        known["bedrock:InferenceProfileArn"] = profile
    return known | ({"aws:ResourceAccount": owned_by} if owned_by else {})


def _account(arn: str) -> str:
    """The account an ARN names; "" for none, as with models and buckets."""
    return arn.split(":")[4] if arn.startswith("arn:") else ""


def request_of(
    promised: Bedrock,
    identity: Identity,
    action: str,
    resource: str,
    more: Mapping[str, str] | None = None,
) -> Request:
    """The identity's request as a policy sees it. Raises ValueError for no role's or user's ARN.

    `more` are condition keys that it carries beside `circumstances`.
    """
    return Request(
        action=action,
        resource=resource,
        principal=Principal.of_arn(arn_of(promised, identity)),
        context=circumstances(promised, identity, action, resource) | dict(more or {}),
        absent=_NEVER_CARRIED,
    )
