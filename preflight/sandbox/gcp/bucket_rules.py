"""What a new bucket is made into: its location, its access settings, and its first policy.

The emulator keeps a name and little else; these are the parts of the bucket resource that matter to
a batch job.
"""

import re
from datetime import UTC, datetime
from typing import Any

from preflight.sandbox.gcp.errors import ApiError
from preflight.sandbox.gcp.names import NUMBERS
from preflight.sandbox.gcp.policy import Policy
from preflight.sandbox.gcp.regions import DUAL_REGIONS, MULTI_REGIONS, REGIONS

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,61}[a-z0-9]")
_SETTABLE = (
    "cors",
    "encryption",
    "labels",
    "lifecycle",
    "logging",
    "retentionPolicy",
    "rpo",
    "softDeletePolicy",
    "storageClass",
    "versioning",
    "website",
)
_WEEK = str(7 * 24 * 60 * 60)


def new_bucket(asked: dict[str, Any], project: str) -> dict[str, Any]:
    """The resource of a bucket of the project as it was asked for.

    Raises:
        ApiError: 400 for a bad name or place.
    """
    name = str(asked.get("name", ""))
    if not _NAME.fullmatch(name) or name.startswith("goog"):
        raise ApiError(400, f"Invalid bucket name: '{name}'")
    location = str(asked.get("location") or "US").lower()
    now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    resource = {
        "kind": "storage#bucket",
        "id": name,
        "name": name,
        "selfLink": f"https://www.googleapis.com/storage/v1/b/{name}",
        "projectNumber": NUMBERS[project],
        "location": location.upper(),
        "locationType": _location_type(location),
        "storageClass": "STANDARD",
        "timeCreated": now,
        "updated": now,
        "generation": "1",
        "metageneration": "1",
        "etag": "CAE=",
        "iamConfiguration": _access({}, asked.get("iamConfiguration", {})),
        "softDeletePolicy": {"retentionDurationSeconds": _WEEK, "effectiveTime": now},
    }
    return _told(resource | {key: asked[key] for key in _SETTABLE if asked.get(key)})


def patched(resource: dict[str, Any], change: dict[str, Any]) -> dict[str, Any]:
    """The resource after a PATCH: named fields replaced, null removes one, the location stays."""
    after = dict(resource)
    for key in _SETTABLE:
        if key in change and change[key] is None:
            after.pop(key, None)
        elif key in change:
            after[key] = change[key]
    if change.get("iamConfiguration"):
        after["iamConfiguration"] = _access(
            resource["iamConfiguration"], change["iamConfiguration"]
        )
    after["metageneration"] = str(int(resource["metageneration"]) + 1)
    return _told(after)


def forbids_public(resource: dict[str, Any], body: dict[str, Any]) -> None:
    """Raise ApiError 412 for a policy that names everybody, on a bucket that prevents it."""
    members = {one for binding in body.get("bindings", []) for one in binding.get("members", [])}
    prevented = resource["iamConfiguration"]["publicAccessPrevention"] == "enforced"
    if prevented and members & {"allUsers", "allAuthenticatedUsers"}:
        raise ApiError(
            412,
            "The member bindings allUsers and allAuthenticatedUsers are not allowed since public "
            "access prevention is enforced.",
        )


def _told(resource: dict[str, Any]) -> dict[str, Any]:
    """The resource as Google shows it: no empty encryption, and where the access logs go."""
    encryption, logging = resource.get("encryption"), resource.get("logging")
    shown = {key: value for key, value in resource.items() if key not in {"encryption", "logging"}}
    if encryption and encryption.get("defaultKmsKeyName"):
        shown["encryption"] = encryption
    if logging and logging.get("logBucket"):
        prefix = logging.get("logObjectPrefix") or resource["name"]
        shown["logging"] = {"logBucket": logging["logBucket"], "logObjectPrefix": prefix}
    return shown


def first_policy(resource: dict[str, Any], project: str) -> Policy:
    """What Google grants on a new bucket: the project's owners, editors and viewers, as such."""
    owners = [f"projectEditor:{project}", f"projectOwner:{project}"]
    viewers = [f"projectViewer:{project}"]
    holders = {
        "roles/storage.legacyBucketOwner": owners,
        "roles/storage.legacyBucketReader": viewers,
    }
    if resource["iamConfiguration"]["uniformBucketLevelAccess"]["enabled"]:
        holders["roles/storage.legacyObjectOwner"] = owners
        holders["roles/storage.legacyObjectReader"] = viewers
    bindings = [{"role": role, "members": list(who)} for role, who in holders.items()]
    return Policy("bucket", bindings)


def _location_type(location: str) -> str:
    for kind, members in (
        ("region", REGIONS),
        ("multi-region", MULTI_REGIONS),
        ("dual-region", DUAL_REGIONS),
    ):
        if location in members:
            return kind
    raise ApiError(400, "The specified location constraint is not valid.")


def _access(before: dict[str, Any], asked: dict[str, Any]) -> dict[str, Any]:
    uniform = asked.get("uniformBucketLevelAccess") or asked.get("bucketPolicyOnly")
    uniform = uniform or before.get("uniformBucketLevelAccess") or {"enabled": False}
    enabled = {"enabled": bool(uniform.get("enabled"))}
    prevention = asked.get("publicAccessPrevention") or before.get("publicAccessPrevention")
    return {
        "bucketPolicyOnly": dict(enabled),
        "uniformBucketLevelAccess": dict(enabled),
        "publicAccessPrevention": prevention or "inherited",
    }
