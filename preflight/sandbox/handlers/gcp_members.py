"""One member's one role, somewhere: added to the policy that is there, replacing nothing."""

from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar

from preflight.sandbox.gcp.client import Operator, Policy
from preflight.sandbox.handlers import Inputs, Made, Rules, State

_CONDITION = ("title", "expression", "description")


@dataclass(frozen=True, slots=True)
class BucketMember:
    """gcp:storage/bucketIAMMember:BucketIAMMember. Nothing of it can change."""

    operator: Operator
    rules: ClassVar[Rules] = Rules(replaced_by=frozenset({"bucket", "role", "member", "condition"}))

    def create(self, _name: str, inputs: Inputs) -> Made:
        """Add it to the bucket's policy."""
        resource = f"b/{inputs['bucket'].removeprefix('b/')}"
        etag = self.operator.change_policy(resource, partial(_add, inputs))
        return f"{resource}/{inputs['role']}/{inputs['member']}", {**inputs, "etag": etag}

    def read(self, _identity: str, state: State) -> State | None:
        """Itself while it stands in the policy; None where it, or the bucket, is gone."""
        return _standing(self.operator, f"b/{state['bucket'].removeprefix('b/')}", state)

    def update(self, _identity: str, state: State, inputs: Inputs) -> State:
        """There is nothing to update."""
        return {**state, **inputs}

    def delete(self, _identity: str, state: State) -> None:
        """Take it out of the policy."""
        _withdraw(self.operator, f"b/{state['bucket'].removeprefix('b/')}", state)


@dataclass(frozen=True, slots=True)
class ProjectMember:
    """gcp:projects/iAMMember:IAMMember. Nothing of it can change."""

    operator: Operator
    rules: ClassVar[Rules] = Rules(
        replaced_by=frozenset({"project", "role", "member", "condition"})
    )

    def create(self, _name: str, inputs: Inputs) -> Made:
        """Add it to the project's policy."""
        project = inputs.get("project") or self.operator.project
        etag = self.operator.change_policy(f"projects/{project}", partial(_add, inputs))
        state = {**inputs, "project": project, "etag": etag}
        return f"{project}/{inputs['role']}/{inputs['member']}", state

    def read(self, _identity: str, state: State) -> State | None:
        """Itself while it stands in the policy."""
        return _standing(self.operator, f"projects/{state['project']}", state)

    def update(self, _identity: str, state: State, inputs: Inputs) -> State:
        """There is nothing to update."""
        return {**state, **inputs}

    def delete(self, _identity: str, state: State) -> None:
        """Take it out of the policy."""
        _withdraw(self.operator, f"projects/{state['project']}", state)


@dataclass(frozen=True, slots=True)
class AccountMember:
    """gcp:serviceaccount/iAMMember:IAMMember. Nothing of it can change."""

    operator: Operator
    rules: ClassVar[Rules] = Rules(
        replaced_by=frozenset({"serviceAccountId", "role", "member", "condition"})
    )

    def create(self, _name: str, inputs: Inputs) -> Made:
        """Add it to the service account's policy."""
        account = inputs["serviceAccountId"]
        etag = self.operator.change_policy(account, partial(_add, inputs))
        return f"{account}/{inputs['role']}/{inputs['member']}", {**inputs, "etag": etag}

    def read(self, _identity: str, state: State) -> State | None:
        """Itself while it stands in the policy; None where it, or the account, is gone."""
        account = state["serviceAccountId"]
        if self.operator.find(f"/v1/{account}") is None:
            return None
        return _standing(self.operator, account, state)

    def update(self, _identity: str, state: State, inputs: Inputs) -> State:
        """There is nothing to update."""
        return {**state, **inputs}

    def delete(self, identity: str, state: State) -> None:
        """Take it out of the policy."""
        if self.read(identity, state) is not None:
            _withdraw(self.operator, state["serviceAccountId"], state)


@dataclass(frozen=True, slots=True)
class KeyMember:
    """gcp:kms/cryptoKeyIAMMember:CryptoKeyIAMMember. Nothing of it can change."""

    operator: Operator
    rules: ClassVar[Rules] = Rules(
        replaced_by=frozenset({"cryptoKeyId", "role", "member", "condition"})
    )

    def create(self, _name: str, inputs: Inputs) -> Made:
        """Add it to the key's policy."""
        key = inputs["cryptoKeyId"]
        etag = self.operator.change_policy(key, partial(_add, inputs))
        return f"{key}/{inputs['role']}/{inputs['member']}", {**inputs, "etag": etag}

    def read(self, _identity: str, state: State) -> State | None:
        """Itself while it stands in the policy; None where it, or the key, is gone."""
        return _standing(self.operator, state["cryptoKeyId"], state)

    def update(self, _identity: str, state: State, inputs: Inputs) -> State:
        """There is nothing to update."""
        return {**state, **inputs}

    def delete(self, _identity: str, state: State) -> None:
        """Take it out of the policy."""
        _withdraw(self.operator, state["cryptoKeyId"], state)


def _standing(operator: Operator, resource: str, state: State) -> State | None:
    policy = operator.policy(resource)
    binding = None if policy is None else _binding(policy, state)
    if policy is None or binding is None or state["member"] not in binding["members"]:
        return None
    return {**state, "etag": policy["etag"]}


def _withdraw(operator: Operator, resource: str, state: State) -> None:
    if _standing(operator, resource, state) is not None:
        operator.change_policy(resource, partial(_remove, state))


def _binding(policy: Policy, inputs: Inputs) -> dict[str, Any] | None:
    """The policy's entry for the same role under the same condition."""
    for binding in policy.get("bindings", []):
        if binding["role"] == inputs["role"] and binding.get("condition") == _condition(inputs):
            found: dict[str, Any] = binding
            return found
    return None


def _add(inputs: Inputs, policy: Policy) -> None:
    binding = _binding(policy, inputs)
    if binding is None:
        wanted = _condition(inputs)
        binding = {"role": inputs["role"], "members": []}
        binding |= {"condition": wanted} if wanted else {}
        policy.setdefault("bindings", []).append(binding)
    if inputs["member"] not in binding["members"]:
        binding["members"].append(inputs["member"])


def _remove(inputs: Inputs, policy: Policy) -> None:
    binding = _binding(policy, inputs)
    if binding is not None and inputs["member"] in binding["members"]:
        binding["members"].remove(inputs["member"])
        if not binding["members"]:
            policy["bindings"].remove(binding)


def _condition(inputs: Inputs) -> dict[str, str] | None:
    condition = inputs.get("condition")
    if not condition:
        return None
    return {key: condition[key] for key in _CONDITION if condition.get(key)}
