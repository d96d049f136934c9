"""Cloud KMS: keys and their versions. Keys cannot be deleted; destroyed versions keep names."""

from typing import Any

from flask import Blueprint, Flask, Response, g, jsonify, request

from preflight.sandbox.gcp.errors import ApiError
from preflight.sandbox.gcp.incoming import json_body
from preflight.sandbox.gcp.key_finder import KeyFinder
from preflight.sandbox.gcp.keys import DESTROY_SCHEDULED, DISABLED, ENABLED, Key, new_id
from preflight.sandbox.gcp.policy import CONDITIONAL_VERSION
from preflight.sandbox.gcp.rings_api import RING_PATH
from preflight.sandbox.gcp.world import World

_KEYS = f"{RING_PATH}/cryptoKeys"
_KEY = f"{_KEYS}/<key>"
_VERSIONS = f"{_KEY}/cryptoKeyVersions"
_VERSION = f"{_VERSIONS}/<int:version>"

_CHANGEABLE = ("labels", "rotationPeriod", "nextRotationTime")
_MONTH = f"{30 * 24 * 60 * 60}s"
_ALGORITHM = {"protectionLevel": "SOFTWARE", "algorithm": "GOOGLE_SYMMETRIC_ENCRYPTION"}
_KEYS_RIGHT, _VERSIONS_RIGHT = "cloudkms.cryptoKeys.", "cloudkms.cryptoKeyVersions."


