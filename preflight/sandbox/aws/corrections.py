"""What ministack does other than AWS across accounts, put right inside its process.

Its engine takes every resource for the caller's own, and judges a stranger at a bucket by the root
of his account, whoever he is. Its internals are replaced here, and ministack is pinned exactly
because they are internal.
"""

import json
from functools import wraps
from typing import Any

from ministack.core import iam_actions, iam_evaluator, responses
from ministack.services import kms, s3

from preflight.sandbox.aws import circumstances, object_keys
from preflight.sandbox.aws.denials import BOUNDARY, denial
from preflight.sandbox.aws.log_targets import refused_target
from preflight.sandbox.aws.named_principals import (
    caller_asks,
    refused_bucket_policy,
    refused_key_policy,
)

_S3 = "arn:aws:s3:::"
_ARN_PARTS = 6
_OWNER_KEYS = frozenset({"aws:resourceaccount", "s3:resourceaccount"})


def correct() -> None:
    """Put everything right. To be called once, before the first request."""
    circumstances.correct()
    _resource_account()
    _bucket_policies()
    _key_policies()
    _strangers()
    _words()
    _documents()
    _s3_requests()
    _kms_requests()


def _bucket_owner(arn: str) -> tuple[str, str] | None:
    """(bucket, its owner) of an S3 ARN; None where there is no such bucket."""
    bucket = arn.removeprefix(_S3).partition("/")[0]
    owner = s3._bucket_owner_account(bucket) if arn.startswith(_S3) else None  # noqa: SLF001
    return (bucket, owner) if owner else None


def _resource_account() -> None:
    """aws:ResourceAccount is the bucket's owner: an S3 ARN does not tell."""
    original = iam_evaluator._resolve_condition_key  # noqa: SLF001

    @wraps(original)
    def resolve(key: str, asked: Any) -> Any:
        owned = _bucket_owner(asked.resource_arn) if key.lower() in _OWNER_KEYS else None
        return owned[1] if owned else original(key, asked)

    iam_evaluator._resolve_condition_key = resolve  # noqa: SLF001


def _bucket_policies() -> None:
    """The policy of another account's bucket counts as well: both sides must allow."""
    original = s3.bucket_policy_for_arn

    @wraps(original)
    def policy(arn: str) -> tuple[str, str] | None:
        owned = _bucket_owner(arn)
        if owned is None or owned[1] == responses.get_account_id():
            found: tuple[str, str] | None = original(arn)
            return found
        bucket, owner = owned
        document = s3._bucket_policies.get_scoped(owner, None, bucket) or ""  # noqa: SLF001
        restricted = s3._public_access_blocked(owner, bucket, "RestrictPublicBuckets")  # noqa: SLF001
        if document and restricted and s3._policy_is_public(document):  # noqa: SLF001
            document = ""
        return document, owner

    s3.bucket_policy_for_arn = policy


def _key_policies() -> None:
    """A key is looked for in the account and region that its ARN names."""
    original = kms.key_policy_for_arn

    @wraps(original)
    def policy(arn: str) -> tuple[str, str] | None:
        region, account = arn.split(":")[3:5]
        with responses.request_scope(account, region):
            found: tuple[str, str] | None = original(arn)
        return found

    kms.key_policy_for_arn = policy


def _strangers() -> None:
    """Users and roles were judged by name before; only a root is judged by its account."""
    original = s3._foreign_bucket_allows  # noqa: SLF001

    @wraps(original)
    def allows(*request: Any, **more: Any) -> bool:
        signed = bool(request[5])
        judged = signed and not iam_evaluator.caller_arn().endswith(":root")
        return judged or bool(original(*request, **more))

    s3._foreign_bucket_allows = allows  # noqa: SLF001


