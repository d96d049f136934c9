"""What AWS says about a bucket and the key that encrypts it."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, TypeVar

from preflight.cloud import aws_calls, aws_forms
from preflight.cloud.aws_session import AwsSession
from preflight.seams import KmsKey, LifecycleRule, Refused, Unreachable

_NO_BUCKET = ("404", "NoSuchBucket", "NotFound")
_NO_KEY = ("NotFoundException", "KMSInvalidArnException")
_REGION_HEADER = "x-amz-bucket-region"
_OWNERS_ONLY = "S3 shows a bucket's policy to the account that owns it only"
_AS_OWNER = "set PREFLIGHT_BUCKET_OWNER_PROFILE to an AWS profile of that account"

T = TypeVar("T")


class Buckets(AwsSession):
    """The questions of `seams.Aws` about a bucket, asked as its owner where there is a profile."""

    def _s3(self) -> Any:
        return self._client("s3", profile=self._owner_profile)

    def _looked(
        self, look: Callable[[], T], bucket: str, permission: str, *missing: str
    ) -> T | None:
        """The answer, asked as the owner; a refusal names the profile that was refused."""
        who = f"AWS profile {self._owner_profile}" if self._owner_profile else self._who
        return aws_calls.told(look, bucket, permission, *missing, who=who)

    def bucket_region(self, bucket: str) -> str | None:
        """The bucket's region. S3 names it even where it refuses or redirects the question."""
        from botocore.exceptions import ClientError  # noqa: PLC0415 - instant start-up

        def look() -> str:
            try:
                answer = self._s3().head_bucket(Bucket=bucket)
            except ClientError as error:
                region = aws_calls.headers(error.response).get(_REGION_HEADER)
                if region is None or aws_calls.error_code(error.response) in _NO_BUCKET:
                    raise
                return region
            return str(aws_calls.headers(answer)[_REGION_HEADER])

        return self._looked(look, bucket, "s3:ListBucket", *_NO_BUCKET)

    def bucket_owned_by(self, bucket: str, account: str) -> bool:
        """Whether the account owns the bucket.

        S3 answers 403 both to a foreigner and to a wrong owner; so first as one who may look, then
        with the owner.
        """

        def head(**owner: str) -> str:
            answer = self._s3().head_bucket(Bucket=bucket, **owner)
            # A HEAD has no body: that S3 answered, and not just anything, is seen by its header.
            return str(aws_calls.headers(answer)[_REGION_HEADER])

        if self._looked(head, bucket, "s3:ListBucket", *_NO_BUCKET) is None:
            return False
        try:
            owned = self._looked(
                lambda: head(ExpectedBucketOwner=account), bucket, "s3:ListBucket", *_NO_BUCKET
            )
        except Refused:
            return False
        return owned is not None

    def bucket_policy(self, bucket: str) -> Mapping[str, Any] | None:
        """The bucket's own policy. S3 shows it to nobody of another account, allowed or not."""
        from botocore.exceptions import ClientError  # noqa: PLC0415 - instant start-up

        def look() -> Mapping[str, Any]:
            try:
                answer = self._s3().get_bucket_policy(Bucket=bucket)
            except ClientError as error:
                code = aws_calls.error_code(error.response)
                if code == "MethodNotAllowed" or (self._stranger and code == "AccessDenied"):
                    raise Unreachable(bucket, _OWNERS_ONLY, _AS_OWNER) from error
                raise
            return aws_forms.document(answer["Policy"])

        missing = ("NoSuchBucketPolicy", "NoSuchBucket")
        return self._looked(look, bucket, "s3:GetBucketPolicy", *missing)

    def bucket_kms_key(self, bucket: str) -> str | None:
        """The customer key that encrypts new objects."""
        return self._looked(
            lambda: aws_forms.customer_key(self._s3().get_bucket_encryption(Bucket=bucket)),
            bucket,
            "s3:GetEncryptionConfiguration",
            "ServerSideEncryptionConfigurationNotFoundError",
            "NoSuchBucket",
        )

    def bucket_public_access(self, bucket: str) -> frozenset[str]:
        """Which of S3's four switches against public access are off."""
        found = self._looked(
            lambda: aws_forms.open_to_public(
                _of_s3(self._s3().get_public_access_block(Bucket=bucket))
            ),
            bucket,
            "s3:GetBucketPublicAccessBlock",
            "NoSuchPublicAccessBlockConfiguration",
            "NoSuchBucket",
        )
        return aws_forms.PUBLIC_ACCESS if found is None else found

    def bucket_logging(self, bucket: str) -> str | None:
        """Where the access logs go."""

        def look() -> str | None:
            return aws_forms.log_target(_of_s3(self._s3().get_bucket_logging(Bucket=bucket)))

        return self._looked(look, bucket, "s3:GetBucketLogging", "NoSuchBucket")

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
        found = self._looked(
            lambda: tuple(
                aws_forms.expiries(
                    self._s3().get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"],
                    datetime.now(UTC),
                )
            ),
            bucket,
            "s3:GetLifecycleConfiguration",
            "NoSuchLifecycleConfiguration",
            "NoSuchBucket",
        )
        return found or ()


def _of_s3(answer: Mapping[str, Any]) -> Mapping[str, Any]:
    """The answer. Raises ValueError for what reads like an empty setting: a web page, no body."""
    headers = aws_calls.headers(answer)
    if "html" in headers.get("content-type", ""):
        raise ValueError("a web page")
    if headers.get("content-length", "0") == "0" and "transfer-encoding" not in headers:
        raise ValueError("no body")
    return answer