class KeysApi:
    """The routes about keys."""

    def __init__(self, world: World) -> None:
        """Serve this world's keys."""
        self._world = world
        self._finder = KeyFinder(world)

    def register(self, app: Flask) -> None:
        """Add the routes to the application."""
        routes = Blueprint("keys", __name__)
        route = routes.add_url_rule
        route(_KEYS, view_func=self.keys, methods=["GET"])
        route(_KEYS, view_func=self.create_key, methods=["POST"])
        route(_KEY, view_func=self.key, methods=["GET"])
        route(_KEY, view_func=self.patch_key, methods=["PATCH"])
        route(f"{_KEY}:getIamPolicy", view_func=self.get_policy, methods=["GET"])
        route(f"{_KEY}:setIamPolicy", view_func=self.set_policy, methods=["POST"])
        route(f"{_KEY}:testIamPermissions", view_func=self.test_permissions, methods=["POST"])
        route(_VERSIONS, view_func=self.versions, methods=["GET"])
        route(_VERSION, view_func=self.version, methods=["GET"])
        route(_VERSION, view_func=self.patch_version, methods=["PATCH"])
        route(f"{_VERSION}:destroy", view_func=self.destroy_version, methods=["POST"])
        route(f"{_VERSION}:restore", view_func=self.restore_version, methods=["POST"])
        app.register_blueprint(routes)

    def keys(self, project: str, location: str, ring: str) -> Response:
        """cryptoKeys.list."""
        found = self._finder.ring(project, location, ring, f"{_KEYS_RIGHT}list")
        return jsonify(
            cryptoKeys=[_key(one) for one in self._world.keys.values() if one.ring is found]
        )

    def create_key(self, project: str, location: str, ring: str) -> Response:
        """cryptoKeys.create: with a first version, unless that is asked to be left out."""
        parent = self._finder.ring(project, location, ring, f"{_KEYS_RIGHT}create")
        asked = json_body()
        if asked.get("purpose") != "ENCRYPT_DECRYPT":
            raise ApiError(400, "The sandbox has keys of purpose ENCRYPT_DECRYPT only.")
        skipped = request.args.get("skipInitialVersionCreation") == "true"
        with self._world.lock:
            name = f"{parent.name}/cryptoKeys/{new_id(request.args.get('cryptoKeyId', ''))}"
            if name in self._world.keys:
                raise ApiError(409, f"CryptoKey {name} already exists.")
            settings = {field: asked[field] for field in _CHANGEABLE if asked.get(field)}
            settings["destroyScheduledDuration"] = asked.get("destroyScheduledDuration") or _MONTH
            made = Key(name, parent, settings, [] if skipped else [ENABLED])
            self._world.keys[name] = made
        return jsonify(_key(made))

    def key(self, project: str, location: str, ring: str, key: str) -> Response:
        """cryptoKeys.get."""
        return jsonify(_key(self._finder.key(project, location, ring, key, f"{_KEYS_RIGHT}get")))

    def patch_key(self, project: str, location: str, ring: str, key: str) -> Response:
        """cryptoKeys.patch: what `updateMask` names; what the body lacks is unset."""
        found = self._finder.key(project, location, ring, key, f"{_KEYS_RIGHT}update")
        asked = json_body()
        for field in request.args.get("updateMask", "").split(","):
            if field not in _CHANGEABLE:
                raise ApiError(400, f"The field {field!r} cannot be updated.")
            found.settings.pop(field, None)
            if asked.get(field):
                found.settings[field] = asked[field]
        return jsonify(_key(found))

    def get_policy(self, project: str, location: str, ring: str, key: str) -> Response:
        """cryptoKeys.getIamPolicy."""
        found = self._finder.key(project, location, ring, key, f"{_KEYS_RIGHT}getIamPolicy")
        version = request.args.get("options.requestedPolicyVersion", 1)
        return jsonify(found.policy.body(int(version)))

    def set_policy(self, project: str, location: str, ring: str, key: str) -> Response:
        """cryptoKeys.setIamPolicy."""
        with self._world.lock:
            found = self._finder.key(project, location, ring, key, f"{_KEYS_RIGHT}setIamPolicy")
            known, roles = self._world.known_identities(), self._world.known_roles()
            found.policy.replace(json_body().get("policy", {}), known, roles)
            return jsonify(found.policy.body(CONDITIONAL_VERSION))

    def test_permissions(self, project: str, location: str, ring: str, key: str) -> Response:
        """cryptoKeys.testIamPermissions."""
        found = self._finder.key(project, location, ring, key, "")
        asked = json_body().get("permissions", [])
        held = [one for one in asked if self._world.may_on_key(g.caller, one, found)]
        return jsonify({"permissions": held} if held else {})

    def versions(self, project: str, location: str, ring: str, key: str) -> Response:
        """cryptoKeyVersions.list."""
        found = self._finder.key(project, location, ring, key, f"{_VERSIONS_RIGHT}list")
        count = len(found.versions)
        shown = [_version(found, number) for number in range(1, count + 1)]
        return jsonify(cryptoKeyVersions=shown, totalSize=count)

    def version(self, version: int, **key: str) -> Response:
        """cryptoKeyVersions.get."""
        return jsonify(_version(self._need(key, version, "get"), version))

    def patch_version(self, version: int, **key: str) -> Response:
        """cryptoKeyVersions.patch: switches it on or off."""
        found = self._need(key, version, "update")
        state = json_body().get("state")
        if request.args.get("updateMask") != "state" or state not in {ENABLED, DISABLED}:
            raise ApiError(400, "Only the state can be updated, to ENABLED or DISABLED.")
        if found.versions[version - 1] not in {ENABLED, DISABLED}:
            raise _not_so(found, version)
        found.versions[version - 1] = state
        return jsonify(_version(found, version))

    def destroy_version(self, version: int, **key: str) -> Response:
        """cryptoKeyVersions.destroy: it is of no use from now on, and gone after some days."""
        return self._become(key, version, "destroy", DESTROY_SCHEDULED, {ENABLED, DISABLED})

    def restore_version(self, version: int, **key: str) -> Response:
        """cryptoKeyVersions.restore: it is there, but switched off."""
        return self._become(key, version, "restore", DISABLED, {DESTROY_SCHEDULED})

    def _become(
        self, key: dict[str, str], version: int, verb: str, state: str, before: set[str]
    ) -> Response:
        found = self._need(key, version, verb)
        if found.versions[version - 1] not in before:
            raise _not_so(found, version)
        found.versions[version - 1] = state
        return jsonify(_version(found, version))

    def _need(self, key: dict[str, str], version: int, verb: str) -> Key:
        found = self._finder.key(**key, permission=f"{_VERSIONS_RIGHT}{verb}")
        if not 1 <= version <= len(found.versions):
            raise ApiError(404, f"CryptoKeyVersion {found.version_name(version)} not found.")
        return found


def _not_so(key: Key, version: int) -> ApiError:
    name, state = key.version_name(version), key.versions[version - 1]
    return ApiError(400, f"{name} has state {state}.", "FAILED_PRECONDITION")


def _key(key: Key) -> dict[str, Any]:
    shown = {
        "name": key.name,
        "purpose": "ENCRYPT_DECRYPT",
        "createTime": key.created,
        "versionTemplate": _ALGORITHM,
        **key.settings,
    }
    return {**shown, "primary": _version(key, 1)} if key.versions else shown


def _version(key: Key, number: int) -> dict[str, Any]:
    return {
        "name": key.version_name(number),
        "state": key.versions[number - 1],
        "createTime": key.created,
        **_ALGORITHM,
    }
