"""What AWS has in writing about a role or user: the way for whoever may not ask IAM's engine."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any, TypeVar

from preflight.cloud import aws_forms
from preflight.cloud.aws_session import AwsSession
from preflight.cloud.readable import readable
from preflight.iam import role_of_session
from preflight.seams import Unreachable, Written
from preflight.seams.together import together

_NO_ENTITY = "NoSuchEntity"
_NO_ORGANIZATION = "AWSOrganizationsNotInUseException"
_SCP = "SERVICE_CONTROL_POLICY"
_DEEPEST = 8
"""Levels from an account to the root: Organizations takes five units between them."""

_Policy = Mapping[str, Any]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Kind:
    """What IAM calls the looks at one kind of entity."""

    name: str
    listing: str
    reading: str
    attached: str


_KINDS = {
    "role": _Kind(
        "Role", "iam:ListRolePolicies", "iam:GetRolePolicy", "iam:ListAttachedRolePolicies"
    ),
    "user": _Kind(
        "User", "iam:ListUserPolicies", "iam:GetUserPolicy", "iam:ListAttachedUserPolicies"
    ),
    "group": _Kind(
        "Group", "iam:ListGroupPolicies", "iam:GetGroupPolicy", "iam:ListAttachedGroupPolicies"
    ),
}


class Documents(AwsSession):
    """The questions of `seams.Aws` about documents."""

    @readable
    def written(self, principal: str) -> Written | None:
        """See `seams.Aws`. A namesake with another path is another principal."""
        wanted = role_of_session(principal)
        kind = wanted.rpartition(":")[2].partition("/")[0]
        name = wanted.rpartition("/")[2]
        if ":iam::" not in wanted or kind not in {"role", "user"}:
            raise Unreachable(wanted, "that is no role or user", "correct it in the stack")
        found = self._entity(kind, name, wanted)
        # A session's ARN leaves out its role's path.
        if found is None or (wanted == principal and found["Arn"] != wanted):
            return None
        boundary = found.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn")
        own, limits = together(
            [
                lambda: self._policies(kind, name, wanted),
                lambda: (self._managed(boundary),) if boundary else (),
            ]
        )
        return Written(own, limits[0] if limits else None, _keys(kind, found))

    def _entity(self, kind: str, name: str, where: str) -> Mapping[str, Any] | None:
        def look() -> Mapping[str, Any]:
            iam = self._client("iam")
            if kind == "role":
                role: Mapping[str, Any] = iam.get_role(RoleName=name)["Role"]
                return role
            user: Mapping[str, Any] = iam.get_user(UserName=name)["User"]
            return user

        right = "iam:GetRole" if kind == "role" else "iam:GetUser"
        return self._asked(look, where, right, _NO_ENTITY)

    def _policies(self, kind: str, name: str, where: str) -> tuple[_Policy, ...]:
        """Those in it, those attached to it, and those of the groups it is in."""
        its = _KINDS[kind]
        whose = {f"{its.name}Name": name}

        def inline() -> list[_Policy]:
            names = self._listed(f"list_{kind}_policies", whose, "PolicyNames", its.listing, where)
            return together([partial(self._inline, kind, whose, one, where) for one in names])

        def attached() -> list[_Policy]:
            listed = self._listed(
                f"list_attached_{kind}_policies", whose, "AttachedPolicies", its.attached, where
            )
            return together([partial(self._managed, one["PolicyArn"]) for one in listed])

        def of_groups() -> list[_Policy]:
            if kind != "user":
                return []
            right = "iam:ListGroupsForUser"
            groups = self._listed("list_groups_for_user", whose, "Groups", right, where)
            each = together(
                [
                    partial(self._policies, "group", group["GroupName"], group["Arn"])
                    for group in groups
                ]
            )
            return [policy for policies in each for policy in policies]

        found = together([inline, attached, of_groups])
        return tuple(policy for policies in found for policy in policies)

    def _listed(
        self, operation: str, asked: Mapping[str, str], key: str, permission: str, where: str
    ) -> list[Any]:
        return self._told(
            lambda: [
                one
                for page in self._client("iam").get_paginator(operation).paginate(**asked)
                for one in page[key]
            ],
            where,
            permission,
        )

    def _inline(self, kind: str, whose: Mapping[str, str], name: str, where: str) -> _Policy:
        def look() -> _Policy:
            read = getattr(self._client("iam"), f"get_{kind}_policy")
            return aws_forms.document(read(**whose, PolicyName=name)["PolicyDocument"])

        return self._told(look, f"policy {name} of {where}", _KINDS[kind].reading)

    def _managed(self, arn: str) -> _Policy:
        version: str = self._told(
            lambda: self._client("iam").get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"],
            arn,
            "iam:GetPolicy",
        )
        return self._told(
            lambda: aws_forms.document(
                self._client("iam").get_policy_version(PolicyArn=arn, VersionId=version)[
                    "PolicyVersion"
                ]["Document"]
            ),
            arn,
            "iam:GetPolicyVersion",
        )

    @readable
    def control_policies(self, account: str) -> tuple[tuple[_Policy, ...], ...]:
        """See `seams.Aws`. Where no policies of this kind are in force, nothing is attached."""
        organization = self._of_organizations(
            lambda client: client.describe_organization()["Organization"],
            "organizations:DescribeOrganization",
            _NO_ORGANIZATION,
        )
        if organization is None or organization["MasterAccountId"] == account:
            return ()
        levels: list[tuple[_Policy, ...]] = []
        target = account
        for _ in range(_DEEPEST):
            levels.append(self._attached(target))
            if target.startswith("r-"):
                return tuple(level for level in reversed(levels) if level)
            target = self._above(target)
        raise Unreachable(account, "its organization has no root in sight", "another try")

    def _attached(self, target: str) -> tuple[_Policy, ...]:
        listed = self._of_organizations(
            lambda client: [
                policy["Id"]
                for page in client.get_paginator("list_policies_for_target").paginate(
                    TargetId=target, Filter=_SCP
                )
                for policy in page["Policies"]
            ],
            "organizations:ListPoliciesForTarget",
        )

        def read(policy: str) -> _Policy:
            text: str = self._of_organizations(
                lambda client: client.describe_policy(PolicyId=policy)["Policy"]["Content"],
                "organizations:DescribePolicy",
            )
            return aws_forms.document(text)

        return tuple(together([partial(read, policy) for policy in listed]))

    def _above(self, target: str) -> str:
        return self._of_organizations(
            lambda client: str(client.list_parents(ChildId=target)["Parents"][0]["Id"]),
            "organizations:ListParents",
        )

    def _of_organizations(
        self, look: Callable[[Any], T], permission: str, *missing: str
    ) -> T | Any:
        where = "the organization"
        ask = partial(lambda: look(self._client("organizations")))
        if missing:
            return self._asked(ask, where, permission, *missing)
        return self._told(ask, where, permission)


def _keys(kind: str, entity: Mapping[str, Any]) -> dict[str, str]:
    """The condition keys that the entity itself tells of its requests, and the time."""
    now = datetime.now(UTC).replace(microsecond=0)
    keys = {
        "aws:PrincipalType": "User" if kind == "user" else "AssumedRole",
        "aws:CurrentTime": now.isoformat().replace("+00:00", "Z"),
        "aws:EpochTime": str(int(now.timestamp())),
    }
    if kind == "user":
        keys |= {"aws:username": entity["UserName"], "aws:userid": entity["UserId"]}
    tags = entity.get("Tags", [])
    return keys | {f"aws:PrincipalTag/{tag['Key']}": tag["Value"] for tag in tags}
