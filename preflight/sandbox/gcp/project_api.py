"""Cloud Resource Manager v1 (the project and its policy) and Service Usage (its APIs)."""

from typing import Any

from flask import Blueprint, Flask, Response, g, jsonify, request

from preflight.sandbox.gcp.errors import ApiError, denied, no_project
from preflight.sandbox.gcp.incoming import json_body
from preflight.sandbox.gcp.names import (
    NUMBER,
    NUMBERS,
    PROJECTS_API,
    SERVICES_API,
    VERTEX_AGENT,
    VERTEX_API,
    is_ours,
    project_of,
)
from preflight.sandbox.gcp.policy import CONDITIONAL_VERSION
from preflight.sandbox.gcp.world import API_TITLES, World

_PROJECT = "/v1/projects/<project>"
_SERVICES = f"{_PROJECT}/services"
_SERVICE = f"{_SERVICES}/<service>"
_TYPES = "type.googleapis.com/google.api.serviceusage"


class ProjectApi:
    """The routes about a project itself. Its APIs can be looked at in the first one only."""

    def __init__(self, world: World) -> None:
        """Serve this world's project."""
        self._world = world

    def register(self, app: Flask) -> None:
        """Add the routes to the application."""
        routes = Blueprint("project", __name__)
        route = routes.add_url_rule
        route(_PROJECT, view_func=self.project, methods=["GET"])
        route(f"{_PROJECT}:getIamPolicy", view_func=self.get_policy, methods=["POST"])
        route(f"{_PROJECT}:setIamPolicy", view_func=self.set_policy, methods=["POST"])
        route(f"{_PROJECT}:testIamPermissions", view_func=self.test_permissions, methods=["POST"])
        route(_SERVICES, view_func=self.services, methods=["GET"])
        route(_SERVICE, view_func=self.service, methods=["GET"])
        route(f"{_SERVICE}:enable", view_func=self.enable, methods=["POST"])
        route(f"{_SERVICE}:disable", view_func=self.disable, methods=["POST"])
        route(
            "/v1beta1/projects/<project>/services/<service>:generateServiceIdentity",
            view_func=self.service_identity,
            methods=["POST"],
        )
        app.register_blueprint(routes)

    def project(self, project: str) -> Response:
        """projects.get."""
        home = self._need(project, "resourcemanager.projects.get")
        return jsonify(
            projectId=home,
            projectNumber=NUMBERS[home],
            name=home,
            lifecycleState="ACTIVE",
            createTime="2026-01-01T00:00:00.000Z",
        )

    def get_policy(self, project: str) -> Response:
        """projects.getIamPolicy."""
        home = self._need(project, "resourcemanager.projects.getIamPolicy")
        version = json_body().get("options", {}).get("requestedPolicyVersion", 1)
        return jsonify(self._world.policies[home].body(int(version)))

    def set_policy(self, project: str) -> Response:
        """projects.setIamPolicy."""
        with self._world.lock:
            home = self._need(project, "resourcemanager.projects.setIamPolicy")
            policy = self._world.policies[home]
            policy.replace(
                json_body().get("policy", {}),
                self._world.known_identities(),
                self._world.known_roles(),
            )
            return jsonify(policy.body(CONDITIONAL_VERSION))

    def test_permissions(self, project: str) -> Response:
        """projects.testIamPermissions: of the permissions asked about, those the caller holds."""
        home = self._home(project)
        asked = json_body().get("permissions", [])
        if any("*" in permission for permission in asked):
            raise ApiError(400, "Permissions with wildcards are not allowed.")
        held = [one for one in asked if self._world.may_on_project(g.caller, one, home)]
        return jsonify({"permissions": held} if held else {})

    def services(self, project: str) -> Response:
        """services.list, by `filter=state:ENABLED` or DISABLED."""
        self._need_services(project, "serviceusage.services.list")
        state = request.args.get("filter", "").removeprefix("state:")
        all_services = [self._service(name) for name in sorted(API_TITLES)]
        return jsonify(services=[one for one in all_services if not state or one["state"] == state])

    def service(self, project: str, service: str) -> Response:
        """services.get."""
        self._need_services(project, "serviceusage.services.get", service)
        return jsonify(self._service(service))

    def enable(self, project: str, service: str) -> Response:
        """services.enable: done when it answers."""
        self._need_services(project, "serviceusage.services.enable", service)
        self._world.services.add(service)
        return _done(f"{_TYPES}.v1.EnableServiceResponse", service=self._service(service))

    def disable(self, project: str, service: str) -> Response:
        """services.disable: done when it answers."""
        self._need_services(project, "serviceusage.services.disable", service)
        self._world.services.discard(service)
        return _done(f"{_TYPES}.v1.DisableServiceResponse", service=self._service(service))

    def service_identity(self, project: str, service: str) -> Response:
        """services.generateServiceIdentity: makes the API's service agent, without any role."""
        self._need_services(project, "", service)
        if service != VERTEX_API:
            raise ApiError(501, f"The sandbox has no service agent for {service}.")
        with self._world.lock:
            self._world.add_service_agent(with_role=False)
        kind = f"{_TYPES}.v1beta1.ServiceIdentity"
        return _done(kind, email=VERTEX_AGENT, uniqueId="100000000000000000002")

    def _need(self, project: str, permission: str) -> str:
        """The project's id, once the caller is found to hold the permission on it."""
        home = self._home(project)
        self._world.need_on_project(g.caller, permission, home)
        return home

    def _home(self, project: str) -> str:
        home = project_of(project)
        if not home:
            raise no_project()
        self._world.need_api(PROJECTS_API, home)
        return home

    def _need_services(self, project: str, permission: str, service: str = "") -> None:
        self._world.need_api(SERVICES_API)
        if not is_ours(project):
            raise no_project()
        if permission and not self._world.may_on_project(g.caller, permission):
            raise denied(
                permission, f"//{SERVICES_API}/projects/{project}/services/{service or '-'}"
            )
        if service and service not in API_TITLES:
            message = f"Not found or permission denied for service(s): {service}."
            raise ApiError(403, message)

    def _service(self, service: str) -> dict[str, Any]:
        return {
            "name": f"projects/{NUMBER}/services/{service}",
            "parent": f"projects/{NUMBER}",
            "config": {"name": service, "title": API_TITLES[service]},
            "state": "ENABLED" if service in self._world.services else "DISABLED",
        }


def _done(kind: str, **response: Any) -> Response:
    """A long-running operation that is over."""
    return jsonify(
        name="operations/acat.p2-123456789-sandbox", done=True, response={"@type": kind, **response}
    )
