"""AWS's answers in the words of the seam: pure functions from parsed responses."""

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from preflight.seams import Decision, FoundationModel, InferenceProfile, LifecycleRule

PUBLIC_ACCESS = frozenset(
    {"BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"}
)
"""S3's switches against public access."""

_GEOGRAPHIES = ("us", "us-gov", "eu", "apac", "jp", "au", "ca", "global")


def document(policy: str | Mapping[str, Any]) -> Mapping[str, Any]:
    """A policy document as an object. Raises ValueError where it is none."""
    parsed = json.loads(policy) if isinstance(policy, str) else policy
    if not isinstance(parsed, Mapping):
        raise ValueError("the policy is not an object")  # noqa: TRY004 - what told() expects
    return parsed


def customer_key(answer: Mapping[str, Any]) -> str | None:
    """The customer key of a bucket's default encryption; None for S3's and AWS's own keys."""
    for rule in answer["ServerSideEncryptionConfiguration"]["Rules"]:
        default = rule.get("ApplyServerSideEncryptionByDefault", {})
        key = str(default.get("KMSMasterKeyID", ""))
        if default.get("SSEAlgorithm", "").startswith("aws:kms") and key:
            return None if key.endswith("alias/aws/s3") else key
    return None


def open_to_public(answer: Mapping[str, Any]) -> frozenset[str]:
    """The switches against public access that are off."""
    found = answer["PublicAccessBlockConfiguration"]
    if not found:
        raise ValueError("the block is empty")
    return frozenset(name for name in PUBLIC_ACCESS if found.get(name) is not True)


def log_target(answer: Mapping[str, Any]) -> str | None:
    """The bucket that takes the access logs; S3 answers with nothing where there are none."""
    target = answer.get("LoggingEnabled", {}).get("TargetBucket")
    return None if target is None else str(target)


def expiries(rules: Iterable[Mapping[str, Any]], now: datetime) -> Iterator[LifecycleRule]:
    """The rules that delete current objects, but not the rules for tags: batch files have none."""
    for rule in rules:
        expiration = rule.get("Expiration", {})
        only = rule.get("Filter", {})
        both = only.get("And", {})
        if rule.get("Status") != "Enabled" or "Tag" in only or both.get("Tags"):
            continue
        prefix = rule.get("Prefix") or only.get("Prefix") or both.get("Prefix") or ""
        if "Days" in expiration:
            yield LifecycleRule(int(expiration["Days"]), prefix)
        elif "Date" in expiration:
            date = expiration["Date"]
            left = (date if date.tzinfo else date.replace(tzinfo=UTC)) - now
            # From that day on, objects of any age are deleted.
            yield LifecycleRule(max(0, left.days), prefix)


def decision(answer: Mapping[str, Any], action: str, resource: str) -> Decision:
    """The simulator's answer to one action on one resource. Raises KeyError, ValueError."""
    results = answer["EvaluationResults"]
    if len(results) != 1:
        raise ValueError(f"{len(results)} results for one question")
    result = results[0]
    # The resource's own result, where there is one, is the more exact; the missing keys may be in
    # either.
    specific = (result.get("ResourceSpecificResults") or [{}])[0]
    said = specific.get("EvalResourceDecision") or result["EvalDecision"]
    missing = {
        *result.get("MissingContextValues", ()),
        *specific.get("MissingContextValues", ()),
    }
    return Decision(
        action=action,
        resource=resource,
        allowed=said == "allowed",
        explicitly_denied=said == "explicitDeny",
        missing_context=tuple(sorted(missing)),
        boundary_allows=_limit(
            specific, result, "PermissionsBoundaryDecisionDetail", "AllowedByPermissionsBoundary"
        ),
        organization_allows=_limit(
            specific, result, "OrganizationsDecisionDetail", "AllowedByOrganizations"
        ),
    )


def _limit(
    specific: Mapping[str, Any], result: Mapping[str, Any], detail: str, name: str
) -> bool | None:
    """What a limit says, where there is one: of the resource, else of the whole."""
    said = {**result.get(detail, {}), **specific.get(detail, {})}.get(name)
    return None if said is None else bool(said)


def context_entries(context: Mapping[str, str]) -> list[dict[str, Any]]:
    """Condition keys and values as the simulator takes them."""
    return [
        {
            "ContextKeyName": key,
            "ContextKeyValues": [value],
            "ContextKeyType": "boolean" if value in {"true", "false"} else "string",
        }
        for key, value in context.items()
    ]


def foundation_model(details: Mapping[str, Any]) -> FoundationModel:
    """A model, from GetFoundationModel's `modelDetails`."""
    return FoundationModel(
        arn=details["modelArn"],
        name=details.get("modelName", ""),
        lifecycle=details.get("modelLifecycle", {}).get("status", ""),
        inference_types=frozenset(details.get("inferenceTypesSupported", ())),
    )


def inference_profile(answer: Mapping[str, Any]) -> InferenceProfile:
    """A profile, from GetInferenceProfile."""
    return InferenceProfile(
        arn=answer["inferenceProfileArn"],
        status=answer["status"],
        model_arns=tuple(model["modelArn"] for model in answer["models"]),
    )


def base_model(identifier: str) -> str:
    """The foundation model id that a model ARN, a profile ARN or a profile id is about."""
    name = identifier.rsplit("/", 1)[-1]
    geography, _, rest = name.partition(".")
    return rest if geography in _GEOGRAPHIES else name
