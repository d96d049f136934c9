"""Cloud Storage's JSON API: every call authorised here, then answered by the object store."""

from http import HTTPStatus
from typing import Any

from flask import Blueprint, Flask, Response, g, jsonify, request

from preflight.sandbox.gcp.bucket_rules import (
    first_policy,
    forbids_public,
    new_bucket,
    patched,
)
from preflight.sandbox.gcp.customer_keys import CustomerKeys
from preflight.sandbox.gcp.errors import ApiError, storage_denied
from preflight.sandbox.gcp.incoming import json_body, object_name
from preflight.sandbox.gcp.names import (
    NUMBERS,
    PROJECT,
    STORAGE_API,
    project_of,
    storage_agent,
)
from preflight.sandbox.gcp.objects import ObjectStore
from preflight.sandbox.gcp.policy import CONDITIONAL_VERSION
from preflight.sandbox.gcp.world import World

_BUCKETS = "/storage/v1/b"
_BUCKET = f"{_BUCKETS}/<bucket>"
_OBJECT = f"{_BUCKET}/o/<path:key>"
_RIGHTS = {
    "GET": "storage.objects.get",
    "PATCH": "storage.objects.update",
    "DELETE": "storage.objects.delete",
}


class StorageApi:
    """The routes of Cloud Storage."""

    def __init__(self, world: World, store: ObjectStore) -> None:
        """Serve this store under this world's policies."""
        self._world = world
        self._store = store
        self._keys = CustomerKeys(world, store)

    def register(self, app: Flask) -> None:
        """Add the routes to the application."""
        routes = Blueprint("storage", __name__)
        route = routes.add_url_rule
        route(_BUCKETS, view_func=self.list_buckets, methods=["GET"])
        route(_BUCKETS, view_func=self.create_bucket, methods=["POST"])
        route(_BUCKET, view_func=self.get_bucket, methods=["GET"])
        route(_BUCKET, view_func=self.patch_bucket, methods=["PATCH"])
        route(_BUCKET, view_func=self.delete_bucket, methods=["DELETE"])
        route(f"{_BUCKET}/iam", view_func=self.get_policy, methods=["GET"])
        route(f"{_BUCKET}/iam", view_func=self.set_policy, methods=["PUT"])
        route(f"{_BUCKET}/iam/testPermissions", view_func=self.test_permissions)
        route(f"{_BUCKET}/o", view_func=self.list_objects, methods=["GET"])
        route(_OBJECT, view_func=self.object, methods=list(_RIGHTS))
        route(f"/download{_OBJECT}", "download", self.object, methods=["GET"])
        route(
            f"{_OBJECT}/rewriteTo/b/<target>/o/<path:copy>",
            view_func=self.rewrite,
            methods=["POST"],
        )
        route("/storage/v1/projects/<project>/serviceAccount", view_func=self.agent)
        route(f"/upload{_BUCKET}/o", view_func=self.upload, methods=["POST", "PUT"])
        app.register_blueprint(routes)

    def list_buckets(self) -> Response:
        """buckets.list."""
        project = self._need_project("storage.buckets.list")
        buckets = self._store.buckets()
        own = [one for one in buckets if one["projectNumber"] == NUMBERS[project]]
        return jsonify(kind="storage#buckets", items=own)

    def create_bucket(self) -> Response:
        """buckets.insert."""
        project = self._need_project("storage.buckets.create")
        resource = new_bucket(json_body(), project)
        name = resource["name"]
        with self._world.lock:
            if self._store.bucket(name):
                raise ApiError(
                    409,
                    "Your previous request to create the named bucket succeeded and you already "
                    "own it.",
                )
            self._keys.need_settable(resource, project)
            self._store.put_bucket(resource)
            self._world.bucket_policies[name] = first_policy(resource, project)
            self._world.bucket_projects[name] = project
        return jsonify(resource)

    def agent(self, project: str) -> Response:
        """projects.serviceAccount.get: makes the project's agent where there is none yet."""
        home = self._project(project, "resourcemanager.projects.get")
        self._world.service_agents.add(storage_agent(home))
        return jsonify(kind="storage#serviceAccount", email_address=storage_agent(home))

    def get_bucket(self, bucket: str) -> Response:
        """buckets.get."""
        return jsonify(self._need(bucket, "storage.buckets.get"))

    def patch_bucket(self, bucket: str) -> Response:
        """buckets.patch."""
        with self._world.lock:
            before = self._need(bucket, "storage.buckets.update")
            resource = patched(before, json_body())
            if resource.get("encryption") != before.get("encryption"):
                self._keys.need_settable(resource, self._world.bucket_projects[bucket])
            self._store.put_bucket(resource)
        return jsonify(resource)

    def delete_bucket(self, bucket: str) -> Response:
        """buckets.delete: only an empty one."""
        with self._world.lock:
            self._need(bucket, "storage.buckets.delete")
            if not self._store.drop_bucket(bucket):
                raise ApiError(409, "The bucket you tried to delete is not empty.")
            del self._world.bucket_policies[bucket], self._world.bucket_projects[bucket]
        return Response(status=204)

    def get_policy(self, bucket: str) -> Response:
        """buckets.getIamPolicy."""
        self._need(bucket, "storage.buckets.getIamPolicy")
        version = int(request.args.get("optionsRequestedPolicyVersion", 1))
        return jsonify(self._policy_body(bucket, version))

    def set_policy(self, bucket: str) -> Response:
        """buckets.setIamPolicy."""
        with self._world.lock:
            forbids_public(self._need(bucket, "storage.buckets.setIamPolicy"), json_body())
            known, roles = self._world.known_identities(), self._world.known_roles()
            self._world.bucket_policies[bucket].replace(json_body(), known, roles)
        return jsonify(self._policy_body(bucket, CONDITIONAL_VERSION))

    def test_permissions(self, bucket: str) -> Response:
        """buckets.testIamPermissions: of the permissions asked about, those the caller holds."""
        self._need(bucket, "")
        asked = request.args.getlist("permissions")
        for permission in asked:
            if not permission.startswith("storage."):
                raise ApiError(400, f"Permission {permission} is not valid for this resource.")
        held = [one for one in asked if self._world.may_on_bucket(g.caller, one, bucket)]
        return jsonify(kind="storage#testIamPermissionsResponse", permissions=held)

    def list_objects(self, bucket: str) -> Response:
        """objects.list."""
        self._need(bucket, "storage.objects.list")
        return self._forward(f"No such bucket: {bucket}")

    def object(self, bucket: str, key: str) -> Response:
        """objects.get (also its bytes), objects.patch and objects.delete."""
        # HEAD reads what GET reads.
        self._need(bucket, _RIGHTS.get(request.method, _RIGHTS["GET"]), key)
        if request.path.startswith("/download/") or request.args.get("alt") == "media":
            self._keys.need_to_read(bucket, key)
        answer = self._forward(f"No such object: {bucket}/{key}")
        if request.method == "DELETE":
            answer.status_code = 204
        return answer

    def rewrite(self, bucket: str, key: str, target: str, copy: str) -> Response:
        """objects.rewrite."""
        self._need(bucket, "storage.objects.get", key)
        self._need(target, "storage.objects.create", copy)
        self._keys.need_to_read(bucket, key)
        self._keys.need_to_write(target)
        answer = self._forward(f"No such object: {bucket}/{key}")
        self._keys.written(target, copy)
        return answer

    def upload(self, bucket: str) -> Response:
        """objects.insert, in one request or in parts."""
        if "upload_id" in request.args:
            # The session's own address is the right to go on: it was given when the session began.
            self._need(bucket, "")
            return self._stored(bucket)
        key = request.args.get("name", "") or object_name()
        if not key:
            raise ApiError(400, "Required parameter: name")
        self._need(bucket, "storage.objects.create", key)
        if self._store.has(bucket, key):
            if request.args.get("ifGenerationMatch") == "0":
                raise ApiError(
                    412, "At least one of the pre-conditions you specified did not hold."
                )
            # Replacing an object deletes the one that was there.
            self._need(bucket, "storage.objects.delete", key)
        return self._stored(bucket)

    def _stored(self, bucket: str) -> Response:
        """Store what comes; its key is kept with it once all of it is there."""
        self._keys.need_to_write(bucket)
        answer = self._forward(f"No such bucket: {bucket}")
        kept = answer.get_json(silent=True) if answer.status_code == HTTPStatus.OK else None
        if kept and kept.get("name"):
            self._keys.written(bucket, kept["name"])
        return answer

    def _need_project(self, permission: str) -> str:
        """The id of the project that the query names, as `_project`."""
        return self._project(request.args.get("project", PROJECT), permission)

    def _project(self, named: str, permission: str) -> str:
        """The project's id, once the caller is found to hold the permission on it."""
        project = project_of(named)
        if not project:
            raise ApiError(400, f"Unknown project id: {named}")
        self._world.need_api(STORAGE_API, project)
        if not self._world.may_on_project(g.caller, permission, project):
            raise storage_denied(g.caller, permission)
        return project

    def _need(self, bucket: str, permission: str, key: str = "") -> dict[str, Any]:
        """The bucket, once the caller has been found to hold the permission ("" for none) on it."""
        self._world.need_api(STORAGE_API, self._world.bucket_projects.get(bucket, PROJECT))
        resource = self._store.bucket(bucket)
        if resource is None:
            raise ApiError(404, "The specified bucket does not exist.")
        if permission:
            self._world.need_on_bucket(g.caller, permission, bucket, key)
        return resource

    def _policy_body(self, bucket: str, version: int) -> dict[str, Any]:
        body = self._world.bucket_policies[bucket].body(version)
        return {"kind": "storage#policy", "resourceId": f"projects/_/buckets/{bucket}", **body}

    def _forward(self, missing: str) -> Response:
        path = request.environ["REQUEST_URI"]
        answer = self._store.forward(
            request.method, path, dict(request.headers), request.get_data()
        )
        if answer.status == HTTPStatus.NOT_FOUND:
            raise ApiError(404, missing)
        return Response(answer.body, answer.status, answer.headers)
