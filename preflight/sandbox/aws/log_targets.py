"""Which buckets S3 takes for another's access logs."""

from typing import Any
from xml.etree.ElementTree import ParseError, fromstring

from ministack.services import s3

_OTHER_OWNER = "The owner for the bucket to be logged and the target bucket must be the same."


def refused_target(method: str, path: str, query: Any, body: bytes) -> tuple[str, str, int] | None:
    """Code, message and HTTP status where S3 refuses the bucket that logging is to go to.

    Source: the errors of PutBucketLogging. A policy of that bucket that keeps the logs out is found
    by no call: S3 then delivers none.
    """
    if method != "PUT" or "logging" not in query:
        return None
    bucket = path.strip("/").partition("/")[0]
    try:
        named = [each.text for each in fromstring(body).iter() if each.tag.endswith("TargetBucket")]  # noqa: S314 - from loopback
    except ParseError:
        return None  # S3 itself says what is wrong with it
    owner = s3._bucket_owner_account(bucket)  # noqa: SLF001
    for target in named:
        if target is None or s3._bucket_owner_account(target) != owner:  # noqa: SLF001
            message = (
                "The owner for the bucket to be logged and the target bucket must be the same."
            )
            return "InvalidTargetBucketForLogging", message, 400
        if _region(owner, target) != _region(owner, bucket):
            return "CrossLocationLoggingProhibitted", "Cross S3 location logging not allowed.", 403
    return None


def _region(owner: Any, bucket: str) -> Any:
    return (s3._buckets.get_scoped(owner, None, bucket) or {}).get("region")  # noqa: SLF001
