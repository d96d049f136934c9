"""The customer keys that S3 encrypts objects with, and who may use them: in ministack's process.

Ministack notes the key of an object and asks nobody. S3 asks KMS in the name of whoever calls: to
write takes kms:GenerateDataKey, to read takes kms:Decrypt, by the caller's own policies and by the
key's policy; and the key must be enabled.
"""

from dataclasses import dataclass
from typing import Any

from ministack.core import iam_actions, iam_evaluator, responses, router
from ministack.services import kms, s3

from preflight.sandbox.aws.denials import denial

_KEY_ID = "x-amz-server-side-encryption-aws-kms-key-id"
_ALGORITHM = "x-amz-server-side-encryption"
_AWS_OWN_KEY = "alias/aws/s3"
_UNNAMED_REGION = "us-east-1"
Refused = tuple[str, str, int]
"""Code, message and HTTP status, as S3 answers."""


@dataclass(frozen=True, slots=True)
class Place:
    """An object, its bucket's owner and region, and whether the bucket has a key of its own."""

    bucket: str
    key: str
    owner: str
    region: str
    default: dict[str, str]
    bucket_key: bool

    @property
    def context(self) -> dict[str, str]:
        """What S3 tells KMS with each call. With a bucket key it names the bucket alone."""
        name = self.bucket if self.bucket_key else f"{self.bucket}/{self.key}"
        return {
            "kms:ViaService": f"s3.{self.region}.amazonaws.com",
            "kms:EncryptionContext:aws:s3:arn": f"arn:aws:s3:::{name}",
        }


def place(bucket: str, key: str) -> Place | None:
    """Where an object is, or would be; None where there is no such bucket."""
    owner = s3._bucket_owner_account(bucket)  # noqa: SLF001 - see the module's docstring
    if owner is None:
        return None
    found = s3._buckets.get_scoped(owner, None, bucket)  # noqa: SLF001
    region = found.get("region") or _UNNAMED_REGION
    with responses.request_scope(owner, region):
        default = s3._bucket_default_sse_headers(bucket)  # noqa: SLF001
        raw = s3._bucket_encryption.get(bucket) or ""  # noqa: SLF001
    return Place(bucket, key, owner, region, default, "<BucketKeyEnabled>true" in raw)


def refused(method: str, path: str, headers: dict[str, str], query: Any) -> Refused | None:
    """Why S3 refuses the request for a key's sake; None where it does not."""
    bucket, _, key = path.lstrip("/").partition("/")
    where = place(bucket, key) if key else None
    action = iam_actions._s3_action(method, path, query)  # noqa: SLF001
    if where is None or method == "HEAD" or action not in {"GetObject", "PutObject"}:
        return None
    caller = router.extract_access_key_id(headers, query) or ""
    if action == "GetObject":
        return refused_read(caller, where)
    if "uploadId" in query:  # a part goes by what was asked when the upload was begun
        return None
    asked = headers.get(_KEY_ID) or ""
    if headers.get(_ALGORITHM) == "AES256":
        return None
    return refused_write(caller, where, asked)


def refused_write(caller: str, where: Place, asked: str = "") -> Refused | None:
    """Whether the key `caller` may write there with the KMS key `asked` for, or the bucket's."""
    if asked:
        return _refused(caller, "kms:GenerateDataKey", asked, where)
    return _by_headers(caller, "kms:GenerateDataKey", where.default, where)


def refused_read(caller: str, where: Place) -> Refused | None:
    """Whether the key `caller` may read the object, which has a key of its own since its upload."""
    objects = s3._buckets.get_scoped(where.owner, None, where.bucket)["objects"]  # noqa: SLF001
    found = objects.get(where.key)
    if found is None:
        return None
    return _by_headers(caller, "kms:Decrypt", s3._stored_sse_headers(found), where)  # noqa: SLF001


def _by_headers(
    caller: str, action: str, encrypted: dict[str, str], where: Place
) -> Refused | None:
    if encrypted.get(_ALGORITHM) != "aws:kms":
        return None
    return _refused(caller, action, encrypted.get(_KEY_ID, _AWS_OWN_KEY), where)


def _refused(caller: str, action: str, named: str, where: Place) -> Refused | None:
    account = responses.get_account_id()
    if named.endswith(_AWS_OWN_KEY):
        # Nobody can change that key's policy: it is for the bucket's own account alone.
        own = account == where.owner
        return None if own else ("AccessDenied", "Access Denied", 403)
    # Without an ARN it is a key of the caller's account, not of the bucket's.
    at = named.split(":")[3:5] if named.startswith("arn:") else [where.region, account]
    if at[0] != where.region:
        return "KMS.NotFoundException", f"Invalid arn {at[0]}", 400
    with responses.request_scope(at[1], at[0]):
        key = kms._resolve_key(named)  # noqa: SLF001
    if key is None:
        return "KMS.NotFoundException", f"Key '{named}' does not exist", 400
    context = where.context | {"kms:CallerAccount": account}
    denied = iam_evaluator.enforce(
        caller, action, "kms", where.region, resource_arn=key["Arn"], service_context=context
    )
    if isinstance(denied, iam_evaluator.AuthError):
        return denied.code, denied.message, 403
    if denied is not None:
        return "AccessDenied", denial(denied, action, key["Arn"]), 403
    states = {
        "Disabled": ("KMS.DisabledException", f"{key['Arn']} is disabled.", 400),
        "PendingDeletion": (
            "KMS.KMSInvalidStateException",
            f"{key['Arn']} is pending deletion.",
            400,
        ),
    }
    return states.get(key["KeyState"])
