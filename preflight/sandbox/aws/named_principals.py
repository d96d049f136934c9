"""Whom a resource's policy may name, and what a key's policy must leave possible.

Inside ministack's process, which takes any policy. Sources: the errors of PutBucketPolicy, and the
page of KMS on the policies of keys.
"""

import json
from collections.abc import Iterator
from typing import Any

from ministack.core import iam_evaluator, responses
from ministack.services import iam

_STORES = {"role": iam._roles, "user": iam._users}  # noqa: SLF001 - see corrections
_LOCKED_OUT = "The new key policy will not allow you to update the key policy in the future."
_NOBODY = "Policy contains a statement with one or more invalid principals."

Refused = tuple[str, str, int]
"""Code, message and HTTP status."""


def refused_bucket_policy(method: str, query: Any, body: bytes) -> Refused | None:
    """Why S3 refuses the policy that a request carries; None where it does not."""
    if method != "PUT" or "policy" not in query or not _strangers(body):
        return None
    return "MalformedPolicy", "Invalid principal in policy", 400


def refused_key_policy(request: dict[str, Any]) -> Refused | None:
    """Why KMS refuses the policy in a CreateKey or PutKeyPolicy; None where it does not."""
    policy = request.get("Policy")
    if not policy:
        return None
    if _strangers(policy):
        return "MalformedPolicyDocumentException", _NOBODY, 400
    asked = caller_asks("kms:PutKeyPolicy", "*")
    allowed = iam_evaluator.evaluate_resource_policy(policy, asked).decision == "Allow"
    if allowed or request.get("BypassPolicyLockoutSafetyCheck"):
        return None
    return "MalformedPolicyDocumentException", _LOCKED_OUT, 400


def caller_asks(action: str, resource: str) -> Any:
    """Ministack's EvalContext of the caller, to judge a resource's policy by."""
    arn = iam_evaluator.caller_arn()
    return iam_evaluator.EvalContext(
        principal_arn=arn,
        principal_type="",
        principal_account=arn.split(":")[4],
        action=action,
        resource_arn=resource,
        region=responses.get_region(),
    )


def _strangers(policy: str | bytes) -> list[str]:
    """The roles and users named by a policy that are not there, in accounts that are."""
    return [arn for arn in _named(policy) if not _exists(arn)]


def _named(policy: str | bytes) -> Iterator[str]:
    try:
        statements = json.loads(policy)["Statement"]
    except (ValueError, KeyError, TypeError):
        return  # the service itself says what is wrong with it
    for statement in [statements] if isinstance(statements, dict) else statements:
        principal = statement.get("Principal")
        named = principal.get("AWS", []) if isinstance(principal, dict) else []
        yield from [named] if isinstance(named, str) else named


def _exists(arn: str) -> bool:
    parts = arn.split(":")
    kind, _, path = parts[-1].partition("/")
    accounts = {account for store in _STORES.values() for account, _name in store.to_dict()}
    if ":iam::" not in arn or kind not in _STORES or parts[4] not in accounts:
        return True  # an account, everybody, or somebody of whom the sandbox knows nothing
    found = _STORES[kind].get_scoped(parts[4], None, path.rpartition("/")[2])
    return found is not None and found["Arn"] == arn
