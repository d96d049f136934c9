"""IAM roles."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from preflight.sandbox.aws.clients import Clients
from preflight.sandbox.handlers import (
    Inputs,
    Made,
    Rules,
    State,
    auto_named,
    document_text,
    present,
    same_document,
    whole,
)
from preflight.sandbox.handlers.aws_looks import looked, read_tags, tags

_DEFAULT_SESSION_SECONDS = 3600


@dataclass(frozen=True, slots=True)
class Role:
    """aws:iam/role:Role: its name and path are its ARN, and cannot change."""

    clients: Clients
    rules: ClassVar[Rules] = Rules(
        replaced_by=frozenset({"name", "path"}),
        named_by="name",
        documents=frozenset({"assumeRolePolicy"}),
    )

    def create(self, name: str, inputs: Inputs) -> Made:
        """Make it, with the policies that stand in it."""
        role_name = inputs.get("name") or auto_named(name)
        iam = self.clients.get("iam")
        role = iam.create_role(
            RoleName=role_name,
            AssumeRolePolicyDocument=document_text(inputs["assumeRolePolicy"]),
            **present(
                Path=inputs.get("path"),
                Description=inputs.get("description"),
                MaxSessionDuration=whole(inputs.get("maxSessionDuration")),
                PermissionsBoundary=inputs.get("permissionsBoundary"),
                Tags=tags(inputs),
            ),
        )["Role"]
        self._set_policies(role_name, {}, inputs)
        return role_name, _state(role, inputs)

    def read(self, identity: str, state: State) -> State | None:
        """Whom it trusts, and what else is said of it."""
        answer = looked(self.clients.get("iam").get_role, RoleName=identity)
        if answer is None:
            return None
        role = answer["Role"]
        found = {
            "assumeRolePolicy": same_document(
                role["AssumeRolePolicyDocument"], state.get("assumeRolePolicy")
            ),
            "description": role.get("Description", ""),
            "tags": read_tags(role.get("Tags", [])),
        }
        boundary = role.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn")
        found |= present(permissionsBoundary=boundary)
        # An empty description was never given, as far as anybody can tell.
        told = {name: value for name, value in found.items() if value or name in state}
        return _state(role, {**state, **told})

    def update(self, identity: str, state: State, inputs: Inputs) -> State:
        """Change all that can be changed of a role."""
        iam = self.clients.get("iam")
        trust = document_text(inputs["assumeRolePolicy"])
        iam.update_assume_role_policy(RoleName=identity, PolicyDocument=trust)
        seconds = whole(inputs.get("maxSessionDuration")) or _DEFAULT_SESSION_SECONDS
        iam.update_role(
            RoleName=identity,
            Description=inputs.get("description") or "",
            MaxSessionDuration=seconds,
        )
        boundary = inputs.get("permissionsBoundary")
        if boundary:
            iam.put_role_permissions_boundary(RoleName=identity, PermissionsBoundary=boundary)
        elif state.get("permissionsBoundary"):
            iam.delete_role_permissions_boundary(RoleName=identity)
        gone = sorted(set(state.get("tags") or {}) - set(inputs.get("tags") or {}))
        if gone:
            iam.untag_role(RoleName=identity, TagKeys=gone)
        if tags(inputs):
            iam.tag_role(RoleName=identity, Tags=tags(inputs))
        self._set_policies(identity, state, inputs)
        return _state(iam.get_role(RoleName=identity)["Role"], inputs)

    def delete(self, identity: str, state: State) -> None:
        """Unmake it; IAM refuses while it holds a policy that does not stand in it."""
        self._set_policies(identity, state, {})
        looked(self.clients.get("iam").delete_role, RoleName=identity)

    def _set_policies(self, role: str, before: State, inputs: Inputs) -> None:
        """Attach and write what is asked for, and take away what was, and is no more."""
        iam = self.clients.get("iam")
        old, new = _attached(before), _attached(inputs)
        for arn in sorted(old - new):
            looked(iam.detach_role_policy, RoleName=role, PolicyArn=arn)
        for arn in sorted(new - old):
            iam.attach_role_policy(RoleName=role, PolicyArn=arn)
        written, wanted = _inline(before), _inline(inputs)
        for name in sorted(set(written) - set(wanted)):
            looked(iam.delete_role_policy, RoleName=role, PolicyName=name)
        for name, text in wanted.items():
            iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=text)


def _state(role: Mapping[str, Any], inputs: Inputs) -> State:
    """The role's state, but for its trust policy: IAM spells that in its own way."""
    return {
        **inputs,
        "id": role["RoleName"],
        "name": role["RoleName"],
        "arn": role["Arn"],
        "uniqueId": role["RoleId"],
        "createDate": role["CreateDate"].isoformat(),
        "assumeRolePolicy": document_text(inputs["assumeRolePolicy"]),
        "path": role["Path"],
        "maxSessionDuration": role.get("MaxSessionDuration", _DEFAULT_SESSION_SECONDS),
        "tagsAll": inputs.get("tags") or {},
    }


def _attached(state: State) -> set[str]:
    return set(state.get("managedPolicyArns") or ())


def _inline(state: State) -> dict[str, str]:
    return {one["name"]: document_text(one["policy"]) for one in state.get("inlinePolicies") or ()}
