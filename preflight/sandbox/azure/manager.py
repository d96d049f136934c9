"""Resource Manager: which call a path is, whether the caller may make it, and the answer."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from preflight.sandbox.azure import (
    accounts,
    catalog,
    deleted_accounts,
    deployments,
    groups,
    role_calls,
)
from preflight.sandbox.azure.names import SUBSCRIPTION, subscription_id
from preflight.sandbox.azure.resources import Answer, ArmError, Call, World, bad

_SUBSCRIPTION = r"/subscriptions/(?P<subscription>[^/]+)"
_GROUPS = rf"{_SUBSCRIPTION}/resourcegroups"
_GROUP = rf"{_GROUPS}/(?P<group>[^/]+)"
_SERVICES = "/providers/microsoft.cognitiveservices"
_ACCOUNTS = f"{_SUBSCRIPTION}{_SERVICES}/accounts"
_ACCOUNTS_OF_GROUP = f"{_GROUP}{_SERVICES}/accounts"
_ACCOUNT = rf"{_ACCOUNTS_OF_GROUP}/(?P<account>[^/]+)"
_DEPLOYMENTS = f"{_ACCOUNT}/deployments"
_DEPLOYMENT = rf"{_DEPLOYMENTS}/(?P<deployment>[^/]+)"
_LOCATION = rf"{_SUBSCRIPTION}{_SERVICES}/locations/(?P<location>[^/]+)"
_DELETED = rf"{_LOCATION}/resourcegroups/(?P<group>[^/]+)/deletedaccounts/(?P<account>[^/]+)"
_DELETED_ACTION = "locations/resourceGroups/deletedAccounts"
_ASSIGNMENTS = r"(?P<scope>.*)/providers/microsoft.authorization/roleassignments"
_DEFINITIONS = r"(?P<scope>.*)/providers/microsoft.authorization/roledefinitions"
_DENIALS = r"(?P<scope>.*)/providers/microsoft.authorization/denyassignments"
_NAME = r"/(?P<name>[^/]+)"

_ROWS: dict[str, tuple[tuple[str, str, str, Callable[[World, Call], Answer]], ...]] = {
    "Microsoft.Resources/subscriptions": (
        ("GET", _SUBSCRIPTION, "read", groups.get_subscription),
        ("PUT", _GROUP, "resourceGroups/write", groups.put_group),
        ("GET", _GROUP, "resourceGroups/read", groups.get_group),
        ("DELETE", _GROUP, "resourceGroups/delete", groups.delete_group),
        ("GET", _GROUPS, "resourceGroups/read", groups.list_groups),
    ),
    "Microsoft.CognitiveServices": (
        ("PUT", _ACCOUNT, "accounts/write", accounts.put_account),
        ("GET", _ACCOUNT, "accounts/read", accounts.get_account),
        ("DELETE", _ACCOUNT, "accounts/delete", accounts.delete_account),
        ("GET", _ACCOUNTS_OF_GROUP, "accounts/read", accounts.list_accounts),
        ("GET", _ACCOUNTS, "accounts/read", accounts.list_accounts),
        ("GET", _DELETED, f"{_DELETED_ACTION}/read", deleted_accounts.get_deleted),
        ("DELETE", _DELETED, f"{_DELETED_ACTION}/delete", deleted_accounts.purge),
        (
            "GET",
            f"{_SUBSCRIPTION}{_SERVICES}/deletedAccounts",
            "deletedAccounts/read",
            deleted_accounts.list_deleted,
        ),
        ("PUT", _DEPLOYMENT, "accounts/deployments/write", deployments.put_deployment),
        ("GET", _DEPLOYMENT, "accounts/deployments/read", deployments.get_deployment),
        ("DELETE", _DEPLOYMENT, "accounts/deployments/delete", deployments.delete_deployment),
        ("GET", _DEPLOYMENTS, "accounts/deployments/read", deployments.list_deployments),
        ("GET", f"{_LOCATION}/usages", "locations/usages/read", deployments.list_usages),
        ("GET", f"{_LOCATION}/models", "locations/models/read", catalog.of_region),
        ("GET", f"{_ACCOUNT}/models", "accounts/models/read", catalog.of_account),
    ),
    "Microsoft.Authorization": (
        ("PUT", f"{_ASSIGNMENTS}{_NAME}", "roleAssignments/write", role_calls.put_assignment),
        ("GET", f"{_ASSIGNMENTS}{_NAME}", "roleAssignments/read", role_calls.get_assignment),
        (
            "DELETE",
            f"{_ASSIGNMENTS}{_NAME}",
            "roleAssignments/delete",
            role_calls.delete_assignment,
        ),
        ("GET", _ASSIGNMENTS, "roleAssignments/read", role_calls.list_assignments),
        ("GET", f"{_DEFINITIONS}{_NAME}", "roleDefinitions/read", role_calls.get_definition),
        ("GET", _DEFINITIONS, "roleDefinitions/read", role_calls.list_definitions),
        ("GET", _DENIALS, "denyAssignments/read", role_calls.list_denials),
    ),
}
"""Resource provider -> method, path, action, and who answers."""


@dataclass(frozen=True, slots=True)
class Route:
    """One kind of call: its method and path, the action it needs, and who answers it."""

    method: str
    path: re.Pattern[str]
    action: str
    answer: Callable[[World, Call], Answer]


ROUTES = tuple(
    Route(method, re.compile(path, re.IGNORECASE), f"{provider}/{action}", answer)
    for provider, rows in _ROWS.items()
    for method, path, action, answer in rows
)


@dataclass(frozen=True, slots=True)
class Asked:
    """One HTTP request: `path` begins with one slash and ends with none."""

    method: str
    path: str
    query: Mapping[str, str]
    body: Mapping[str, Any]
    origin: str


def manage(world: World, principal: str, asked: Asked) -> Answer:
    """Answer a request of this principal. Raises ArmError."""
    if not asked.query.get("api-version"):
        message = "The api-version query parameter (?api-version=) is required for all requests."
        raise bad("MissingApiVersionParameter", message)
    for route in ROUTES:
        found = route.path.fullmatch(asked.path)
        if found and route.method == asked.method:
            names = found.groupdict()
            call = Call(names, asked.query.get("$filter", ""), asked.body, asked.origin)
            with world.lock:
                _check_subscription(asked.path)
                _authorize(world, principal, route.action, _scope(asked.path, names))
                return route.answer(world, call)
    message = f"No resource of the sandbox answers {asked.method} {asked.path}."
    raise ArmError(HTTPStatus.NOT_FOUND, "InvalidResourceType", message)


def _scope(path: str, names: Mapping[str, str]) -> str:
    """What the action is done on.

    Locations and the definitions of the tenant are the subscription's.
    """
    if "scope" in names:
        return names["scope"] or subscription_id(SUBSCRIPTION)
    if "location" in names:
        return subscription_id(names["subscription"])
    # A list is an action on what it lists the children of.
    return _LISTED.sub("", path)


_LISTED = re.compile(
    r"(/resourcegroups|/providers/[^/]+/(deleted)?accounts|/deployments|/models)$", re.IGNORECASE
)


def _check_subscription(path: str) -> None:
    found = re.match(_SUBSCRIPTION, path, re.IGNORECASE)
    if found and found["subscription"].lower() != SUBSCRIPTION:
        message = f"The subscription '{found['subscription']}' could not be found."
        raise ArmError(HTTPStatus.NOT_FOUND, "SubscriptionNotFound", message)


def _authorize(world: World, principal: str, action: str, scope: str) -> None:
    """Raises ArmError, before anything is said about what exists."""
    if not world.assignments.may(principal, action, scope):
        message = (
            f"The client '{principal}' with object id '{principal}' does not have authorization "
            f"to perform action '{action}' over scope '{scope}' or the scope is invalid. If "
            "access was recently granted, please refresh your credentials."
        )
        raise ArmError(HTTPStatus.FORBIDDEN, "AuthorizationFailed", message)
