"""The kinds of Azure resources: each is put, read and deleted at its path in Resource Manager.

The azure-native provider replaces a resource when its path changes, or one of the few inputs that
it knows to be fixed, and deletes the old one first; everything else it puts anew in place. Source:
its replacement.go, its Diff, 2026-11.
"""

import uuid
from dataclasses import dataclass
from typing import Any, ClassVar

from preflight.sandbox.azure.names import account_id, deployment_id, group_id
from preflight.sandbox.azure.operator import AUTHORIZATION, COGNITIVE, RESOURCES, Arm
from preflight.sandbox.handlers import Inputs, Made, Rules, State, auto_named, whole

_IN_THE_PATH = frozenset({"resourceGroupName", "accountName", "deploymentName"})


@dataclass(frozen=True, slots=True)
class ResourceGroup:
    """azure-native:resources:ResourceGroup."""

    arm: Arm
    subscription: str
    rules: ClassVar[Rules] = Rules(
        replaced_by=frozenset({"resourceGroupName", "location"}),
        named_by="resourceGroupName",
        deletes_first=True,
    )

    def create(self, name: str, inputs: Inputs) -> Made:
        """Put it."""
        group = inputs.get("resourceGroupName") or auto_named(name)
        return _made(_put(self.arm, group_id(self.subscription, group), RESOURCES, inputs))

    def read(self, identity: str, state: State) -> State | None:
        """Where it is, and its tags."""
        return _read(self.arm, identity, RESOURCES, state)

    def update(self, identity: str, _state: State, inputs: Inputs) -> State:
        """Put it anew: only its tags can change."""
        return _put(self.arm, identity, RESOURCES, inputs)

    def delete(self, identity: str, _state: State) -> None:
        """Delete it and all in it."""
        _delete(self.arm, identity, RESOURCES)


@dataclass(frozen=True, slots=True)
class Account:
    """azure-native:cognitiveservices:Account."""

    arm: Arm
    subscription: str
    rules: ClassVar[Rules] = Rules(
        replaced_by=frozenset({"resourceGroupName", "accountName", "location"}),
        named_by="accountName",
        deletes_first=True,
    )

    def create(self, name: str, inputs: Inputs) -> Made:
        """Put it."""
        account = inputs.get("accountName") or auto_named(name)
        path = account_id(self.subscription, inputs["resourceGroupName"], account)
        return _made(_put(self.arm, path, COGNITIVE, inputs))

    def read(self, identity: str, state: State) -> State | None:
        """All that Resource Manager says of it."""
        return _read(self.arm, identity, COGNITIVE, state)

    def update(self, identity: str, _state: State, inputs: Inputs) -> State:
        """Put it anew."""
        return _put(self.arm, identity, COGNITIVE, inputs)

    def delete(self, identity: str, _state: State) -> None:
        """Delete it."""
        _delete(self.arm, identity, COGNITIVE)


@dataclass(frozen=True, slots=True)
class Deployment:
    """azure-native:cognitiveservices:Deployment: its kind, capacity and model change in place."""

    arm: Arm
    subscription: str
    rules: ClassVar[Rules] = Rules(
        replaced_by=frozenset({"resourceGroupName", "accountName", "deploymentName"}),
        named_by="deploymentName",
        deletes_first=True,
    )

    def create(self, name: str, inputs: Inputs) -> Made:
        """Put it."""
        deployment = inputs.get("deploymentName") or auto_named(name)
        group, account = inputs["resourceGroupName"], inputs["accountName"]
        path = deployment_id(self.subscription, group, account, deployment)
        return _made(_put(self.arm, path, COGNITIVE, _counted(inputs)))

    def read(self, identity: str, state: State) -> State | None:
        """All that Resource Manager says of it."""
        return _read(self.arm, identity, COGNITIVE, state)

    def update(self, identity: str, _state: State, inputs: Inputs) -> State:
        """Put it anew."""
        return _put(self.arm, identity, COGNITIVE, _counted(inputs))

    def delete(self, identity: str, _state: State) -> None:
        """Delete it."""
        _delete(self.arm, identity, COGNITIVE)


@dataclass(frozen=True, slots=True)
class RoleAssignment:
    """azure-native:authorization:RoleAssignment: Azure lets nobody change one."""

    arm: Arm
    rules: ClassVar[Rules] = Rules(
        replaced_by=frozenset({"scope", "roleAssignmentName", "principalId"}),
        deletes_first=True,
    )

    def create(self, _name: str, inputs: Inputs) -> Made:
        """Put it, at its scope."""
        name = inputs.get("roleAssignmentName") or str(uuid.uuid4())
        path = f"{inputs['scope']}/providers/Microsoft.Authorization/roleAssignments/{name}"
        return _made(self._put(path, inputs))

    def read(self, identity: str, state: State) -> State | None:
        """All that Resource Manager says of it."""
        found = _read(self.arm, identity, AUTHORIZATION, state)
        return None if found is None else _at_the_top(found)

    def update(self, identity: str, _state: State, inputs: Inputs) -> State:
        """Put it anew; Resource Manager refuses any other role."""
        return self._put(identity, inputs)

    def delete(self, identity: str, _state: State) -> None:
        """Delete it."""
        _delete(self.arm, identity, AUTHORIZATION)

    def _put(self, path: str, inputs: Inputs) -> State:
        asked = {
            key: value
            for key, value in inputs.items()
            if key not in {"scope", "roleAssignmentName"} and value is not None
        }
        answered = _put(self.arm, path, AUTHORIZATION, {"properties": asked})
        return _at_the_top({**inputs, **answered})


def _put(arm: Arm, path: str, version: str, inputs: Inputs) -> State:
    """Create or replace; the state is the inputs and what Resource Manager answered."""
    body = {key: value for key, value in inputs.items() if key not in _IN_THE_PATH}
    return {**inputs, **arm.put(path, version, body), "azureApiVersion": version}


def _read(arm: Arm, path: str, version: str, state: State) -> State | None:
    found = arm.find(path, version)
    return None if found is None else {**state, **found}


def _delete(arm: Arm, path: str, version: str) -> None:
    # What it is in may be gone as well, and then Resource Manager finds no parent to ask.
    if arm.find(path, version) is not None:
        arm.delete(path, version)


def _made(state: State) -> Made:
    return state["id"], state


def _at_the_top(state: State) -> State:
    """As the provider shows it: what Resource Manager keeps under `properties` at the top."""
    kept: dict[str, Any] = {key: value for key, value in state.items() if key != "properties"}
    return {**kept, **state["properties"]}


def _counted(inputs: Inputs) -> Inputs:
    """The inputs with a whole number of capacity units."""
    sku = dict(inputs.get("sku") or {})
    if "capacity" in sku:
        sku["capacity"] = whole(sku["capacity"])
    return {**inputs, "sku": sku}
