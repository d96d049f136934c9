"""What is there already and is used as it is: looked for before anything is made."""

from collections.abc import Iterable

import pulumi
import pulumi_aws as aws

from infra.bedrock_args import BedrockArgs


def same_account(regions: Iterable[BedrockArgs], account: str) -> str:
    """The account. Raises RunError where a setting names an identity or a policy of another."""
    for args in regions:
        for key, arn in (
            ("gatewayAwsIdentityArn", args.gateway.identity_arn),
            ("bedrockJobRoleArn", args.job_role_arn),
            ("awsPermissionsBoundaryArn", args.roles.boundary_arn),
        ):
            # AWS's own policies belong to nobody's account, and are for everybody's.
            if arn and arn.split(":")[4] not in {account, "aws"}:
                raise pulumi.RunError(
                    f"{key} is {arn}, but the stack's account is {account}, and no other's can be"
                    f" used: pulumi config set {key} with an ARN of account {account}"
                )
    return account


def find_bucket(args: BedrockArgs) -> None:
    """Raise RunError where the existing bucket is not there, or in another region.

    A bucket of another account may refuse to be looked at until its owner lets the stack's
    identities in, which are not made yet: then `preflight check` is the one to look.
    """
    name, owner = args.buckets.existing, args.buckets.account
    if not name:
        return
    try:
        found = aws.s3.get_bucket(bucket=name, region=args.region)
    except Exception as error:
        if owner and _is_refused(error):
            return
        raise pulumi.RunError(
            f"bedrockBuckets names {name}, but there is no such bucket that this login may look at"
            f" in {args.region}: make it, or take it out of bedrockBuckets"
        ) from error
    if found.bucket_region != args.region:
        raise pulumi.RunError(
            f"bedrockBuckets names {name} for {args.region}, but it is in {found.bucket_region},"
            f" and Bedrock reads no bucket of another region: name one of {args.region}"
        )


def _is_refused(error: Exception) -> bool:
    return any(word in str(error) for word in ("403", "Forbidden", "AccessDenied"))
