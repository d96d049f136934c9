"""What the sandbox asks ministack's own engine, inside ministack's process.

Its internals are touched in the modules of this process alone, and ministack is pinned exactly
because they are internal.
"""

import base64
import secrets
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs

from ministack.core import iam_evaluator, responses, router
from ministack.services import iam, kms, s3, sts

from preflight.sandbox.aws import object_keys
from preflight.sandbox.aws.denials import denial
from preflight.sandbox.memory import Restore, remember

_SESSION_SECONDS = 3600
_LOOPBACK = "127.0.0.1"


class Denied(Exception):
    """The question's answer is no: AWS's error code and a message."""

    def __init__(self, code: str, message: str) -> None:
        """Keep both."""
        super().__init__(message)
        self.code = code
        self.message = message


def authenticate(
    method: str, raw_path: str, query: str, headers: list[list[str]], body: str
) -> dict[str, str]:
    """Who signed this request; `body` is base64. Raises Denied for a bad key or signature."""
    plain = {name.lower(): value for name, value in headers}
    key = router.extract_access_key_id(plain, {}) or ""
    _as_account_of(key)
    region = router.extract_region(plain, {})
    responses.set_request_region(region)
    raw_headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers]
    iam_evaluator.pin_signed_request(
        method, raw_path, parse_qs(query, keep_blank_values=True), raw_headers
    )
    iam_evaluator.pin_signed_body(base64.b64decode(body))
    if not key:
        raise Denied("MissingAuthenticationToken", "Missing Authentication Token")
    account = responses.get_account_id()
    checked = _or_denied(iam_evaluator.authenticate(key, account))
    principal = _or_denied(iam_evaluator.resolve_principal(key, account, checked))
    return {
        "access_key_id": key,
        "arn": principal.arn,
        "account": principal.account,
        "region": region,
        "service": plain["authorization"].split("Credential=")[1].split("/")[3],
    }


def decide(
    access_key_id: str, action: str, resource: str, region: str, context: dict[str, str]
) -> dict[str, str]:
    """Whether the key may: returns nothing, or raises Denied with AWS's wording.

    All that ministack knows counts: identity policies, boundary, session policies, and the
    resource's own policy.
    """
    _as_account_of(access_key_id)
    service = action.partition(":")[0]
    refused = iam_evaluator.enforce(
        access_key_id, action, service, region, resource_arn=resource, service_context=context
    )
    if refused is None:
        return {}
    _or_denied(refused)
    raise Denied("AccessDeniedException", denial(refused, action, resource))


def assume_for_service(
    role_arn: str, service: str, session: str, context: dict[str, str]
) -> dict[str, str]:
    """Temporary credentials of a role for an AWS service. Raises Denied when trust refuses it.

    `context`: what the service states about itself, such as aws:SourceArn.
    """
    account, name = role_arn.split(":")[4], role_arn.rpartition("/")[2]
    role = iam._roles.get_scoped(account, None, name)  # noqa: SLF001 - see the module's docstring
    if role is None or role["Arn"] != role_arn:
        raise Denied("NoSuchEntity", "the role does not exist")
    asked = iam_evaluator.EvalContext(
        principal_arn=service,
        principal_type="Service",
        principal_account=account,
        action="sts:AssumeRole",
        resource_arn=role_arn,
        region="",
        service_context={key.lower(): value for key, value in context.items()},
    )
    trust = role["AssumeRolePolicyDocument"]
    decision = iam_evaluator.evaluate_resource_policy(trust, asked, service=service).decision
    if decision != "Allow":
        stated = ", ".join(f"{key} {value}" for key, value in sorted(context.items()))
        raise Denied(
            "AccessDenied", f"its trust policy does not let {service} assume it ({stated})"
        )
    key = "ASIA" + secrets.token_hex(8).upper()
    issued = {"SecretAccessKey": secrets.token_urlsafe(30), "SessionToken": secrets.token_hex(64)}
    sts.register_session(
        key,
        {
            **issued,
            "Arn": f"arn:aws:sts::{account}:assumed-role/{name}/{session}",
            "UserId": f"{role['RoleId']}:{session}",
            "Expiration": time.time() + _SESSION_SECONDS,
            "AccountId": account,
            "PrincipalType": "AssumedRole",
        },
    )
    return {"AccessKeyId": key, **issued}


def bucket_of(bucket: str) -> dict[str, str]:
    """Owner and region of a bucket, which Bedrock knows. Raises Denied where there is none."""
    found = object_keys.place(bucket, "")
    if found is None:
        raise Denied("NoSuchBucket", "The specified bucket does not exist")
    return {"owner": found.owner, "region": found.region}


def encrypt_for(access_key_id: str, bucket: str, key: str, kms_key: str) -> dict[str, str]:
    """Whether the key may write the object as far as KMS goes; `kms_key` "" for the bucket's own.

    Returns nothing, or raises Denied in S3's words.
    """
    _as_account_of(access_key_id)
    where = object_keys.place(bucket, key)
    refused = object_keys.refused_write(access_key_id, where, kms_key) if where else None
    if refused is not None:
        raise Denied(*refused[:2])
    return {}


def owner_of_bucket(bucket: str) -> str | None:
    """The account that owns the bucket; None where there is no such bucket."""
    owner: str | None = s3._bucket_owner_account(bucket)  # noqa: SLF001
    return owner


def remember_all() -> dict[str, str]:
    """Keep identities, buckets and keys; the answer's `memory` is for `put-back`."""
    stores = (responses.AccountScopedDict, responses.AccountRegionScopedDict)
    held = [
        (store, ("_data",))
        for service in (iam, s3, kms)
        for store in vars(service).values()
        if isinstance(store, stores)
    ]
    memory = secrets.token_hex(8)
    _MEMORIES[memory] = remember(held)
    return {"memory": memory}


def put_back(memory: str) -> dict[str, str]:
    """Put back what `memory` keeps. Returns nothing."""
    _MEMORIES[memory]()
    return {}


_MEMORIES: dict[str, Restore] = {}


def _as_account_of(access_key_id: str) -> None:
    owner = iam_evaluator.find_iam_access_key_account(access_key_id)
    responses.set_request_account_id(owner or access_key_id)
    iam_evaluator.pin_request_origin(_LOOPBACK, secure_transport=True)


def _or_denied(answer: Any) -> Any:
    if isinstance(answer, iam_evaluator.AuthError):
        raise Denied(answer.code, answer.message)
    return answer


QUESTIONS: dict[str, Callable[..., dict[str, str]]] = {
    "authenticate": authenticate,
    "decide": decide,
    "assume-for-service": assume_for_service,
    "bucket": bucket_of,
    "encrypt-for": encrypt_for,
    "remember": remember_all,
    "put-back": put_back,
}
"""By the last part of the path."""
