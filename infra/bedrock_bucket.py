"""The bucket of Bedrock's jobs: closed to the public and to plain text, encrypted, not for ever."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_aws as aws

from infra.retention import ABORT_UPLOAD_DAYS


@dataclass(frozen=True, slots=True)
class Kept:
    """How a bucket is kept.

    Args:
        region: where it is.
        rule: the id of its lifecycle rule.
        days: after how many days its objects are deleted.
        policy: its own policy, by its name.
        key_arn: the customer key that encrypts it; None for S3's own keys.
    """

    region: pulumi.Output[str]
    rule: str
    days: int
    policy: pulumi.Output[Mapping[str, Any]]
    key_arn: pulumi.Output[str] | None = None


def guard(
    name: str, bucket: pulumi.Output[str], kept: Kept, child: pulumi.ResourceOptions
) -> pulumi.Resource:
    """Close the bucket to the public, encrypt it, set its policy, and let old objects go.

    Returns the bucket's policy, which others may have to wait for.
    """
    public_access = aws.s3.BucketPublicAccessBlock(
        name,
        region=kept.region,
        bucket=bucket,
        block_public_acls=True,
        block_public_policy=True,
        ignore_public_acls=True,
        restrict_public_buckets=True,
        opts=child,
    )
    aws.s3.BucketOwnershipControls(
        name,
        region=kept.region,
        bucket=bucket,
        rule={"object_ownership": "BucketOwnerEnforced"},
        opts=child,
    )
    aws.s3.BucketServerSideEncryptionConfiguration(
        name,
        region=kept.region,
        bucket=bucket,
        rules=[_encryption(kept.key_arn)],
        opts=child,
    )
    policy: pulumi.Resource = aws.s3.BucketPolicy(
        name,
        region=kept.region,
        bucket=bucket,
        policy=kept.policy.apply(json.dumps),
        # S3 refuses two changes of a bucket's access at once.
        opts=pulumi.ResourceOptions.merge(
            child, pulumi.ResourceOptions(depends_on=[public_access])
        ),
    )
    aws.s3.BucketLifecycleConfiguration(
        name,
        region=kept.region,
        bucket=bucket,
        rules=[
            {
                "id": kept.rule,
                "status": "Enabled",
                "filter": {"prefix": ""},
                "expiration": {"days": kept.days},
                "abort_incomplete_multipart_upload": {"days_after_initiation": ABORT_UPLOAD_DAYS},
            }
        ],
        opts=child,
    )
    return policy


def _encryption(
    key_arn: pulumi.Output[str] | None,
) -> aws.s3.BucketServerSideEncryptionConfigurationRuleArgsDict:
    if key_arn is None:
        return {"apply_server_side_encryption_by_default": {"sse_algorithm": "AES256"}}
    return {
        "apply_server_side_encryption_by_default": {
            "sse_algorithm": "aws:kms",
            "kms_master_key_id": key_arn,
        },
        # One question to KMS for many objects: a big batch costs next to nothing.
        "bucket_key_enabled": True,
    }
