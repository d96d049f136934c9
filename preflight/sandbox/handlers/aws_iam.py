"""IAM roles and their inline policies."""

import json
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
            AssumeRolePolicyDocument=_text(inputs["assumeRolePolicy"]),
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
        trust = _text(inputs["assumeRolePolicy"])
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


@dataclass(frozen=True, slots=True)
class RolePolicy:
    """aws:iam/rolePolicy:RolePolicy: an inline policy, known by its role and its name."""

    clients: Clients
    rules: ClassVar[Rules] = Rules(
        replaced_by=frozenset({"name", "role"}),
        named_by="name",
        documents=frozenset({"policy"}),
    )

    def create(self, name: str, inputs: Inputs) -> Made:
        """Write it into the role."""
        policy_name = inputs.get("name") or auto_named(name)
        identity = f"{inputs['role']}:{policy_name}"
        return identity, self._put(identity, inputs)

    def read(self, identity: str, state: State) -> State | None:
        """What it says; None where the role, or the policy in it, is gone."""
        role, _, name = identity.partition(":")
        iam = self.clients.get("iam")
        answer = looked(iam.get_role_policy, RoleName=role, PolicyName=name)
        if answer is None:
            return None
        return {**state, "policy": same_document(answer["PolicyDocument"], state.get("policy"))}

    def update(self, identity: str, _state: State, inputs: Inputs) -> State:
        """Write it anew."""
        return self._put(identity, inputs)

    def delete(self, identity: str, _state: State) -> None:
        """Take it out of the role."""
        role, _, name = identity.partition(":")
        looked(self.clients.get("iam").delete_role_policy, RoleName=role, PolicyName=name)

    def _put(self, identity: str, inputs: Inputs) -> State:
        role, _, name = identity.partition(":")
        policy = _text(inputs["policy"])
        self.clients.get("iam").put_role_policy(
            RoleName=role, PolicyName=name, PolicyDocument=policy
        )
        return {**inputs, "id": identity, "name": name, "policy": policy}


def _state(role: Mapping[str, Any], inputs: Inputs) -> State:
    """The role's state, but for its trust policy: IAM spells that in its own way."""
    return {
        **inputs,
        "id": role["RoleName"],
        "name": role["RoleName"],
        "arn": role["Arn"],
        "uniqueId": role["RoleId"],
        "createDate": role["CreateDate"].isoformat(),
        "assumeRolePolicy": _text(inputs["assumeRolePolicy"]),
        "path": role["Path"],
        "maxSessionDuration": role.get("MaxSessionDuration", _DEFAULT_SESSION_SECONDS),
        "tagsAll": inputs.get("tags") or {},
    }


def _attached(state: State) -> set[str]:
    return set(state.get("managedPolicyArns") or ())


def _inline(state: State) -> dict[str, str]:
    return {one["name"]: _text(one["policy"]) for one in state.get("inlinePolicies") or ()}


def _text(policy: Any) -> str:
    return policy if isinstance(policy, str) else json.dumps(policy)
