"""One member's one role, somewhere: added to the policy that is there, replacing nothing."""

from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar

from preflight.sandbox.gcp.client import Operator, Policy
from preflight.sandbox.handlers import Inputs, Made, Rules, State

_CONDITION = ("title", "expression", "description")


@dataclass(frozen=True, slots=True)
class PolicyMember:
    """A member of one resource's policy. Nothing of it can change.

    `on` is the input that names the resource.
    """

    operator: Operator
    on: ClassVar[str]
    rules: ClassVar[Rules]

    def create(self, _name: str, inputs: Inputs) -> Made:
        """Add it to the resource's policy."""
        named = self._named(inputs)
        etag = self.operator.change_policy(self._resource(named), partial(_add, inputs))
        return f"{self._prefix(named)}/{inputs['role']}/{inputs['member']}", {**named, "etag": etag}

    def read(self, _identity: str, state: State) -> State | None:
        """Itself while it stands in the policy; None where it, or the resource, is gone."""
        return _standing(self.operator, self._resource(state), state)

    def update(self, _identity: str, state: State, inputs: Inputs) -> State:
        """There is nothing to update."""
        return {**state, **inputs}

    def delete(self, identity: str, state: State) -> None:
        """Take it out of the policy, if it still stands there."""
        if self.read(identity, state) is not None:
            self.operator.change_policy(self._resource(state), partial(_remove, state))

    def _named(self, inputs: Inputs) -> Inputs:
        """The inputs, with the resource's name where it was left out."""
        return inputs

    def _resource(self, state: State) -> str:
        """The resource as its API names it."""
        return str(state[self.on])

    def _prefix(self, state: State) -> str:
        """What the member's id begins with."""
        return self._resource(state)


def _replaced_by(on: str) -> Rules:
    return Rules(replaced_by=frozenset({on, "role", "member", "condition"}))


class BucketMember(PolicyMember):
    """gcp:storage/bucketIAMMember:BucketIAMMember."""

    on = "bucket"
    rules = _replaced_by(on)

    def _resource(self, state: State) -> str:
        return f"b/{state['bucket'].removeprefix('b/')}"


class ProjectMember(PolicyMember):
    """gcp:projects/iAMMember:IAMMember."""

    on = "project"
    rules = _replaced_by(on)

    def _named(self, inputs: Inputs) -> Inputs:
        return {**inputs, "project": inputs.get("project") or self.operator.project}

    def _resource(self, state: State) -> str:
        return f"projects/{state['project']}"

    def _prefix(self, state: State) -> str:
        return str(state["project"])


class AccountMember(PolicyMember):
    """gcp:serviceaccount/iAMMember:IAMMember."""

    on = "serviceAccountId"
    rules = _replaced_by(on)

    def read(self, _identity: str, state: State) -> State | None:
        """The policy of an account that is gone is refused, where others' is not there."""
        account = self._resource(state)
        if self.operator.find(f"/v1/{account}") is None:
            return None
        return _standing(self.operator, account, state)


class KeyMember(PolicyMember):
    """gcp:kms/cryptoKeyIAMMember:CryptoKeyIAMMember."""

    on = "cryptoKeyId"
    rules = _replaced_by(on)


def _standing(operator: Operator, resource: str, state: State) -> State | None:
    policy = operator.policy(resource)
    binding = None if policy is None else _binding(policy, state)
    if policy is None or binding is None or state["member"] not in binding["members"]:
        return None
    return {**state, "etag": policy["etag"]}


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
