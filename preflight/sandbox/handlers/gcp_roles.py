"""Custom roles of a project."""

from dataclasses import dataclass
from typing import Any, ClassVar

from preflight.sandbox.gcp.client import Operator
from preflight.sandbox.handlers import Inputs, Made, Rules, State


@dataclass(frozen=True, slots=True)
class CustomRole:
    """gcp:projects/iAMCustomRole:IAMCustomRole. Google keeps what is deleted for some weeks."""

    operator: Operator
    rules: ClassVar[Rules] = Rules(replaced_by=frozenset({"project", "roleId"}))

    def create(self, _name: str, inputs: Inputs) -> Made:
        """Make it, or as the provider does bring back the one that was deleted."""
        project = inputs.get("project") or self.operator.project
        parent = f"projects/{project}/roles"
        identity = f"{parent}/{inputs['roleId']}"
        before = self.operator.find(f"/v1/{identity}")
        if before is not None and before.get("deleted"):
            self.operator.call("POST", f"/v1/{identity}:undelete", {})
            made = self.operator.call("PATCH", f"/v1/{identity}", _body(inputs))
        else:
            asked = {"roleId": inputs["roleId"], "role": _body(inputs)}
            made = self.operator.call("POST", f"/v1/{parent}", asked)
        return identity, _state({**inputs, "project": project}, made)

    def read(self, identity: str, state: State) -> State | None:
        """What it is called and holds; None where it is deleted."""
        found = self.operator.find(f"/v1/{identity}")
        return None if found is None or found.get("deleted") else _state(state, found)

    def update(self, identity: str, state: State, inputs: Inputs) -> State:
        """Call it something else, or have it hold something else."""
        made = self.operator.call("PATCH", f"/v1/{identity}", _body(inputs))
        return _state({**inputs, "project": state["project"]}, made)

    def delete(self, identity: str, state: State) -> None:
        """Delete it."""
        if self.read(identity, state) is not None:
            self.operator.call("DELETE", f"/v1/{identity}")


def _body(inputs: Inputs) -> dict[str, Any]:
    return {"title": inputs["title"], "includedPermissions": inputs["permissions"]}


def _state(inputs: Inputs, found: dict[str, Any]) -> State:
    """The provider takes the permissions for a set: where it is the same one, its order stays."""
    held, asked = found.get("includedPermissions", []), inputs["permissions"]
    return {
        **inputs,
        "name": found["name"],
        "title": found["title"],
        "permissions": asked if set(asked) == set(held) else held,
        "deleted": bool(found.get("deleted")),
    }
