"""What exists in the subscription, and what a call to Resource Manager takes and answers."""

import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from preflight.sandbox.azure.assignments import Assignments
from preflight.sandbox.azure.identity import Directory
from preflight.sandbox.azure.names import ACCOUNT_KIND, SUBSCRIPTION

Resource = dict[str, Any]
Answer = tuple[int, Resource | None]
"""HTTP status and body."""


@dataclass(slots=True, eq=False)
class ArmError(Exception):
    """Resource Manager's no: HTTP status, code and message."""

    status: int
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Call:
    """One call: the names in its path, its `$filter`, its body, and where the sandbox serves."""

    names: Mapping[str, str]
    query: str
    body: Mapping[str, Any]
    origin: str

    def __getitem__(self, name: str) -> str:
        """A name in the path, in the caller's case."""
        return self.names[name]


@dataclass(slots=True)
class World:
    """All that Resource Manager knows. Hold `lock` to read or write it.

    `deleted` are the accounts that are gone, by their lower-case id: Azure keeps each of them, and
    its name, for 48 hours. Here nobody waits so long. `retiring`: model -> the day it ends, as an
    ISO date; a job that is sent now does not end before. `withdrawn`: models, and models with one
    type of deployment (`gpt-4o/GlobalBatch`), that are not offered any more.
    """

    directory: Directory = field(default_factory=Directory)
    lock: threading.RLock = field(default_factory=threading.RLock)
    resources: dict[str, Resource] = field(default_factory=dict)
    deleted: dict[str, Resource] = field(default_factory=dict)
    retiring: dict[str, str] = field(default_factory=dict)
    withdrawn: set[str] = field(default_factory=set)
    assignments: Assignments = field(init=False)

    def __post_init__(self) -> None:
        """Give the operator its role."""
        self.assignments = Assignments(self.directory)

    def find(self, resource_id: str) -> Resource | None:
        """The resource of that id; case does not matter."""
        return self.resources.get(resource_id.rstrip("/").lower())

    def put(self, resource: Resource) -> Answer:
        """Create or replace: 201 the first time, 200 after."""
        new = self.find(resource["id"]) is None
        self.resources[resource["id"].lower()] = resource
        return (HTTPStatus.CREATED if new else HTTPStatus.OK), resource

    def delete(self, resource_id: str) -> Answer:
        """Delete it, all below it and the roles on any of that: 204 where there was nothing."""
        low = resource_id.lower()
        gone = [key for key in self.resources if key == low or key.startswith(f"{low}/")]
        for key in gone:
            one = self.resources.pop(key)
            if one["type"] == ACCOUNT_KIND:
                self.deleted[key] = one
        if not gone:
            return HTTPStatus.NO_CONTENT, None
        self.assignments.delete_below(resource_id)
        return HTTPStatus.OK, None

    def children(self, resource_id: str, kind: str) -> list[Resource]:
        """The resources of a kind at any depth below an id."""
        low = f"{resource_id.lower()}/"
        return [
            one
            for key, one in self.resources.items()
            if key.startswith(low) and one["type"].lower() == kind.lower()
        ]

    def account_of(self, subdomain: str) -> Resource | None:
        """The account that has this custom subdomain."""
        found = [one for one in self.resources.values() if one["type"] == ACCOUNT_KIND]
        return _with_subdomain(found, subdomain)

    def deleted_account_of(self, subdomain: str) -> Resource | None:
        """The deleted account that still holds this custom subdomain."""
        return _with_subdomain(self.deleted.values(), subdomain)

    def exists(self, scope: str) -> bool:
        """Whether a role may be assigned there: the subscription, or a resource that is there."""
        return scope.lower() == f"/subscriptions/{SUBSCRIPTION}" or self.find(scope) is not None


def _with_subdomain(accounts: Iterable[Resource], subdomain: str) -> Resource | None:
    for one in accounts:
        name = one["properties"].get("customSubDomainName") or ""
        if name and name.lower() == subdomain.lower():
            return one
    return None


def listed(resources: list[Resource]) -> Answer:
    """A list, all on one page."""
    return HTTPStatus.OK, {"value": resources}


def not_found(kind: str, names: str, group: str) -> ArmError:
    """A resource is not there. `names` are its names, joined as its kind is."""
    provider, *kinds = kind.split("/")
    parts = [part for pair in zip(kinds, names.split("/"), strict=True) for part in pair]
    message = (
        f"The Resource '{'/'.join([provider, *parts])}' under resource group '{group}' was not "
        "found. For more details please go to https://aka.ms/ARMResourceNotFoundFix"
    )
    return ArmError(HTTPStatus.NOT_FOUND, "ResourceNotFound", message)


def bad(code: str, message: str) -> ArmError:
    """Resource Manager's 400."""
    return ArmError(HTTPStatus.BAD_REQUEST, code, message)
