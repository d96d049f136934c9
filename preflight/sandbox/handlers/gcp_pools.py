"""Workload identity pools and their providers. Google keeps what is deleted for some weeks."""

from dataclasses import dataclass
from typing import Any, ClassVar

from preflight.sandbox.gcp.client import Operator
from preflight.sandbox.handlers import Inputs, Made, Rules, State

_POOL_SETTINGS = ("displayName", "description", "disabled")
_PROVIDER_SETTINGS = (*_POOL_SETTINGS, "attributeMapping", "attributeCondition", "oidc")
_DELETED = "DELETED"


@dataclass(frozen=True, slots=True)
class Pool:
    """gcp:iam/workloadIdentityPool:WorkloadIdentityPool.

    A deleted one's id stays taken, and the provider does not bring it back: making it anew is
    refused.
    """

    operator: Operator
    rules: ClassVar[Rules] = Rules(
        replaced_by=frozenset({"workloadIdentityPoolId", "project", "mode"})
    )

    def create(self, _name: str, inputs: Inputs) -> Made:
        """Make it."""
        project = inputs.get("project") or self.operator.project
        parent = f"projects/{project}/locations/global/workloadIdentityPools"
        pool = inputs["workloadIdentityPoolId"]
        path = f"/v1/{parent}?workloadIdentityPoolId={pool}"
        made = self.operator.call("POST", path, _settings(inputs, _POOL_SETTINGS))["response"]
        return f"{parent}/{pool}", _state({**inputs, "project": project}, made)

    def read(self, identity: str, state: State) -> State | None:
        """Its settings; None where it is deleted."""
        return _looked(self.operator, identity, state, _POOL_SETTINGS)

    def update(self, identity: str, state: State, inputs: Inputs) -> State:
        """Call it something else, or switch it on or off."""
        made = _patched(self.operator, identity, inputs, _POOL_SETTINGS)
        return _state({**inputs, "project": state["project"]}, made)

    def delete(self, identity: str, state: State) -> None:
        """Delete it, with its providers."""
        if self.read(identity, state) is not None:
            self.operator.call("DELETE", f"/v1/{identity}")


@dataclass(frozen=True, slots=True)
class PoolProvider:
    """gcp:iam/workloadIdentityPoolProvider:WorkloadIdentityPoolProvider, of an OIDC issuer."""

    operator: Operator
    rules: ClassVar[Rules] = Rules(
        replaced_by=frozenset(
            {"workloadIdentityPoolId", "workloadIdentityPoolProviderId", "project"}
        )
    )

    def create(self, _name: str, inputs: Inputs) -> Made:
        """Make it."""
        project = inputs.get("project") or self.operator.project
        pool = inputs["workloadIdentityPoolId"]
        provider = inputs["workloadIdentityPoolProviderId"]
        parent = f"projects/{project}/locations/global/workloadIdentityPools/{pool}/providers"
        path = f"/v1/{parent}?workloadIdentityPoolProviderId={provider}"
        made = self.operator.call("POST", path, _settings(inputs, _PROVIDER_SETTINGS))["response"]
        return f"{parent}/{provider}", _state({**inputs, "project": project}, made)

    def read(self, identity: str, state: State) -> State | None:
        """Its settings; None where it, or its pool, is deleted."""
        pool = identity.partition("/providers/")[0]
        if _living(self.operator, pool) is None:
            return None
        return _looked(self.operator, identity, state, _PROVIDER_SETTINGS)

    def update(self, identity: str, state: State, inputs: Inputs) -> State:
        """Change all but its id."""
        made = _patched(self.operator, identity, inputs, _PROVIDER_SETTINGS)
        return _state({**inputs, "project": state["project"]}, made)

    def delete(self, identity: str, state: State) -> None:
        """Delete it."""
        if self.read(identity, state) is not None:
            self.operator.call("DELETE", f"/v1/{identity}")


def _living(operator: Operator, identity: str) -> dict[str, Any] | None:
    found = operator.find(f"/v1/{identity}")
    return None if found is None or found["state"] == _DELETED else found


def _looked(
    operator: Operator, identity: str, state: State, settings: tuple[str, ...]
) -> State | None:
    found = _living(operator, identity)
    if found is None:
        return None
    # Google leaves out what is false or empty.
    now = {key: found.get(key, _nothing(state.get(key))) for key in settings}
    # What the program left to Google and Google left out is nobody's.
    return _state({**state, **{key: now[key] for key in now if key in state or now[key]}}, found)


def _nothing(value: Any) -> Any:
    """False for a switch, "" for a text, {} for a table."""
    return type(value)() if value is not None else None


def _patched(
    operator: Operator, identity: str, inputs: Inputs, settings: tuple[str, ...]
) -> dict[str, Any]:
    path = f"/v1/{identity}?updateMask={','.join(settings)}"
    made: dict[str, Any] = operator.call("PATCH", path, _settings(inputs, settings))["response"]
    return made


def _settings(inputs: Inputs, names: tuple[str, ...]) -> dict[str, Any]:
    """The settings as Google's API spells them: as the program does."""
    return {name: inputs[name] for name in names if inputs.get(name)}


def _state(inputs: Inputs, found: dict[str, Any]) -> State:
    return {**inputs, "name": found["name"], "state": found["state"]}
