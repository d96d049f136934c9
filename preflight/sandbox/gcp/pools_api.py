"""IAM: workload identity pools and their providers. Deleted ones keep their ids for some weeks."""

import re
from typing import Any, TypeVar

from flask import Blueprint, Flask, Response, g, jsonify, request

from preflight.sandbox.gcp.errors import ApiError, denied, no_project
from preflight.sandbox.gcp.incoming import json_body
from preflight.sandbox.gcp.names import IAM_API, NUMBER, PROJECT, is_ours
from preflight.sandbox.gcp.pools import Pool, Provider, vet_provider
from preflight.sandbox.gcp.world import World

_POOLS = "/v1/projects/<project>/locations/global/workloadIdentityPools"
_POOL = f"{_POOLS}/<pool>"
_PROVIDERS = f"{_POOL}/providers"
_PROVIDER = f"{_PROVIDERS}/<provider>"

One = TypeVar("One", Pool, Provider)

_ID = re.compile(r"[a-z0-9-]{4,32}")
_POOL_SETTINGS = ("displayName", "description", "disabled")
_PROVIDER_SETTINGS = (*_POOL_SETTINGS, "attributeMapping", "attributeCondition", "oidc")
_POOLS_RIGHT = f"{IAM_API}/workloadIdentityPools."
_PROVIDERS_RIGHT = f"{IAM_API}/workloadIdentityPoolProviders."


class PoolsApi:
    """The routes about workload identity pools."""

    def __init__(self, world: World) -> None:
        """Serve this world's pools."""
        self._world = world

    def register(self, app: Flask) -> None:
        """Add the routes to the application."""
        routes = Blueprint("pools", __name__)
        route = routes.add_url_rule
        route(_POOLS, view_func=self.list, methods=["GET"])
        route(_POOLS, view_func=self.create, methods=["POST"])
        route(_POOL, view_func=self.get, methods=["GET"])
        route(_POOL, view_func=self.patch, methods=["PATCH"])
        route(_POOL, view_func=self.delete, methods=["DELETE"])
        route(_PROVIDERS, view_func=self.list_providers, methods=["GET"])
        route(_PROVIDERS, view_func=self.create_provider, methods=["POST"])
        route(_PROVIDER, view_func=self.get_provider, methods=["GET"])
        route(_PROVIDER, view_func=self.patch_provider, methods=["PATCH"])
        route(_PROVIDER, view_func=self.delete_provider, methods=["DELETE"])
        app.register_blueprint(routes)

    def list(self, project: str) -> Response:
        """workloadIdentityPools.list: with `showDeleted=true` all, otherwise those that live."""
        self._need(project, f"{_POOLS_RIGHT}list")
        pools = self._world.pools.values()
        return jsonify(workloadIdentityPools=[_wire(one) for one in pools if _listed(one)])

    def create(self, project: str) -> Response:
        """workloadIdentityPools.create."""
        self._need(project, f"{_POOLS_RIGHT}create")
        pool = _id("workloadIdentityPoolId")
        with self._world.lock:
            if pool in self._world.pools:
                raise _taken()
            name = f"projects/{NUMBER}/locations/global/workloadIdentityPools/{pool}"
            made = Pool(name, _given(json_body(), _POOL_SETTINGS))
            self._world.pools[pool] = made
        return _done(made)

    def get(self, project: str, pool: str) -> Response:
        """workloadIdentityPools.get: also of a deleted one."""
        return jsonify(_wire(self._pool(project, pool, f"{_POOLS_RIGHT}get")))

    def patch(self, project: str, pool: str) -> Response:
        """workloadIdentityPools.patch: what `updateMask` names."""
        found = _living(self._pool(project, pool, f"{_POOLS_RIGHT}update"))
        found.settings = _changed(found.settings, _POOL_SETTINGS)
        return _done(found)

    def delete(self, project: str, pool: str) -> Response:
        """workloadIdentityPools.delete: nobody comes in by it from now on."""
        found = _living(self._pool(project, pool, f"{_POOLS_RIGHT}delete"))
        found.deleted = True
        return _done(found)

    def list_providers(self, project: str, pool: str) -> Response:
        """workloadIdentityPools.providers.list."""
        found = self._pool(project, pool, f"{_PROVIDERS_RIGHT}list")
        providers = found.providers.values()
        return jsonify(
            workloadIdentityPoolProviders=[_wire(one) for one in providers if _listed(one)]
        )

    def create_provider(self, project: str, pool: str) -> Response:
        """workloadIdentityPools.providers.create."""
        found = _living(self._pool(project, pool, f"{_PROVIDERS_RIGHT}create"))
        provider = _id("workloadIdentityPoolProviderId")
        settings = _given(json_body(), _PROVIDER_SETTINGS)
        vet_provider(settings)
        with self._world.lock:
            if provider in found.providers:
                raise _taken()
            made = Provider(f"{found.name}/providers/{provider}", settings)
            found.providers[provider] = made
        return _done(made)

    def get_provider(self, project: str, pool: str, provider: str) -> Response:
        """workloadIdentityPools.providers.get: also of a deleted one."""
        return jsonify(_wire(self._provider(project, pool, provider, "get")))

    def patch_provider(self, project: str, pool: str, provider: str) -> Response:
        """workloadIdentityPools.providers.patch: what `updateMask` names."""
        found = _living(self._provider(project, pool, provider, "update"))
        settings = _changed(found.settings, _PROVIDER_SETTINGS)
        vet_provider(settings)
        found.settings = settings
        return _done(found)

    def delete_provider(self, project: str, pool: str, provider: str) -> Response:
        """workloadIdentityPools.providers.delete."""
        found = _living(self._provider(project, pool, provider, "delete"))
        found.deleted = True
        return _done(found)

    def _need(self, project: str, permission: str) -> None:
        if not is_ours(project):
            raise no_project()
        self._world.need_api(IAM_API)
        if not self._world.may_on_project(g.caller, permission):
            raise denied(permission, f"//{IAM_API}/projects/{PROJECT}")

    def _pool(self, project: str, pool: str, permission: str) -> Pool:
        self._need(project, permission)
        if pool not in self._world.pools:
            raise _missing()
        return self._world.pools[pool]

    def _provider(self, project: str, pool: str, provider: str, verb: str) -> Provider:
        found = self._pool(project, pool, f"{_PROVIDERS_RIGHT}{verb}")
        if provider not in found.providers:
            raise _missing()
        return found.providers[provider]


