"""Microsoft.Authorization: role assignments at any scope, and role definitions."""

import re
import uuid
from http import HTTPStatus
from typing import Any

from preflight.sandbox.azure.identity import SERVICE_PRINCIPAL
from preflight.sandbox.azure.resources import Answer, ArmError, Call, World, bad, listed
from preflight.sandbox.azure.roles import ROLES, Role

_ROLE_NAME = re.compile(r"roleName eq '([^']+)'", re.IGNORECASE)


def put_assignment(world: World, call: Call) -> Answer:
    """Assign a role."""
    if not _is_guid(call["name"]):
        message = f"The role assignment ID '{call['name']}' is not valid. It must be a GUID."
        raise bad("InvalidRoleAssignmentId", message)
    if not world.exists(call["scope"]):
        message = f"The scope '{call['scope']}' was not found."
        raise ArmError(HTTPStatus.NOT_FOUND, "ResourceNotFound", message)
    asked: dict[str, Any] = dict(call.body.get("properties") or {})
    role = _role(str(asked.get("roleDefinitionId", "")))
    principal = str(asked.get("principalId", ""))
    kind = _principal_type(world, principal, asked.get("principalType"))
    before = world.assignments.get(call["scope"], call["name"])
    if before is not None:
        if (before.principal, before.role) != (principal.lower(), role):
            message = "Tenant ID, application ID, principal ID and scope may not be updated."
            raise bad("RoleAssignmentUpdateNotPermitted", message)
        return HTTPStatus.OK, before.shape()
    same = world.assignments.same(call["scope"], principal, role)
    if same is not None:
        message = "The role assignment already exists."
        raise ArmError(HTTPStatus.CONFLICT, "RoleAssignmentExists", message)
    made = world.assignments.put(call["name"], call["scope"], principal, kind, role)
    return HTTPStatus.CREATED, made.shape()


def get_assignment(world: World, call: Call) -> Answer:
    """One role assignment."""
    found = world.assignments.get(call["scope"], call["name"])
    if found is None:
        message = f"The role assignment '{call['name']}' is not found."
        raise ArmError(HTTPStatus.NOT_FOUND, "RoleAssignmentNotFound", message)
    return HTTPStatus.OK, found.shape()


def list_assignments(world: World, call: Call) -> Answer:
    """The role assignments at, above and below a scope."""
    found = world.assignments.listed(call["scope"], call.query)
    return listed([one.shape() for one in found])


def list_denials(world: World, call: Call) -> Answer:
    """The deny assignments at and above a scope."""
    return listed([one.shape() for one in world.assignments.denials if one.reaches(call["scope"])])


def delete_assignment(world: World, call: Call) -> Answer:
    """Take a role away."""
    gone = world.assignments.delete(call["scope"], call["name"])
    return (HTTPStatus.OK, gone.shape()) if gone else (HTTPStatus.NO_CONTENT, None)


def get_definition(_world: World, call: Call) -> Answer:
    """One role definition."""
    try:
        role = ROLES[call["name"].lower()]
    except KeyError:
        message = f"The specified role definition with ID '{call['name']}' does not exist."
        raise ArmError(HTTPStatus.NOT_FOUND, "RoleDefinitionDoesNotExist", message) from None
    return HTTPStatus.OK, role.shape(call["scope"])


def list_definitions(_world: World, call: Call) -> Answer:
    """The role definitions, all or those of one name."""
    named = _ROLE_NAME.search(call.query)
    found = [role for role in ROLES.values() if not named or role.name == named[1]]
    return listed([role.shape(call["scope"]) for role in found])


def _role(definition_id: str) -> Role:
    found = ROLES.get(definition_id.rpartition("/")[2].lower())
    if found is None or "/roledefinitions/" not in definition_id.lower():
        message = f"The specified role definition with ID '{definition_id}' does not exist."
        raise bad("RoleDefinitionDoesNotExist", message)
    return found


def _principal_type(world: World, principal: str, asked: str | None) -> str:
    """The principal's kind.

    An unknown one is believed only where it is said to be a new service's.
    """
    if not _is_guid(principal):
        message = f"The principal ID '{principal}' is not valid. Principal ID must be a GUID."
        raise bad("InvalidPrincipalId", message)
    known = world.directory.principals.get(principal.lower())
    if known is None and asked != SERVICE_PRINCIPAL:
        message = f"Principal {principal.replace('-', '')} does not exist in the directory."
        raise bad("PrincipalNotFound", message)
    if known and asked and asked != known:
        message = f"The PrincipalId '{principal}' has type '{known}', which is not '{asked}'."
        raise bad("UnmatchedPrincipalType", message)
    return known or SERVICE_PRINCIPAL


def _is_guid(text: str) -> bool:
    try:
        return str(uuid.UUID(text)) == text.lower()
    except ValueError:
        return False
