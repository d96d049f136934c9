"""Key rings and keys of Cloud KMS. Neither can be deleted: what is left of them is harmless."""

from dataclasses import dataclass
from typing import Any, ClassVar

from preflight.sandbox.gcp.client import Operator
from preflight.sandbox.handlers import Inputs, Made, Rules, State, auto_named

_USABLE = {"ENABLED", "DISABLED"}


@dataclass(frozen=True, slots=True)
class KeyRing:
    """gcp:kms/keyRing:KeyRing. Nothing of it can change, and deleting it forgets it only."""

    operator: Operator
    rules: ClassVar[Rules] = Rules(
        replaced_by=frozenset({"name", "location", "project"}), named_by="name"
    )

    def create(self, name: str, inputs: Inputs) -> Made:
        """Make it, for good."""
        project = inputs.get("project") or self.operator.project
        ring = inputs.get("name") or auto_named(name)
        parent = f"projects/{project}/locations/{inputs['location']}/keyRings"
        made = self.operator.call("POST", f"/v1/{parent}?keyRingId={ring}", {})
        return made["name"], {**inputs, "project": project, "name": ring}

    def read(self, identity: str, state: State) -> State | None:
        """Itself."""
        return None if self.operator.find(f"/v1/{identity}") is None else state

    def update(self, _identity: str, state: State, inputs: Inputs) -> State:
        """There is nothing to update."""
        return {**state, **inputs}

    def delete(self, _identity: str, _state: State) -> None:
        """The real provider only forgets it."""


@dataclass(frozen=True, slots=True)
class CryptoKey:
    """gcp:kms/cryptoKey:CryptoKey. Deleting it destroys its versions and stops its rotation."""

    operator: Operator
    rules: ClassVar[Rules] = Rules(
        replaced_by=frozenset(
            {
                "name",
                "keyRing",
                "purpose",
                "importOnly",
                "destroyScheduledDuration",
                "skipInitialVersionCreation",
                "cryptoKeyBackend",
            }
        ),
        named_by="name",
    )

    def create(self, name: str, inputs: Inputs) -> Made:
        """Make it with a first version, which is its primary one."""
        key = inputs.get("name") or auto_named(name)
        asked = {"purpose": inputs.get("purpose") or "ENCRYPT_DECRYPT", **_settings(inputs)}
        if inputs.get("destroyScheduledDuration"):
            asked["destroyScheduledDuration"] = inputs["destroyScheduledDuration"]
        query = f"cryptoKeyId={key}"
        if inputs.get("skipInitialVersionCreation"):
            query += "&skipInitialVersionCreation=true"
        path = f"/v1/{inputs['keyRing']}/cryptoKeys?{query}"
        made = self.operator.call("POST", path, asked)
        return made["name"], _state({**inputs, "name": key}, made)

    def read(self, identity: str, state: State) -> State | None:
        """Its settings and its primary version's state; a destroyed key is a key still."""
        found = self.operator.find(f"/v1/{identity}")
        if found is None:
            return None
        now: State = {key: found.get(key) for key in ("labels", "rotationPeriod") if key in state}
        return _state({**state, **now}, found)

    def update(self, identity: str, state: State, inputs: Inputs) -> State:
        """Change its labels and how often it rotates."""
        asked = _settings(inputs)
        query = "updateMask=labels,rotationPeriod"
        made = self.operator.call("PATCH", f"/v1/{identity}?{query}", asked)
        return _state({**inputs, "name": state["name"]}, made)

    def delete(self, identity: str, _state: State) -> None:
        """Destroy what can be used of it. What was encrypted with it can be read no more."""
        if self.operator.find(f"/v1/{identity}") is None:
            return
        for version in self.operator.call("GET", f"/v1/{identity}/cryptoKeyVersions")[
            "cryptoKeyVersions"
        ]:
            if version["state"] in _USABLE:
                self.operator.call("POST", f"/v1/{version['name']}:destroy", {})
        query = "updateMask=rotationPeriod,nextRotationTime"
        self.operator.call("PATCH", f"/v1/{identity}?{query}", {})


def _settings(inputs: Inputs) -> dict[str, Any]:
    wanted = {key: inputs.get(key) for key in ("labels", "rotationPeriod")}
    return {key: value for key, value in wanted.items() if value}


def _state(inputs: Inputs, found: dict[str, Any]) -> State:
    primary = found.get("primary")
    return {
        **inputs,
        "purpose": found["purpose"],
        "destroyScheduledDuration": found["destroyScheduledDuration"],
        "importOnly": bool(inputs.get("importOnly")),
        "primaries": [{key: primary[key] for key in ("name", "state")}] if primary else [],
    }
