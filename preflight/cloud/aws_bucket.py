"""What AWS says about a bucket and the key that encrypts it."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from preflight.cloud import aws_calls, aws_forms
from preflight.cloud.aws_session import AwsSession
from preflight.seams import KmsKey, LifecycleRule, Refused

_NO_BUCKET = ("404", "NoSuchBucket", "NotFound")
_NO_KEY = ("NotFoundException", "KMSInvalidArnException")
_REGION_HEADER = "x-amz-bucket-region"


class Buckets(AwsSession):
    """The questions of `seams.Aws` about a bucket."""

    def bucket_region(self, bucket: str) -> str | None:
        """The bucket's region. S3 names it even where it refuses or redirects the question."""
        from botocore.exceptions import ClientError  # noqa: PLC0415 - instant start-up

        def look() -> str:
            try:
                answer = self._client("s3").head_bucket(Bucket=bucket)
            except ClientError as error:
                region = aws_calls.headers(error.response).get(_REGION_HEADER)
                if region is None or aws_calls.error_code(error.response) in _NO_BUCKET:
                    raise
                return region
            return str(aws_calls.headers(answer)[_REGION_HEADER])

        return self._asked(look, bucket, "s3:ListBucket", *_NO_BUCKET)

    def bucket_owned_by(self, bucket: str, account: str) -> bool:
        """Whether the account owns the bucket.

        S3 answers 403 both to a foreigner and to a wrong owner; so first as one who may look, then
        with the owner.
        """

        def head(**owner: str) -> str:
            answer = self._client("s3").head_bucket(Bucket=bucket, **owner)
            # A HEAD has no body: that S3 answered, and not just anything, is seen by its header.
            return str(aws_calls.headers(answer)[_REGION_HEADER])

        if self._asked(head, bucket, "s3:ListBucket", *_NO_BUCKET) is None:
            return False
        try:
            owned = self._asked(
                lambda: head(ExpectedBucketOwner=account), bucket, "s3:ListBucket", *_NO_BUCKET
            )
        except Refused:
            return False
        return owned is not None

    def bucket_policy(self, bucket: str) -> Mapping[str, Any] | None:
        """The bucket's own policy."""
        return self._asked(
            lambda: aws_forms.document(
                self._client("s3").get_bucket_policy(Bucket=bucket)["Policy"]
            ),
            bucket,
            "s3:GetBucketPolicy",
            "NoSuchBucketPolicy",
            "NoSuchBucket",
        )

    def bucket_kms_key(self, bucket: str) -> str | None:
        """The customer key that encrypts new objects."""
        return self._asked(
            lambda: aws_forms.customer_key(self._client("s3").get_bucket_encryption(Bucket=bucket)),
            bucket,
            "s3:GetEncryptionConfiguration",
            "ServerSideEncryptionConfigurationNotFoundError",
            "NoSuchBucket",
        )

    def kms_key(self, key: str) -> KmsKey | None:
        """The key with its state and policy; two questions, as KMS takes them apart."""

        def describe() -> Mapping[str, Any]:
            metadata: Mapping[str, Any] = self._client("kms").describe_key(KeyId=key)["KeyMetadata"]
            return metadata

        metadata = self._asked(describe, key, "kms:DescribeKey", *_NO_KEY)
        if metadata is None:
            return None
        return self._asked(
            lambda: KmsKey(
                metadata["Arn"],
                metadata["KeyState"],
                aws_forms.document(
                    self._client("kms").get_key_policy(KeyId=metadata["Arn"], PolicyName="default")[
                        "Policy"
                    ]
                ),
            ),
            key,
            "kms:GetKeyPolicy",
            *_NO_KEY,
        )

    def bucket_expiry(self, bucket: str) -> tuple[LifecycleRule, ...]:
        """The rules that delete objects."""
        found = self._asked(
            lambda: tuple(
                aws_forms.expiries(
                    self._client("s3").get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"],
                    datetime.now(UTC),
                )
            ),
            bucket,
            "s3:GetLifecycleConfiguration",
            "NoSuchLifecycleConfiguration",
            "NoSuchBucket",
        )
        return found or ()
