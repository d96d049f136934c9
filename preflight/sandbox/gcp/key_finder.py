"""Finding a key ring or a key by its path, for a caller who may see it."""

from dataclasses import dataclass

from flask import g

from preflight.sandbox.gcp.errors import ApiError, denied, no_project
from preflight.sandbox.gcp.keys import LOCATIONS, Key, Ring
from preflight.sandbox.gcp.names import KEYS_API, project_of
from preflight.sandbox.gcp.world import World


@dataclass(frozen=True, slots=True)
class KeyFinder:
    """The keys of a world, as a request's path names them."""

    world: World

    def place(self, project: str, location: str, permission: str = "") -> str:
        """A location's name, once the caller is found to hold the permission ("" for none).

        Raises:
            ApiError: 403 for a project that is none, an API that is off or a missing permission,
                404 for a location that is none.
        """
        home = project_of(project)
        if not home:
            raise no_project()
        self.world.need_api(KEYS_API, home)
        place = f"projects/{home}/locations/{location}"
        if permission and not self.world.may_on_project(g.caller, permission, home):
            raise denied(permission, f"//{KEYS_API}/{place}")
        if location not in LOCATIONS:
            raise ApiError(404, f"Location {place} is not found or access is unauthorized.")
        return place

    def ring(self, project: str, location: str, ring: str, permission: str = "") -> Ring:
        """The key ring, once the caller is found to hold the permission ("" for none) on it."""
        name = f"{self.place(project, location)}/keyRings/{ring}"
        found = self.world.rings.get(name)
        if found is None:
            raise self._missing("KeyRing", name, permission or "cloudkms.keyRings.get")
        if permission and not self.world.may_on_ring(g.caller, permission, found):
            raise denied(permission, f"//{KEYS_API}/{name}")
        return found

    def key(self, project: str, location: str, ring: str, key: str, permission: str) -> Key:
        """The key, once the caller is found to hold the permission ("" for none) on it."""
        name = f"{self.place(project, location)}/keyRings/{ring}/cryptoKeys/{key}"
        found = self.world.keys.get(name)
        if found is None:
            raise self._missing("CryptoKey", name, permission or "cloudkms.cryptoKeys.get")
        if permission and not self.world.may_on_key(g.caller, permission, found):
            raise denied(permission, f"//{KEYS_API}/{name}")
        return found

    def _missing(self, kind: str, name: str, permission: str) -> ApiError:
        """Who may not look is not told that there is nothing."""
        if not self.world.may_on_project(g.caller, permission, name.split("/")[1]):
            return denied(permission, f"//{KEYS_API}/{name}")
        return ApiError(404, f"{kind} {name} not found.")
