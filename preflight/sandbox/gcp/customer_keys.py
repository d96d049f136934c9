"""Customer keys in Cloud Storage: used by its service agent, at every write and read of bytes.

Names, listings, metadata and deletions need no key. Source: Google's page "Customer-managed
encryption keys" of Cloud Storage, read 2026-10.
"""

from dataclasses import dataclass
from typing import Any

from preflight.sandbox.gcp.errors import ApiError
from preflight.sandbox.gcp.keys import ENABLED, Key, key_place
from preflight.sandbox.gcp.names import KEYS_API, storage_agent
from preflight.sandbox.gcp.objects import ObjectStore
from preflight.sandbox.gcp.world import World

_ENCRYPT = "cloudkms.cryptoKeyVersions.useToEncrypt"
_DECRYPT = "cloudkms.cryptoKeyVersions.useToDecrypt"
_RIGHTS = (_ENCRYPT, _DECRYPT)


@dataclass(frozen=True, slots=True)
class CustomerKeys:
    """Which key encrypts what, and whether Cloud Storage may use it now."""

    world: World
    store: ObjectStore

    def need_settable(self, resource: dict[str, Any], project: str) -> None:
        """Raise ApiError where the default key of a bucket to be made or changed is no good.

        400 for another place than the bucket's or a key that is off, 403 where Cloud Storage's
        agent may not use it, or there is none such.
        """
        name = _default_key(resource)
        if not name:
            return
        place, location = key_place(name), resource["location"]
        if not place:
            raise ApiError(400, f"Bad Cloud KMS crypto key: {name}")
        if place != location.lower():
            region = name.split("/")[3]
            raise ApiError(
                400,
                f"Cloud KMS region '{region}' not available for use with GCS region '{location}'.",
            )
        self._need(name, project, *_RIGHTS)

    def need_to_write(self, bucket: str) -> None:
        """Raise ApiError 400 or 403 where nothing can be written under the bucket's default key."""
        name = _default_key(self.store.bucket(bucket) or {})
        if name:
            self._need(name, self.world.bucket_projects[bucket], _ENCRYPT)

    def need_to_read(self, bucket: str, key: str) -> None:
        """Raise ApiError 400 or 403 where the object's own key cannot be used."""
        name = self.store.key_of(bucket, key).partition("/cryptoKeyVersions/")[0]
        if name:
            self._need(name, self.world.bucket_projects[bucket], _DECRYPT)

    def written(self, bucket: str, key: str) -> None:
        """Keep with a new object which key it was encrypted with."""
        name = _default_key(self.store.bucket(bucket) or {})
        if name:
            self.store.encrypted(bucket, key, self.world.keys[name].version_name(1))

    def _need(self, name: str, project: str, *rights: str) -> None:
        key = self.world.keys.get(name)
        agent = storage_agent(project)
        if key is None or not self._may(agent, key, rights):
            raise ApiError(
                403,
                "Permission denied on Cloud KMS key. Please ensure that your Cloud Storage service "
                "account has been authorized to use this key.",
            )
        self.world.need_api(KEYS_API, key.project)
        state = key.versions[0] if key.versions else "DESTROYED"
        if state != ENABLED:
            raise ApiError(
                400,
                f"Cloud KMS error when using key {name}: {key.version_name(1)} is not enabled, "
                f"current state is: {state}.",
            )

    def _may(self, agent: str, key: Key, rights: tuple[str, ...]) -> bool:
        known = agent in self.world.service_agents
        return known and all(self.world.may_on_key(agent, right, key) for right in rights)


def _default_key(resource: dict[str, Any]) -> str:
    return str((resource.get("encryption") or {}).get("defaultKmsKeyName") or "")
