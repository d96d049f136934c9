"""The Cloud Storage bucket."""

from dataclasses import dataclass
from typing import Any, ClassVar

from preflight.sandbox.gcp.client import Operator
from preflight.sandbox.handlers import Inputs, Made, Rules, State, auto_named, whole

_LIFECYCLE = {
    "age": "age",
    "createdBefore": "createdBefore",
    "daysSinceNoncurrentTime": "daysSinceNoncurrentTime",
    "matchesPrefixes": "matchesPrefix",
    "matchesStorageClasses": "matchesStorageClass",
    "matchesSuffixes": "matchesSuffix",
    "numNewerVersions": "numNewerVersions",
}
"""Condition of a lifecycle rule: in the program, and in Cloud Storage's API."""


@dataclass(frozen=True, slots=True)
class Bucket:
    """gcp:storage/bucket:Bucket: a bucket cannot be renamed, and cannot move."""

    operator: Operator
    rules: ClassVar[Rules] = Rules(
        replaced_by=frozenset({"name", "location", "project"}), named_by="name"
    )

    def create(self, name: str, inputs: Inputs) -> Made:
        """Make it in its location."""
        project = inputs.get("project") or self.operator.project
        with self.operator.storage() as client:
            asked = client.bucket(inputs.get("name") or auto_named(name))
            _configure(asked, inputs)
            made = client.create_bucket(asked, project=project, location=inputs["location"])
            return made.name, _state({**inputs, "project": project}, made)

    def read(self, identity: str, state: State) -> State | None:
        """All that can be set, as it is now."""
        with self.operator.storage() as client:
            found = client.lookup_bucket(identity)
            if found is None:
                return None
            access = found.iam_configuration
            now = {
                "labels": dict(found.labels),
                "lifecycleRules": [_read_lifecycle(rule) for rule in found.lifecycle_rules],
                "uniformBucketLevelAccess": bool(access.uniform_bucket_level_access_enabled),
                "versioning": {"enabled": bool(found.versioning_enabled)},
                "encryption": _read_encryption(found),
                "logging": found.get_logging(),
                "softDeletePolicy": {
                    "retentionDurationSeconds": found.soft_delete_policy.retention_duration_seconds
                },
            }
            # What the program left to Google is not the program's to put back.
            return _state({**state, **{key: now[key] for key in now if key in state}}, found)

    def update(self, identity: str, state: State, inputs: Inputs) -> State:
        """Change all that can be changed."""
        with self.operator.storage() as client:
            bucket = client.bucket(identity)
            _configure(bucket, inputs)
            bucket.patch()
            return _state({**inputs, "project": state["project"]}, client.get_bucket(identity))

    def delete(self, identity: str, _state: State) -> None:
        """Only an empty one: Google refuses every other."""
        with self.operator.storage() as client:
            found = client.lookup_bucket(identity)
            if found is not None:
                found.delete()


def _configure(asked: Any, inputs: Inputs) -> None:
    """Set on the client's bucket what the inputs say; it is sent with the next call."""
    asked.labels = inputs.get("labels") or {}
    asked.lifecycle_rules = [_lifecycle(rule) for rule in inputs.get("lifecycleRules") or ()]
    asked.versioning_enabled = bool((inputs.get("versioning") or {}).get("enabled"))
    access = asked.iam_configuration
    access.uniform_bucket_level_access_enabled = bool(inputs.get("uniformBucketLevelAccess"))
    access.public_access_prevention = inputs.get("publicAccessPrevention") or "inherited"
    if inputs.get("storageClass"):
        asked.storage_class = inputs["storageClass"]
    asked.default_kms_key_name = (inputs.get("encryption") or {}).get("defaultKmsKeyName")
    logging = inputs.get("logging")
    if logging:
        asked.enable_logging(logging["logBucket"], logging.get("logObjectPrefix") or "")
    else:
        asked.disable_logging()
    if inputs.get("softDeletePolicy"):
        kept = inputs["softDeletePolicy"]["retentionDurationSeconds"]
        asked.soft_delete_policy.retention_duration_seconds = whole(kept)


def _state(inputs: Inputs, made: Any) -> State:
    return {
        **inputs,
        "name": made.name,
        "location": made.location,
        "projectNumber": int(made.project_number),
        "publicAccessPrevention": made.iam_configuration.public_access_prevention,
        "selfLink": made.self_link,
        "storageClass": made.storage_class,
        "url": f"gs://{made.name}",
    }


def _read_encryption(found: Any) -> Inputs | None:
    """The default key as the program spells it; None where Google's own keys encrypt."""
    key = found.default_kms_key_name
    return {"defaultKmsKeyName": key} if key else None


def _lifecycle(rule: Inputs) -> dict[str, Any]:
    """A lifecycle rule as Cloud Storage's API spells it."""
    condition = rule["condition"]
    return {
        "action": {key: value for key, value in rule["action"].items() if value},
        "condition": {
            theirs: whole(condition[ours])
            if isinstance(condition[ours], float)
            else condition[ours]
            for ours, theirs in _LIFECYCLE.items()
            # An unset number is absent; 0 days is an age like any other.
            if condition.get(ours) not in (None, "", [])
        },
    }


def _read_lifecycle(rule: Any) -> Inputs:
    """A lifecycle rule as the program spells it."""
    ours = {theirs: ours for ours, theirs in _LIFECYCLE.items()}
    return {
        "action": dict(rule["action"]),
        "condition": {ours.get(key, key): value for key, value in rule["condition"].items()},
    }
