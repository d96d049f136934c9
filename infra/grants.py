"""The permission table as what each cloud takes: AWS policy documents, Google roles, Azure roles.

Everything the program allows is rendered here from the rows of `preflight.permissions`; the one
document that is not (`tls_only`) denies.
"""

import re
from collections.abc import Iterable
from typing import Any

from preflight.contract import Bedrock
from preflight.permissions import (
    Identity,
    On,
    Permission,
    arns,
    condition,
    permissions,
    trust_source_arn,
)

POLICY_LANGUAGE = "2012-10-17"

AZURE_ROLE_IDS = {"Cognitive Services OpenAI Contributor": "a001fd3d-188f-4b5d-821b-7da978bf7442"}
"""Role name -> definition id, the same in every tenant. Source: Azure's built-in roles, 2026-10."""


def identity_policy(promised: Bedrock, identity: Identity) -> dict[str, Any]:
    """What the identity may do at Bedrock: a statement per set of resources and condition."""
    groups: dict[tuple[tuple[str, ...], tuple[tuple[str, str], ...]], list[Permission]] = {}
    for row in permissions("bedrock", identity):
        key = arns(promised, row.on), tuple(sorted(condition(row, promised).items()))
        groups.setdefault(key, []).append(row)
    return _document(
        {
            "Sid": _sid(row.why for row in rows),
            "Effect": "Allow",
            "Action": [row.action for row in rows],
            "Resource": list(resources),
        }
        | ({"Condition": {"StringEquals": dict(conditions)}} if conditions else {})
        for (resources, conditions), rows in groups.items()
    )


def job_role_trust(promised: Bedrock) -> dict[str, Any]:
    """Who may assume the job role: Bedrock, and only for batch jobs of this account and region.

    Without both conditions any AWS account could have Bedrock use the role (the confused deputy).
    """
    return _document(
        [
            {
                "Sid": "BedrockRunsTheJobs",
                "Effect": "Allow",
                "Principal": {"Service": "bedrock.amazonaws.com"},
                "Action": "sts:AssumeRole",
                "Condition": {
                    "StringEquals": {"aws:SourceAccount": promised.account},
                    "ArnEquals": {"aws:SourceArn": trust_source_arn(promised)},
                },
            }
        ]
    )


def gateway_role_trust(principal_arn: str, external_id: str) -> dict[str, Any]:
    """Who may assume the gateway role: the gateway's own principal, with its external id if any."""
    statement: dict[str, Any] = {
        "Sid": "GatewayActsHere",
        "Effect": "Allow",
        "Principal": {"AWS": principal_arn},
        "Action": "sts:AssumeRole",
    }
    if external_id:
        statement["Condition"] = {"StringEquals": {"sts:ExternalId": external_id}}
    return _document([statement])


def tls_only(promised: Bedrock) -> dict[str, Any]:
    """A bucket policy that refuses every request that is not encrypted on the way."""
    return _document(
        [
            {
                "Sid": "EncryptedOnTheWay",
                "Effect": "Deny",
                "Principal": "*",
                "Action": "s3:*",
                "Resource": [*arns(promised, On.BUCKET), *arns(promised, On.OBJECTS)],
                "Condition": {"Bool": {"aws:SecureTransport": "false"}},
            }
        ]
    )


def roles(provider: str, identity: Identity, *on: On) -> tuple[str, ...]:
    """The predefined roles that carry the identity's rows held on one of these, each once."""
    return tuple(sorted({row.granted_by for row in permissions(provider, identity, *on)}))


def azure_role_id(role: str, subscription_id: str) -> str:
    """The full id of a built-in role's definition. Raises KeyError for an unknown role."""
    return (
        f"/subscriptions/{subscription_id}/providers/Microsoft.Authorization"
        f"/roleDefinitions/{AZURE_ROLE_IDS[role]}"
    )


def _document(statements: Iterable[dict[str, Any]]) -> dict[str, Any]:
    return {"Version": POLICY_LANGUAGE, "Statement": list(statements)}


def _sid(whys: Iterable[str]) -> str:
    """IAM takes letters and digits only."""
    words = re.findall(r"[A-Za-z0-9]+", " ".join(why.replace("'", "") for why in whys))
    return "".join(word[0].upper() + word[1:] for word in words)