def _words() -> None:
    """The policy that does not allow is blamed for it, as AWS does: a resource's, a boundary."""
    combine, answer = iam_evaluator.combine_resource_policy, iam_actions.access_denied_response
    evaluate = iam_evaluator.evaluate

    @wraps(evaluate)
    def evaluated(asked: Any, policies: Any, *limits: Any) -> Any:
        result = evaluate(asked, policies, *limits)
        if limits and result.decision == "ImplicitDeny":
            unlimited = evaluate(asked, policies).decision
            result.reason = BOUNDARY if unlimited == "Allow" else result.reason
        return result

    @wraps(combine)
    def combined(identity: Any, asked: Any, *policy: Any, **more: Any) -> Any:
        result = combine(identity, asked, *policy, **more)
        if identity.decision == "Allow" and result.decision == "ImplicitDeny":
            result.resource_policy_arn = asked.resource_arn
        return result

    @wraps(answer)
    def answered(
        service: str, action: str, principal_arn: str, request_id: str, **more: Any
    ) -> tuple[Any, ...]:
        resource = more.get("resource_policy_arn")
        if resource and not more.get("message") and not more.get("explicit_deny"):
            refused = iam_evaluator.EvalResult("ImplicitDeny", principal_arn, "", "")
            refused.resource_policy_arn = resource
            named = f'"{resource}"' if service == "s3" else resource
            more["message"] = denial(refused, action, named)
        response: tuple[Any, ...] = answer(service, action, principal_arn, request_id, **more)
        return response

    iam_evaluator.evaluate = evaluated
    iam_evaluator.combine_resource_policy = combined
    iam_actions.access_denied_response = answered


def _documents() -> None:
    """IAM refuses a statement about nothing, which ministack takes for one about everything."""
    original = iam_evaluator.validate_policy_document

    @wraps(original)
    def validated(document: Any) -> str | None:
        problem: str | None = original(document)
        if problem is not None:
            return problem
        statements = (json.loads(document) if isinstance(document, str) else document)["Statement"]
        each = [statements] if isinstance(statements, dict) else statements
        empty = any(statement.get("Resource") == [] for statement in each)
        return "Policy statement must contain resources." if empty else None

    iam_evaluator.validate_policy_document = validated


def _s3_requests() -> None:
    """What S3 asks of KMS, and of a bucket that takes logs, before it does what it is asked."""
    original = s3.handle_request

    @wraps(original)
    async def handle(
        method: str, path: str, headers: dict[str, str], body: bytes, query: Any, **more: Any
    ) -> Any:
        refused = object_keys.refused(method, path, headers, query)
        refused = refused or refused_target(method, path, query, body)
        refused = refused or _refused_policy(method, path, headers, query)
        refused = refused or refused_bucket_policy(method, query, body)
        if refused is not None:
            answer: tuple[int, dict[str, str], bytes] = s3._error(*refused)  # noqa: SLF001
            return (*answer[:2], b"") if method == "HEAD" else answer
        return await original(method, path, headers, body, query, **more)

    s3.handle_request = handle


def _kms_requests() -> None:
    """What KMS asks of a key's policy, and DescribeKey for the key of another account."""
    original, describe = kms.handle_request, kms._describe_key  # noqa: SLF001

    @wraps(original)
    async def handle(
        method: str, path: str, headers: dict[str, str], body: bytes, query: Any
    ) -> Any:
        action = headers.get("x-amz-target", "").rpartition(".")[2]
        changes = action in {"CreateKey", "PutKeyPolicy"}
        refused = refused_key_policy(json.loads(body)) if changes else None
        if refused is not None:
            return responses.error_response_json(*refused)
        return await original(method, path, headers, body, query)

    @wraps(describe)
    def described(request: dict[str, Any]) -> Any:
        named = request.get("KeyId", "").split(":")
        if len(named) != _ARN_PARTS or named[4] == responses.get_account_id():
            return describe(request)
        policy, _ = kms.key_policy_for_arn(request["KeyId"]) or ("", "")
        asked = caller_asks("kms:DescribeKey", request["KeyId"])
        # Users and roles were judged before; a root has every right but those at another account.
        allows = iam_evaluator.evaluate_resource_policy(policy, asked)
        if allows.decision != "Allow":
            allows.resource_policy_arn = request["KeyId"]
            words = denial(allows, "kms:DescribeKey", request["KeyId"])
            return responses.error_response_json("AccessDeniedException", words, 400)
        with responses.request_scope(named[4], named[3]):
            return describe(request)

    kms.handle_request = handle
    kms._describe_key = described  # noqa: SLF001


def _refused_policy(
    method: str, path: str, headers: dict[str, str], query: Any
) -> tuple[str, str, int] | None:
    """A bucket's policy is for identities of its own account, whatever others are allowed."""
    bucket, caller = path.strip("/"), responses.get_account_id()
    owner = s3._bucket_owner_account(bucket)  # noqa: SLF001
    if "policy" not in query or owner in {None, caller}:
        return None
    if not s3._foreign_bucket_allows(owner, bucket, "", method, query, caller, headers):  # noqa: SLF001
        return None  # S3 itself says that it is denied
    return "MethodNotAllowed", "The specified method is not allowed against this resource.", 405
