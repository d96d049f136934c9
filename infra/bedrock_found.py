"""What is there already and is used as it is: looked for before anything is made."""

from collections.abc import Iterable

import pulumi
import pulumi_aws as aws

from infra.bedrock_args import BedrockArgs

_REFUSED = ("Forbidden", "AccessDenied")
_ABSENT = ("NotFound", "Not Found", "NoSuchBucket", "couldn't find resource", "empty result")
"""What AWS and the provider say of a bucket that is not there."""


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
    """Raise RunError where the existing bucket cannot be found, or is in another region.

    A bucket of another account may refuse to be looked at until its owner lets the stack's
    identities in, which are not made yet: then `preflight check` is the one to look.
    """
    name, owner = args.buckets.existing, args.buckets.account
    if not name:
        return
    try:
        found = aws.s3.get_bucket(bucket=name, region=args.region)
    except Exception as error:
        said = " ".join(str(error).split())
        if any(sign in said for sign in _REFUSED):
            if owner:
                return
            why = "this login may not look at it"
            repair = "allow it s3:ListBucket, or name the bucket's owner in bedrockBucketAccount"
        elif any(sign in said for sign in _ABSENT):
            why = "there is no such bucket"
            repair = "make it, or take it out of bedrockBuckets"
        else:
            why = "it could not be looked at"
            repair = "repair that, and run it again"
        raise pulumi.RunError(
            f"bedrockBuckets names {name}, but {why}: {repair}; the answer was {said}"
        ) from error
    if found.bucket_region != args.region:
        raise pulumi.RunError(
            f"bedrockBuckets names {name} for {args.region}, but it is in {found.bucket_region},"
            f" and Bedrock reads no bucket of another region: name one of {args.region}"
        )
