"""Who read and wrote the buckets of Bedrock's jobs: S3's access logs, in a bucket of their own."""

from collections.abc import Mapping

import pulumi
import pulumi_aws as aws

from infra.bedrock_args import BedrockArgs
from infra.bedrock_bucket import Kept, guard
from infra.grants import log_delivery
from infra.retention import ACCESS_LOG_DAYS
from preflight.contract import Bedrock


def log_accesses(
    name: str,
    args: BedrockArgs,
    buckets: Mapping[str, pulumi.Output[str]],
    promised: pulumi.Output[Bedrock],
    child: pulumi.ResourceOptions,
) -> None:
    """Have S3 log each access of the buckets (label -> bucket) into one beside them."""
    region = promised.apply(lambda it: it.region)
    logs = aws.s3.Bucket(f"{name}-logs", region=region, tags=args.shared.tags or None, opts=child)
    policy = pulumi.Output.all(promised=promised, logs=logs.id).apply(
        lambda made: log_delivery(made["promised"], made["logs"])
    )
    # S3 delivers no logs to a bucket that a customer key encrypts without a grant of its own.
    delivers = guard(
        f"{name}-logs", logs.id, Kept(region, "access-logs", ACCESS_LOG_DAYS, policy), child
    )
    for label, bucket in buckets.items():
        aws.s3.BucketLogging(
            f"{name}-{label}",
            region=region,
            bucket=bucket,
            target_bucket=logs.id,
            target_prefix=f"{label}/",
            opts=pulumi.ResourceOptions.merge(child, pulumi.ResourceOptions(depends_on=[delivers])),
        )
