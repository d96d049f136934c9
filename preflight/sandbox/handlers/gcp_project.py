"""What a project has: APIs that are on, their service agents, and service accounts."""

from dataclasses import dataclass
from typing import Any, ClassVar

from preflight.sandbox.gcp.client import Operator
from preflight.sandbox.handlers import Inputs, Made, Rules, State

_CHANGEABLE = ("displayName", "description")


@dataclass(frozen=True, slots=True)
class Service:
    """gcp:projects/service:Service: an API that is on."""

    operator: Operator
    rules: ClassVar[Rules] = Rules(replaced_by=frozenset({"project", "service"}))

    def create(self, _name: str, inputs: Inputs) -> Made:
        """Enable it."""
        project = inputs.get("project") or self.operator.project
        self.operator.call("POST", f"/v1/{_service(project, inputs)}:enable", {})
        return f"{project}/{inputs['service']}", {**inputs, "project": project}

    def read(self, _identity: str, state: State) -> State | None:
        """Itself where it is on; None where somebody turned it off."""
        found = self.operator.call("GET", f"/v1/{_service(state['project'], state)}")
        return state if found["state"] == "ENABLED" else None

    def update(self, _identity: str, state: State, inputs: Inputs) -> State:
        """Only what happens when it is deleted can change, and Google need not know that."""
        return {**inputs, "project": state["project"]}

    def delete(self, _identity: str, state: State) -> None:
        """Disable it, unless it is to stay on."""
        if state.get("disableOnDestroy") is not False:
            self.operator.call("POST", f"/v1/{_service(state['project'], state)}:disable", {})


@dataclass(frozen=True, slots=True)
class ServiceIdentity:
    """gcp:projects/serviceIdentity:ServiceIdentity: an API's service agent, made for good."""

    operator: Operator
    rules: ClassVar[Rules] = Rules(replaced_by=frozenset({"project", "service"}))

    def create(self, _name: str, inputs: Inputs) -> Made:
        """Have it made; Google makes it once, and answers the same from then on."""
        project = inputs.get("project") or self.operator.project
        parent = _service(project, inputs)
        made = self.operator.call("POST", f"/v1beta1/{parent}:generateServiceIdentity", {})
        email = made["response"]["email"]
        computed = {"project": project, "email": email, "member": f"serviceAccount:{email}"}
        return parent, {**inputs, **computed}

    def read(self, _identity: str, state: State) -> State | None:
        """Google offers no way to look."""
        return state

    def update(self, _identity: str, state: State, inputs: Inputs) -> State:
        """Nothing of it can change."""
        return {**state, **inputs}

    def delete(self, _identity: str, _state: State) -> None:
        """Google offers no way to delete it."""


@dataclass(frozen=True, slots=True)
class Account:
    """gcp:serviceaccount/account:Account: a service account without a key."""

    operator: Operator
    rules: ClassVar[Rules] = Rules(replaced_by=frozenset({"accountId", "project"}))

    def create(self, _name: str, inputs: Inputs) -> Made:
        """Make it."""
        project = inputs.get("project") or self.operator.project
        described = {key: inputs[key] for key in _CHANGEABLE if inputs.get(key)}
        asked = {"accountId": inputs["accountId"], "serviceAccount": described}
        made = self.operator.call("POST", f"/v1/projects/{project}/serviceAccounts", asked)
        if inputs.get("disabled"):
            self.operator.call("POST", f"/v1/{made['name']}:disable", {})
        return made["name"], _account({**inputs, "project": project}, made)

    def read(self, identity: str, state: State) -> State | None:
        """How it is called, and whether it is disabled."""
        found = self.operator.find(f"/v1/{identity}")
        if found is None:
            return None
        kept = {key: found.get(key, "") for key in _CHANGEABLE}
        return _account({**state, **kept, "disabled": found.get("disabled", False)}, found)

    def update(self, identity: str, state: State, inputs: Inputs) -> State:
        """Call it something else, or switch it on or off."""
        described = {key: inputs.get(key) or "" for key in _CHANGEABLE}
        asked = {"serviceAccount": described, "updateMask": ",".join(_CHANGEABLE)}
        made = self.operator.call("PATCH", f"/v1/{identity}", asked)
        disabled = bool(inputs.get("disabled"))
        if disabled != bool(state.get("disabled")):
            word = "disable" if disabled else "enable"
            self.operator.call("POST", f"/v1/{identity}:{word}", {})
        return _account({**inputs, "project": state["project"]}, made)

    def delete(self, identity: str, _state: State) -> None:
        """Delete it; what was granted to it is granted to nobody from then on."""
        if self.operator.find(f"/v1/{identity}") is not None:
            self.operator.call("DELETE", f"/v1/{identity}")


def _service(project: str, inputs: Inputs) -> str:
    return f"projects/{project}/services/{inputs['service']}"


def _account(inputs: Inputs, made: dict[str, Any]) -> State:
    return {
        **inputs,
        "email": made["email"],
        "member": f"serviceAccount:{made['email']}",
        "name": made["name"],
        "uniqueId": made["uniqueId"],
    }
