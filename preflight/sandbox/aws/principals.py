"""A user's, group's or role's policies, read from IAM as anybody would read them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from preflight.sandbox.aws.authority import AwsError
from preflight.sandbox.aws.clients import Clients


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy document and the name it stands under."""

    name: str
    document: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Principal:
    """Whose permissions are simulated; `keys`: the condition keys that describe it."""

    arn: str
    policies: tuple[Policy, ...]
    boundary: Policy | None = None
    keys: Mapping[str, str] = field(default_factory=dict)


def read_principal(clients: Clients, arn: str) -> Principal:
    """Read it.

    Raises AwsError: InvalidInput for an ARN that can have no policies, NoSuchEntity for what is
    not there.
    """
    kind, _, path = arn.rpartition(":")[2].partition("/")
    name = path.rpartition("/")[2]
    if ":iam::" not in arn or kind not in {"user", "group", "role"} or not name:
        message = f"Invalid Entity Arn: {arn} does not clearly define entity type and name."
        raise AwsError("InvalidInput", message)
    iam = clients.get("iam")
    try:
        entity = getattr(iam, f"get_{kind}")(**{f"{kind.title()}Name": name})[kind.title()]
    except iam.exceptions.NoSuchEntityException:
        entity = {}
    if entity.get("Arn") != arn:
        message = f"The {kind} with name {name} cannot be found."
        raise AwsError("NoSuchEntity", message, 404)
    policies = list(_policies(iam, kind, name))
    if kind == "user":
        for group in iam.list_groups_for_user(UserName=name)["Groups"]:
            policies += _policies(iam, "group", group["GroupName"])
    boundary = entity.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn")
    keys = {
        "aws:PrincipalArn": arn,
        "aws:PrincipalAccount": arn.split(":")[4],
        "aws:PrincipalType": "User" if kind == "user" else "AssumedRole",
    }
    if kind == "user":
        keys |= {"aws:username": name, "aws:userid": entity["UserId"]}
    keys |= {f"aws:PrincipalTag/{tag['Key']}": tag["Value"] for tag in entity.get("Tags", [])}
    return Principal(arn, tuple(policies), _managed(iam, boundary) if boundary else None, keys)


def _policies(iam: Any, kind: str, name: str) -> Iterable[Policy]:
    whose = {f"{kind.title()}Name": name}
    for page in iam.get_paginator(f"list_{kind}_policies").paginate(**whose):
        for policy in page["PolicyNames"]:
            read = getattr(iam, f"get_{kind}_policy")(**whose, PolicyName=policy)
            yield Policy(policy, read["PolicyDocument"])
    for page in iam.get_paginator(f"list_attached_{kind}_policies").paginate(**whose):
        for attached in page["AttachedPolicies"]:
            yield _managed(iam, attached["PolicyArn"])


def _managed(iam: Any, arn: str) -> Policy:
    policy = iam.get_policy(PolicyArn=arn)["Policy"]
    version = iam.get_policy_version(PolicyArn=arn, VersionId=policy["DefaultVersionId"])
    return Policy(policy["PolicyName"], version["PolicyVersion"]["Document"])
