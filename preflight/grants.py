"""The permission table as what each cloud takes: AWS policy documents, Google roles, Azure roles.

Everything that is granted is rendered here from the rows of `preflight.permissions`: by the Pulumi
program, and by `preflight permissions` for those who grant by other means.
"""

import re
from collections.abc import Collection, Iterable, Iterator
from typing import Any

from preflight.contract import AzureOpenAI, Bedrock
from preflight.permissions import (
    Identity,
    On,
    Permission,
    arns,
    condition,
    held,
    permissions,
    trust_source_arn,
)

Document = dict[str, Any]
"""A policy document as AWS takes it, as plain JSON values."""

POLICY_LANGUAGE = "2012-10-17"

AZURE_ROLE_IDS = {"Cognitive Services OpenAI Contributor": "a001fd3d-188f-4b5d-821b-7da978bf7442"}
"""Role name -> definition id, the same in every tenant. Source: Azure's built-in roles, 2026-10."""


def identity_policy(promised: Bedrock, identity: Identity) -> Document:
    """What the identity may do at Bedrock: a statement per set of resources and condition."""
    return document(_statements(promised, held(promised, identity)))


def bucket_policy(promised: Bedrock, *identities: Identity) -> Document:
    """What another account that owns the bucket must allow in the bucket's own policy.

    Without it the rights of the identities themselves are worth nothing there.
    """
    return _resource_policy(promised, identities, On.BUCKET, On.OBJECTS, On.RESULTS)


def key_statements(promised: Bedrock, *identities: Identity) -> Document:
    """What another account that owns the promised key must allow in the key's own policy."""
    return _resource_policy(promised, identities, On.KEY)


def foreign_key(promised: Bedrock) -> str:
    """The promised key where it is another account's; ""."""
    key = promised.kms_key_arn or ""
    return key if key.startswith("arn:") and key.split(":")[4] != promised.account else ""


def _resource_policy(promised: Bedrock, identities: Collection[Identity], *on: On) -> Document:
    names = {
        Identity.GATEWAY: promised.gateway_principal_arn,
        Identity.JOB_ROLE: promised.job_role_arn,
    }
    return document(
        statement
        | {"Sid": f"{identity.name.title().replace('_', '')}{statement['Sid']}"}
        | {"Principal": {"AWS": names[identity]}}
        for identity in identities or names
        for statement in _statements(promised, held(promised, identity, *on))
    )


def _statements(promised: Bedrock, rows: Iterable[Permission]) -> Iterator[dict[str, Any]]:
    groups: dict[tuple[tuple[str, ...], tuple[tuple[str, str], ...]], list[Permission]] = {}
    for row in rows:
        key = arns(promised, row.on), tuple(sorted(condition(row, promised).items()))
        groups.setdefault(key, []).append(row)
    for (resources, conditions), together in groups.items():
        yield {
            "Sid": _sid(row.why for row in together),
            "Effect": "Allow",
            "Action": [row.action for row in together],
            "Resource": list(resources),
        } | ({"Condition": {"StringEquals": dict(conditions)}} if conditions else {})


def job_role_trust(promised: Bedrock) -> Document:
    """Who may assume the job role: Bedrock, and only for batch jobs of this account and region.

    Without both conditions any AWS account could have Bedrock use the role (the confused deputy).
    """
    return document(
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


def gateway_role_trust(principal_arn: str, external_id: str) -> Document:
    """Who may assume the gateway role: the gateway's own principal, with its external id if any."""
    statement: dict[str, Any] = {
        "Sid": "GatewayActsHere",
        "Effect": "Allow",
        "Principal": {"AWS": principal_arn},
        "Action": "sts:AssumeRole",
    }
    if external_id:
        statement["Condition"] = {"StringEquals": {"sts:ExternalId": external_id}}
    return document([statement])


def roles(provider: str, identity: Identity, *on: On) -> tuple[str, ...]:
    """The predefined roles that carry the identity's rows held on one of these, each once."""
    return tuple(sorted({row.granted_by for row in permissions(provider, identity, *on)}))


def azure_role_id(role: str, subscription_id: str) -> str:
    """The full id of a built-in role's definition. Raises KeyError for an unknown role."""
    return (
        f"/subscriptions/{subscription_id}/providers/Microsoft.Authorization"
        f"/roleDefinitions/{AZURE_ROLE_IDS[role]}"
    )


def azure_account_id(promised: AzureOpenAI) -> str:
    """The account's resource id: the scope that the gateway's role is held on."""
    return (
        f"/subscriptions/{promised.subscription_id}/resourceGroups/{promised.resource_group}"
        f"/providers/Microsoft.CognitiveServices/accounts/{promised.account}"
    )


def document(statements: Iterable[dict[str, Any]]) -> Document:
    """A policy document of these statements."""
    return {"Version": POLICY_LANGUAGE, "Statement": list(statements)}


def _sid(whys: Iterable[str]) -> str:
    """IAM takes letters and digits only."""
    words = re.findall(r"[A-Za-z0-9]+", " ".join(why.replace("'", "") for why in whys))
    return "".join(word[0].upper() + word[1:] for word in words)
