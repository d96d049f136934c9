"""Google's wire forms, read into the plain answers of `seams`."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from preflight.seams import Binding, GcsBucket, IdentityProvider, LifecycleRule

_NONCURRENT = ("daysSinceNoncurrentTime", "noncurrentTimeBefore", "numNewerVersions")
_CUSTOM_TIME = ("daysSinceCustomTime", "customTimeBefore")
"""Conditions that a fresh upload, which is current and has no custom time, never meets."""


def gcs_bucket(found: Any, today: date) -> GcsBucket:
    """A bucket as Cloud Storage's client describes it."""
    access = found.iam_configuration
    return GcsBucket(
        name=found.name,
        region=found.location.lower(),
        location_type=found.location_type or "",
        project_number=str(found.project_number or ""),
        uniform_access=bool(access.uniform_bucket_level_access_enabled),
        public_access_prevention=access.public_access_prevention or "",
        kms_key=found.default_kms_key_name,
        expiry=tuple(expiry(list(found.lifecycle_rules), today)),
        log_bucket=(found.get_logging() or {}).get("logBucket"),
    )


def expiry(rules: Sequence[Mapping[str, Any]], today: date) -> Iterator[LifecycleRule]:
    """The rules that would delete an object written today: its age in days, and key prefix."""
    for rule in rules:
        when = rule.get("condition", {})
        if rule.get("action", {}).get("type") != "Delete" or when.get("isLive") is False:
            continue
        if any(key in when for key in (*_NONCURRENT, *_CUSTOM_TIME)):
            continue
        days = int(when.get("age", 0))
        if before := when.get("createdBefore"):
            left = (date.fromisoformat(str(before)[:10]) - today).days
            if left <= 0:
                continue
            days = days or left
        for prefix in when.get("matchesPrefix") or ("",):
            yield LifecycleRule(days, prefix)


def bindings(found: Sequence[Mapping[str, Any]]) -> Iterator[Binding]:
    """An IAM policy's bindings, one for each role and member."""
    for binding in found:
        condition = (binding.get("condition") or {}).get("expression", "")
        for member in sorted(binding.get("members", ())):
            yield Binding(binding["role"], member, condition)


def identity_provider(found: Mapping[str, Any], pool: Mapping[str, Any]) -> IdentityProvider:
    """A provider and its pool. Deleted ones are shown for some weeks."""
    oidc = found.get("oidc", {})
    return IdentityProvider(
        name=found["name"],
        working=all(
            one.get("state") == "ACTIVE" and not one.get("disabled", False) for one in (found, pool)
        ),
        issuer=oidc.get("issuerUri", ""),
        audiences=tuple(oidc.get("allowedAudiences", ())),
        subject_from=found.get("attributeMapping", {}).get("google.subject", ""),
        condition=found.get("attributeCondition", ""),
    )
