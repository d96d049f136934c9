"""Cloud KMS: key rings. They cannot be deleted."""

from typing import Any

from flask import Blueprint, Flask, Response, g, jsonify, request

from preflight.sandbox.gcp.errors import ApiError
from preflight.sandbox.gcp.incoming import json_body
from preflight.sandbox.gcp.key_finder import KeyFinder
from preflight.sandbox.gcp.keys import Ring, new_id
from preflight.sandbox.gcp.policy import CONDITIONAL_VERSION
from preflight.sandbox.gcp.world import World

RINGS_PATH = "/v1/projects/<project>/locations/<location>/keyRings"
RING_PATH = f"{RINGS_PATH}/<ring>"
_RIGHT = "cloudkms.keyRings."


class RingsApi:
    """The routes about key rings."""

    def __init__(self, world: World) -> None:
        """Serve this world's key rings."""
        self._world = world
        self._finder = KeyFinder(world)

    def register(self, app: Flask) -> None:
        """Add the routes to the application."""
        routes = Blueprint("rings", __name__)
        route = routes.add_url_rule
        route(RINGS_PATH, view_func=self.list, methods=["GET"])
        route(RINGS_PATH, view_func=self.create, methods=["POST"])
        route(RING_PATH, view_func=self.get, methods=["GET"])
        route(f"{RING_PATH}:getIamPolicy", view_func=self.get_policy, methods=["GET"])
        route(f"{RING_PATH}:setIamPolicy", view_func=self.set_policy, methods=["POST"])
        route(f"{RING_PATH}:testIamPermissions", view_func=self.test_permissions, methods=["POST"])
        app.register_blueprint(routes)

    def list(self, project: str, location: str) -> Response:
        """keyRings.list."""
        place = self._finder.place(project, location, f"{_RIGHT}list")
        rings = self._world.rings.values()
        return jsonify(keyRings=[_wire(one) for one in rings if one.name.startswith(f"{place}/")])

    def create(self, project: str, location: str) -> Response:
        """keyRings.create: for good."""
        place = self._finder.place(project, location, f"{_RIGHT}create")
        name = f"{place}/keyRings/{new_id(request.args.get('keyRingId', ''))}"
        with self._world.lock:
            if name in self._world.rings:
                raise ApiError(409, f"KeyRing {name} already exists.")
            self._world.rings[name] = Ring(name)
        return jsonify(_wire(self._world.rings[name]))

    def get(self, project: str, location: str, ring: str) -> Response:
        """keyRings.get."""
        return jsonify(_wire(self._finder.ring(project, location, ring, f"{_RIGHT}get")))

    def get_policy(self, project: str, location: str, ring: str) -> Response:
        """keyRings.getIamPolicy: it holds for all the keys in the ring."""
        found = self._finder.ring(project, location, ring, f"{_RIGHT}getIamPolicy")
        version = request.args.get("options.requestedPolicyVersion", 1)
        return jsonify(found.policy.body(int(version)))

    def set_policy(self, project: str, location: str, ring: str) -> Response:
        """keyRings.setIamPolicy."""
        with self._world.lock:
            found = self._finder.ring(project, location, ring, f"{_RIGHT}setIamPolicy")
            known, roles = self._world.known_identities(), self._world.known_roles()
            found.policy.replace(json_body().get("policy", {}), known, roles)
            return jsonify(found.policy.body(CONDITIONAL_VERSION))

    def test_permissions(self, project: str, location: str, ring: str) -> Response:
        """keyRings.testIamPermissions."""
        found = self._finder.ring(project, location, ring)
        asked = json_body().get("permissions", [])
        held = [one for one in asked if self._world.may_on_ring(g.caller, one, found)]
        return jsonify({"permissions": held} if held else {})


def _wire(ring: Ring) -> dict[str, Any]:
    return {"name": ring.name, "createTime": ring.created}
