"""The customer key that encrypts the buckets of Bedrock's jobs."""

import json

import pulumi
import pulumi_aws as aws

from infra.bedrock_args import BedrockArgs
from infra.grants import key_policy
from preflight.contract import Bedrock

RECALL_DAYS = 30
"""How long a deleted key can be called back; nothing that it encrypted can be read without it."""


def customer_key(
    name: str,
    args: BedrockArgs,
    region: pulumi.Output[str],
    unbuilt: pulumi.Output[Bedrock],
    child: pulumi.ResourceOptions,
) -> pulumi.Output[str] | None:
    """The ARN of the key, made or found; None where S3's own keys encrypt."""
    if args.buckets.key_arn:
        return pulumi.Output.from_input(args.buckets.key_arn)
    if not args.buckets.customer_key:
        return None
    key = aws.kms.Key(
        f"{name}-data",
        region=region,
        description=f"Encrypts requests and results of batch jobs in {args.region}",
        policy=unbuilt.apply(lambda it: json.dumps(key_policy(it))),
        is_enabled=True,  # said, so that a key that somebody disabled is a change to put back
        enable_key_rotation=True,
        deletion_window_in_days=RECALL_DAYS,
        tags=args.shared.tags or None,
        opts=child,
    )
    arn: pulumi.Output[str] = key.arn
    return arn
