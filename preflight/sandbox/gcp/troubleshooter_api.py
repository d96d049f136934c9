"""Policy Troubleshooter v3: whether another principal holds a permission, by the policies here.

It tells no more than its caller may see, and judges no condition: nobody told it the circumstances.
"""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from flask import Blueprint, Flask, Response, g, jsonify

from preflight.sandbox.gcp.errors import ApiError
from preflight.sandbox.gcp.incoming import json_body
from preflight.sandbox.gcp.names import (
    KEYS_API,
    PROJECT,
    PROJECTS_API,
    STORAGE_API,
    TROUBLESHOOTER_API,
    project_of,
)
from preflight.sandbox.gcp.policy import Policy
from preflight.sandbox.gcp.world import World

Asks = Callable[[World, str, str], bool]
"""Whether an identity holds a permission on the resource, in that world."""

_BUCKET = re.compile(rf"//{re.escape(STORAGE_API)}/projects/_/buckets/([^/]+)")
_PROJECT = re.compile(rf"//{re.escape(PROJECTS_API)}/projects/([^/]+)")
_KEY = re.compile(rf"//{re.escape(KEYS_API)}/(projects/[^/]+/.+/cryptoKeys/[^/]+)")


class TroubleshooterApi:
    """The one route."""

    def __init__(self, world: World) -> None:
        """Judge by this world's policies."""
        self._world = world

    def register(self, app: Flask) -> None:
        """Add the route to the application."""
        routes = Blueprint("troubleshooter", __name__)
        routes.add_url_rule("/v3/iam:troubleshoot", view_func=self.troubleshoot, methods=["POST"])
        app.register_blueprint(routes)

    def troubleshoot(self) -> Response:
        """iam.troubleshoot."""
        with self._world.lock:
            self._world.need_api(TROUBLESHOOTER_API)
            access: dict[str, Any] = json_body().get("accessTuple") or {}
            words = ("principal", "fullResourceName", "permission")
            if any(not access.get(word) for word in words):
                raise ApiError(400, "The access tuple is incomplete.")
            principal, resource, permission = (str(access[word]) for word in words)
            state = self._state(principal, resource, permission)
        return jsonify(overallAccessState=state, accessTuple=access)

    def _state(self, principal: str, resource: str, permission: str) -> str:
        found = self._resource(resource)
        if found is None:
            return "UNKNOWN_INFO"
        right, project, holds = found
        sees = holds(self._world, g.caller, right) and self._world.may_on_project(
            g.caller, "resourcemanager.projects.getIamPolicy", project
        )
        if not sees:
            return "UNKNOWN_INFO"
        if holds(_unconditional(self._world), principal, permission):
            return "CAN_ACCESS"
        if holds(_as_if_met(self._world), principal, permission):
            return "UNKNOWN_CONDITIONAL"
        return "CANNOT_ACCESS"

    def _resource(self, name: str) -> tuple[str, str, Asks] | None:
        """The right to see its policy, its project, and who holds what on it."""
        if match := _BUCKET.fullmatch(name):
            bucket = match[1]
            if bucket not in self._world.bucket_policies:
                return None
            project = self._world.bucket_projects.get(bucket, PROJECT)
            return (
                "storage.buckets.getIamPolicy",
                project,
                lambda world, who, right: world.may_on_bucket(who, right, bucket),
            )
        if (match := _PROJECT.fullmatch(name)) and (project := project_of(match[1])):
            return (
                "resourcemanager.projects.getIamPolicy",
                project,
                lambda world, who, right: world.may_on_project(who, right, project),
            )
        if (match := _KEY.fullmatch(name)) and (key := self._world.keys.get(match[1])):
            return (
                "cloudkms.cryptoKeys.getIamPolicy",
                key.project,
                lambda world, who, right: world.may_on_key(who, right, world.keys[key.name]),
            )
        return None


def _unconditional(world: World) -> World:
    """The world without what is granted under a condition."""
    return _changed(world, lambda binding: None if "condition" in binding else binding)


def _as_if_met(world: World) -> World:
    """The world as if every condition held."""
    return _changed(
        world, lambda binding: {key: binding[key] for key in binding if key != "condition"}
    )


def _changed(world: World, change: Callable[[dict[str, Any]], dict[str, Any] | None]) -> World:
    def changed(policy: Policy) -> Policy:
        kept = [change(binding) for binding in policy.bindings]
        return Policy(policy.kind, [binding for binding in kept if binding is not None])

    return replace(
        world,
        policies={name: changed(policy) for name, policy in world.policies.items()},
        bucket_policies={name: changed(policy) for name, policy in world.bucket_policies.items()},
        keys={
            name: replace(
                key,
                policy=changed(key.policy),
                ring=replace(key.ring, policy=changed(key.ring.policy)),
            )
            for name, key in world.keys.items()
        },
    )
