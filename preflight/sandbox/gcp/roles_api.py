"""IAM: custom roles of the project. A deleted one keeps its name, and can be undeleted."""

from typing import Any

from flask import Blueprint, Flask, Response, g, jsonify

from preflight.sandbox.gcp.errors import ApiError, denied, no_project
from preflight.sandbox.gcp.incoming import json_body
from preflight.sandbox.gcp.names import IAM_API, PROJECT, is_ours
from preflight.sandbox.gcp.world import CustomRole, World

_ROLES = "/v1/projects/<project>/roles"
_ROLE = f"{_ROLES}/<role>"


class RolesApi:
    """The routes about custom roles."""

    def __init__(self, world: World) -> None:
        """Serve this world's roles."""
        self._world = world

    def register(self, app: Flask) -> None:
        """Add the routes to the application."""
        routes = Blueprint("roles", __name__)
        route = routes.add_url_rule
        route(_ROLES, view_func=self.create, methods=["POST"])
        route(_ROLE, view_func=self.get, methods=["GET"])
        route(_ROLE, view_func=self.patch, methods=["PATCH"])
        route(_ROLE, view_func=self.delete, methods=["DELETE"])
        route(f"{_ROLE}:undelete", view_func=self.undelete, methods=["POST"])
        app.register_blueprint(routes)

    def create(self, project: str) -> Response:
        """roles.create."""
        self._need(project, "iam.roles.create")
        asked = json_body()
        name = _name(str(asked.get("roleId", "")))
        with self._world.lock:
            before = self._world.custom_roles.get(name)
            if before is not None and before.deleted:
                message = f"You can't create a role with role_id ({asked['roleId']}) where there is"
                message += " an existing role with that role_id in a deleted state."
                raise ApiError(400, message, "FAILED_PRECONDITION")
            if before is not None:
                message = f"A role named {asked['roleId']} in projects/{PROJECT} already exists."
                raise ApiError(409, message)
            self._world.custom_roles[name] = _described(CustomRole(), asked.get("role", {}))
        return _wire(name, self._world.custom_roles[name])

    def get(self, project: str, role: str) -> Response:
        """roles.get."""
        return _wire(*self._find(project, role, "iam.roles.get"))

    def patch(self, project: str, role: str) -> Response:
        """roles.patch: all that the body names."""
        name, found = self._find(project, role, "iam.roles.update")
        return _wire(name, _described(found, json_body()))

    def delete(self, project: str, role: str) -> Response:
        """roles.delete: what it was granted to holds nothing by it from then on."""
        name, found = self._find(project, role, "iam.roles.delete")
        found.deleted = True
        return _wire(name, found)

    def undelete(self, project: str, role: str) -> Response:
        """roles.undelete."""
        name, found = self._find(project, role, "iam.roles.undelete")
        found.deleted = False
        return _wire(name, found)

    def _find(self, project: str, role: str, permission: str) -> tuple[str, CustomRole]:
        self._need(project, permission)
        name = _name(role)
        if name not in self._world.custom_roles:
            raise ApiError(404, f"The role named {name} was not found.")
        return name, self._world.custom_roles[name]

    def _need(self, project: str, permission: str) -> None:
        self._world.need_api(IAM_API)
        if not is_ours(project):
            raise no_project()
        if not self._world.may_on_project(g.caller, permission):
            raise denied(permission, f"//{IAM_API}/projects/{project}")


def _name(role: str) -> str:
    return f"projects/{PROJECT}/roles/{role}"


def _described(role: CustomRole, body: dict[str, Any]) -> CustomRole:
    role.title = str(body.get("title", role.title))
    role.permissions = frozenset(body.get("includedPermissions", role.permissions))
    return role


def _wire(name: str, role: CustomRole) -> Response:
    return jsonify(
        name=name,
        title=role.title,
        stage="GA",
        includedPermissions=sorted(role.permissions),
        etag="BwXhqDVIjqU=",
        # As Google does: the key is absent unless it is so.
        **({"deleted": True} if role.deleted else {}),
    )
