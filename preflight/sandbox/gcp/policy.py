"""An IAM policy: bindings under an etag, replaced as a whole, read in the version asked for."""

import base64
import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from preflight.sandbox.gcp.conditions import Target, holds
from preflight.sandbox.gcp.errors import ApiError
from preflight.sandbox.gcp.roles import grantable

CONDITIONAL_VERSION = 3
"""The policy version from which conditions are spoken of."""

_ANYWHERE = Target("", "", "")
_POOL = re.compile(r"principal(?:Set)?://iam\.googleapis\.com/(.+/workloadIdentityPools/[^/]+)")


@dataclass(frozen=True, slots=True)
class Grant:
    """One role given to one member; `condition` is its expression, "" for none."""

    role: str
    member: str
    condition: str


@dataclass(slots=True)
class Policy:
    """The policy of one resource. `kind`: project, bucket, serviceAccount or key."""

    kind: str
    bindings: list[dict[str, Any]] = field(default_factory=list)

    @property
    def etag(self) -> str:
        """Changes with the bindings, so that a stale writer is caught."""
        text = json.dumps(self.bindings, sort_keys=True).encode()
        return base64.b64encode(hashlib.sha256(text).digest()[:6]).decode()

    def grants(self) -> Iterator[Grant]:
        """The bindings, one member at a time."""
        for binding in self.bindings:
            condition = binding.get("condition", {}).get("expression", "")
            for member in binding["members"]:
                yield Grant(binding["role"], member, condition)

    def grant(self, role: str, member: str) -> None:
        """Add the member to the role, as Google itself does for its service agents."""
        if all((given.role, given.member) != (role, member) for given in self.grants()):
            self.bindings.append({"role": role, "members": [member]})

    def disown(self, member: str, unique_id: str) -> None:
        """The member was deleted: what it was given stays, and is nobody's."""
        gone = f"deleted:{member}?uid={unique_id}"
        for binding in self.bindings:
            binding["members"] = [gone if one == member else one for one in binding["members"]]

    def body(self, version: int) -> dict[str, Any]:
        """The policy in wire form; below version 3 a conditional role has a made-up name."""
        conditional = any("condition" in binding for binding in self.bindings)
        shown = self.bindings
        if conditional and version < CONDITIONAL_VERSION:
            shown = [_without_condition(binding) for binding in self.bindings]
        stated = CONDITIONAL_VERSION if conditional and version >= CONDITIONAL_VERSION else 1
        return {"version": stated, "etag": self.etag, "bindings": shown}

    def replace(
        self, body: dict[str, Any], known: frozenset[str], roles: frozenset[str] = frozenset()
    ) -> None:
        """Set the bindings from wire form.

        Args:
            body: the policy.
            known: the service accounts, agents and identity pools that exist.
            roles: the project's own roles.

        Raises:
            ApiError: 409 (412 on a bucket) for a stale etag; 400 for a role, member or condition
                that cannot be.
        """
        stale = body.get("etag") not in {None, "", self.etag}
        if stale and self.kind == "bucket":
            raise ApiError(412, "At least one of the pre-conditions you specified did not hold.")
        if stale:
            raise ApiError(
                409,
                "There were concurrent policy changes. Please retry the whole read-modify-write "
                "with exponential backoff.",
                "ABORTED",
            )
        bindings = [binding for binding in body.get("bindings", []) if binding.get("members")]
        for binding in bindings:
            self._vet(binding, int(body.get("version") or 1), known, roles)
        self.bindings = [_trimmed(binding) for binding in bindings]

    def _vet(
        self,
        binding: dict[str, Any],
        version: int,
        known: frozenset[str],
        roles: frozenset[str],
    ) -> None:
        role = binding.get("role", "")
        # A role that was deleted may stay where it was granted before.
        kept = {before["role"] for before in self.bindings}
        if not (role in kept | roles or grantable(role, self.kind)):
            raise ApiError(400, f"Role {role} is not supported for this resource.")
        if binding.get("condition"):
            if version < CONDITIONAL_VERSION:
                raise ApiError(400, "Specified policy version is too low for its conditions.")
            try:
                holds(binding["condition"].get("expression", ""), _ANYWHERE)
            except ValueError as error:
                raise ApiError(400, f"{error}.") from error
        for member in binding["members"]:
            kind, _, email = member.partition(":")
            if kind == "serviceAccount" and email not in known:
                raise ApiError(400, f"Service account {email} does not exist.")
            pool = _POOL.match(member)
            if pool and pool[1] not in known:
                raise ApiError(
                    400,
                    f"Identity Pool does not exist ({pool[1]}). Please check that you specified a "
                    "valid resource name as returned in the `name` attribute in the configuration "
                    "API.",
                )


def _without_condition(binding: dict[str, Any]) -> dict[str, Any]:
    if "condition" not in binding:
        return binding
    digest = hashlib.sha256(json.dumps(binding["condition"], sort_keys=True).encode()).hexdigest()
    return {"role": f"{binding['role']}_withcond_{digest[:20]}", "members": binding["members"]}


def _trimmed(binding: dict[str, Any]) -> dict[str, Any]:
    kept = {"role": binding["role"], "members": sorted(set(binding["members"]))}
    return kept | ({"condition": binding["condition"]} if binding.get("condition") else {})
