"""Role assignments: who holds which role where. They hold at their scope and all below it."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from preflight.sandbox.azure.identity import Directory
from preflight.sandbox.azure.names import OPERATOR, SUBSCRIPTION, subscription_id
from preflight.sandbox.azure.roles import OWNER, Role, matches

EVERYONE = "00000000-0000-0000-0000-000000000000"
_NAMED = re.compile(r"(principalid eq|assignedto)\s*\(?\s*'([^']+)'\s*\)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Assignment:
    """One role assignment. `scope` is as it was given; `principal` is lower-case."""

    name: str
    scope: str
    principal: str
    principal_type: str
    role: Role
    created: str

    def shape(self) -> dict[str, Any]:
        """As Resource Manager shows it."""
        definition = self.role.shape(subscription_id(SUBSCRIPTION))["id"]
        return {
            "id": f"{self.scope}/providers/Microsoft.Authorization/roleAssignments/{self.name}",
            "type": "Microsoft.Authorization/roleAssignments",
            "name": self.name,
            "properties": {
                "roleDefinitionId": definition,
                "principalId": self.principal,
                "principalType": self.principal_type,
                "scope": self.scope,
                "condition": None,
                "conditionVersion": None,
                "createdOn": self.created,
                "updatedOn": self.created,
                "createdBy": OPERATOR,
                "updatedBy": OPERATOR,
                "delegatedManagedIdentityResourceId": None,
                "description": None,
            },
        }


def covers(scope: str, other: str) -> bool:
    """Whether what holds at `scope` holds at `other`.

    It is the same or below. Case does not matter.
    """
    high, low = scope.rstrip("/").lower(), other.rstrip("/").lower()
    return low == high or low.startswith(f"{high}/")


@dataclass(frozen=True, slots=True)
class Denial:
    """A deny assignment, as Azure makes them for itself: nobody can make one by hand.

    `principals` and `excluded` are lower-case object ids; `EVERYONE` is all.
    """

    name: str
    scope: str
    data_actions: tuple[str, ...]
    principals: tuple[str, ...]
    excluded: tuple[str, ...] = ()

    def reaches(self, scope: str) -> bool:
        """Whether it holds there."""
        return covers(self.scope, scope)

    def denies(self, who: Collection[str], action: str) -> bool:
        """Whether it keeps somebody, who is known by these ids, from a data action."""
        meant = EVERYONE in self.principals or any(one in self.principals for one in who)
        named = any(one in self.excluded for one in who)
        return meant and not named and matches(self.data_actions, action)

    def shape(self) -> dict[str, Any]:
        """As Resource Manager shows it."""
        return {
            "id": f"{self.scope}/providers/Microsoft.Authorization/denyAssignments/{self.name}",
            "type": "Microsoft.Authorization/denyAssignments",
            "name": self.name,
            "properties": {
                "denyAssignmentName": self.name,
                "description": "",
                "permissions": [
                    {
                        "actions": [],
                        "notActions": [],
                        "dataActions": self.data_actions,
                        "notDataActions": [],
                    }
                ],
                "scope": self.scope,
                "doNotApplyToChildScopes": False,
                "principals": [_principal(one) for one in self.principals],
                "excludePrincipals": [_principal(one) for one in self.excluded],
                "isSystemProtected": True,
            },
        }


def _principal(name: str) -> dict[str, str]:
    return {"id": name, "type": "SystemDefined" if name == EVERYONE else "ServicePrincipal"}


class Assignments:
    """All assignments of the subscription, and what follows from them.

    The caller holds the lock.
    """

    def __init__(self, directory: Directory) -> None:
        """Begin with the operator as Owner."""
        self._directory = directory
        self._all: dict[tuple[str, str], Assignment] = {}
        self.denials: list[Denial] = []
        name = "00000000-0000-0000-0000-0000000000aa"
        self.put(name, subscription_id(SUBSCRIPTION), OPERATOR, "ServicePrincipal", OWNER)

    def put(
        self, name: str, scope: str, principal: str, principal_type: str, role: Role
    ) -> Assignment:
        """Keep an assignment."""
        now = datetime.now(UTC).isoformat().replace("+00:00", "Z")
        made = Assignment(name, scope, principal.lower(), principal_type, role, now)
        self._all[self._key(scope, name)] = made
        return made

    def get(self, scope: str, name: str) -> Assignment | None:
        """The assignment of that name at exactly that scope."""
        return self._all.get(self._key(scope, name))

    def same(self, scope: str, principal: str, role: Role) -> Assignment | None:
        """An assignment that says the same under whatever name."""
        for one in self._all.values():
            here = one.scope.lower() == scope.lower()
            if here and one.principal == principal.lower() and one.role == role:
                return one
        return None

    def delete(self, scope: str, name: str) -> Assignment | None:
        """Take an assignment away; returns it."""
        return self._all.pop(self._key(scope, name), None)

    def delete_below(self, scope: str) -> None:
        """Take away all at and below a scope that is gone."""
        for key in [key for key, one in self._all.items() if covers(scope, one.scope)]:
            del self._all[key]

    def listed(self, scope: str, query: str) -> list[Assignment]:
        """Those that a list at the scope shows, under an OData filter.

        `atScope()` leaves out what is below the scope; `assignedTo('id')` follows groups,
        `principalId eq 'id'` does not.
        """
        found = [one for one in self._all.values() if covers(one.scope, scope)]
        if "atscope()" not in query.lower():
            found += [
                one for one in self._all.values() if covers(scope, one.scope) and one not in found
            ]
        for how, principal in _NAMED.findall(query):
            follows = how.lower() == "assignedto"
            who = self._directory.held_as(principal) if follows else {principal.lower()}
            found = [one for one in found if one.principal in who]
        return found

    def may(self, principal: str, action: str, scope: str) -> bool:
        """Whether the principal may do this in Resource Manager."""
        return any(role.holds(action) for role in self._roles(principal, scope))

    def may_data(self, principal: str, action: str, scope: str) -> bool:
        """Whether the principal may do this on the data plane."""
        who = self._directory.held_as(principal)
        if any(one.reaches(scope) and one.denies(who, action) for one in self.denials):
            return False
        return any(role.holds_data(action) for role in self._roles(principal, scope))

    def _roles(self, principal: str, scope: str) -> list[Role]:
        who = self._directory.held_as(principal)
        return [
            one.role
            for one in self._all.values()
            if one.principal in who and covers(one.scope, scope)
        ]

    @staticmethod
    def _key(scope: str, name: str) -> tuple[str, str]:
        return scope.rstrip("/").lower(), name.lower()
