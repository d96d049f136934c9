"""The bucket of Bedrock's jobs: closed to the public and to plain text, encrypted, not for ever."""

import json

import pulumi
import pulumi_aws as aws

from infra.grants import tls_only
from infra.retention import ABORT_UPLOAD_DAYS
from preflight.contract import Bedrock


def guard(  # noqa: D417 - the rest is in the names
    name: str,
    bucket: pulumi.Output[str],
    promised: pulumi.Output[Bedrock],
    child: pulumi.ResourceOptions,
    *,
    region: str,
    result_days: int,
) -> None:
    """Close the bucket to the public and to plain text, encrypt it, and let old objects go.

    Args:
        name: the component's.
        child: what makes a resource a child of the component.
        result_days: after how many days requests and results are deleted.
    """
    public_access = aws.s3.BucketPublicAccessBlock(
        f"{name}-data",
        region=region,
        bucket=bucket,
        block_public_acls=True,
        block_public_policy=True,
        ignore_public_acls=True,
        restrict_public_buckets=True,
        opts=child,
    )
    aws.s3.BucketOwnershipControls(
        f"{name}-data",
        region=region,
        bucket=bucket,
        rule={"object_ownership": "BucketOwnerEnforced"},
        opts=child,
    )
    aws.s3.BucketServerSideEncryptionConfiguration(
        f"{name}-data",
        region=region,
        bucket=bucket,
        rules=[{"apply_server_side_encryption_by_default": {"sse_algorithm": "AES256"}}],
        opts=child,
    )
    aws.s3.BucketPolicy(
        f"{name}-data",
        region=region,
        bucket=bucket,
        policy=promised.apply(lambda it: json.dumps(tls_only(it))),
        # S3 refuses two changes of a bucket's access at once.
        opts=pulumi.ResourceOptions.merge(
            child, pulumi.ResourceOptions(depends_on=[public_access])
        ),
    )
    aws.s3.BucketLifecycleConfiguration(
        f"{name}-data",
        region=region,
        bucket=bucket,
        rules=[
            {
                "id": "requests-and-results",
                "status": "Enabled",
                "filter": {"prefix": ""},
                "expiration": {"days": result_days},
                "abort_incomplete_multipart_upload": {"days_after_initiation": ABORT_UPLOAD_DAYS},
            }
        ],
        opts=child,
    )
