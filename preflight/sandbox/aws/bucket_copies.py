"""The settings of a bucket as they are, and how each is put into another of the same name."""

from collections.abc import Callable, Iterator
from typing import Any

Document = dict[str, Any]


def settings(s3: Any, bucket: str) -> Iterator[tuple[str, Document]]:
    """How each setting is put back, and its value: empty for one that the bucket lacks."""
    yield (
        "put_public_access_block",
        setting(s3.get_public_access_block, bucket, "PublicAccessBlockConfiguration"),
    )
    yield (
        "put_bucket_ownership_controls",
        setting(s3.get_bucket_ownership_controls, bucket, "OwnershipControls"),
    )
    yield (
        "put_bucket_encryption",
        setting(s3.get_bucket_encryption, bucket, "ServerSideEncryptionConfiguration"),
    )
    rules = setting(s3.get_bucket_lifecycle_configuration, bucket, "Rules")
    yield "put_bucket_lifecycle_configuration", {"LifecycleConfiguration": rules} if rules else {}
    tags = setting(s3.get_bucket_tagging, bucket, "TagSet")
    yield "put_bucket_tagging", {"Tagging": tags} if tags else {}
    yield "put_bucket_policy", setting(s3.get_bucket_policy, bucket, "Policy")


def setting(get: Callable[..., Document], bucket: str, member: str) -> Document:
    """The one member of the answer that is the setting; empty where the bucket has none."""
    from botocore.exceptions import ClientError  # noqa: PLC0415

    try:
        return {member: get(Bucket=bucket)[member]}
    except ClientError as error:
        # S3 has a code of its own for each setting that a bucket does not have.
        if error.response["ResponseMetadata"]["HTTPStatusCode"] != 404:  # noqa: PLR2004
            raise
        return {}