def _living(found: One) -> One:
    if found.deleted:
        raise _missing()
    return found


def _id(parameter: str) -> str:
    name = request.args.get(parameter, "")
    if not _ID.fullmatch(name) or name.startswith("gcp-"):
        raise ApiError(
            400,
            f"{parameter} {name!r} must be 4 to 32 characters of [a-z0-9-], and not begin with "
            "'gcp-'.",
        )
    return name


def _taken() -> ApiError:
    return ApiError(409, "Requested entity already exists")


def _missing() -> ApiError:
    return ApiError(404, "Requested entity was not found.")


def _given(body: dict[str, Any], known: tuple[str, ...]) -> dict[str, Any]:
    return {name: body[name] for name in known if body.get(name)}


def _changed(settings: dict[str, Any], known: tuple[str, ...]) -> dict[str, Any]:
    """The settings after a PATCH; a masked name that the body lacks is unset."""
    # A path into a setting ("oidc.issuerUri") is taken for the whole of it, as the provider sends.
    mask = {path.partition(".")[0] for path in request.args.get("updateMask", "").split(",")}
    if not mask <= set(known):
        raise ApiError(400, f"Cannot update {', '.join(sorted(mask - set(known)))}.")
    kept = {name: value for name, value in settings.items() if name not in mask}
    return kept | {
        name: value for name, value in _given(json_body(), known).items() if name in mask
    }


def _listed(one: Pool | Provider) -> bool:
    return not one.deleted or request.args.get("showDeleted") == "true"


def _wire(one: Pool | Provider) -> dict[str, Any]:
    return {"name": one.name, "state": "DELETED" if one.deleted else "ACTIVE", **one.settings}


def _done(one: Pool | Provider) -> Response:
    """A long-running operation that is over."""
    return jsonify(name=f"{one.name}/operations/sandbox", done=True, response=_wire(one))
