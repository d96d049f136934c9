"""Amazon Bedrock: a bucket in the model's region, the job role, and the gateway's own role."""

import dataclasses
import json
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_aws as aws

from infra.auditor import aws_auditor
from infra.grants import gateway_role_trust, identity_policy, job_role_trust, tls_only
from infra.promise import written
from infra.retention import ABORT_UPLOAD_DAYS
from preflight.contract import Bedrock
from preflight.permissions import Identity


@dataclass(frozen=True, slots=True)
class BedrockArgs:
    """What the component is made from.

    Args:
        provider_name: the gateway's provider account.
        region: where the jobs run; everything with a region is made there.
        model: id of a foundation model, or of an inference profile.
        profile_regions: for an inference profile, every region it routes to; empty for a model.
        gateway_principal_arn: who may assume the gateway role.
        gateway_external_id: what it must name when it does; "" for nothing.
        auditor_principal_arn: who may assume the auditor's role; "" for no such role.
        result_days: after how many days requests and results are deleted.
    """

    provider_name: str
    region: str
    model: str
    profile_regions: tuple[str, ...]
    gateway_principal_arn: str
    gateway_external_id: str
    auditor_principal_arn: str
    result_days: int


class BedrockBatch(pulumi.ComponentResource):
    """All that Bedrock and the gateway need to run batch jobs in one region."""

    bucket: pulumi.Output[str]
    job_role_arn: pulumi.Output[str]
    gateway_role_arn: pulumi.Output[str]
    promise: pulumi.Output[dict[str, Any]]

    def __init__(
        self, name: str, args: BedrockArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        """Register the component and its children."""
        super().__init__("batch-preflight:aws:BedrockBatch", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        asking = pulumi.InvokeOutputOptions(parent=self)
        unbuilt = pulumi.Output.all(
            account=aws.get_caller_identity_output(opts=asking).account_id,
            partition=aws.get_partition_output(opts=asking).partition,
        ).apply(lambda seen: _unbuilt(args, seen["partition"], seen["account"]))

        bucket = aws.s3.Bucket(f"{name}-data", region=args.region, opts=child)
        job_role = aws.iam.Role(
            f"{name}-job",
            description=f"Bedrock reads and writes batch jobs in {args.region} as this role",
            assume_role_policy=unbuilt.apply(lambda it: json.dumps(job_role_trust(it))),
            opts=child,
        )
        gateway_role = aws.iam.Role(
            f"{name}-gateway",
            description=f"The AI gateway runs batch jobs in {args.region} as this role",
            assume_role_policy=_gateway_trust(args),
            opts=child,
        )
        promised = pulumi.Output.all(
            unbuilt=unbuilt, bucket=bucket.id, job=job_role.arn, gateway=gateway_role.arn
        ).apply(
            lambda made: dataclasses.replace(
                made["unbuilt"],
                bucket=made["bucket"],
                job_role_arn=made["job"],
                gateway_principal_arn=made["gateway"],
            )
        )

        _guard(name, args, bucket.id, promised, child)
        for role, label, identity in (
            (job_role, "job", Identity.JOB_ROLE),
            (gateway_role, "gateway", Identity.GATEWAY),
        ):
            aws.iam.RolePolicy(
                f"{name}-{label}",
                role=role.id,
                policy=_policy(promised, identity),
                opts=child,
            )
        if args.auditor_principal_arn:
            aws_auditor(name, args.auditor_principal_arn, promised, child)

        self.bucket = bucket.id
        self.job_role_arn = job_role.arn
        self.gateway_role_arn = gateway_role.arn
        self.promise = promised.apply(written)
        self.register_outputs(
            {
                "bucket": self.bucket,
                "jobRoleArn": self.job_role_arn,
                "gatewayRoleArn": self.gateway_role_arn,
            }
        )


def model_arns(args: BedrockArgs, partition: str, account: str) -> tuple[str, ...]:
    """Every ARN that running the model touches: its own, or the profile's and those it routes to.

    The model of a profile is the profile's id without the geography before the first dot. A global
    profile is also checked against the model without a region.
    """
    bedrock = f"arn:{partition}:bedrock"
    if not args.profile_regions:
        return (f"{bedrock}:{args.region}::foundation-model/{args.model}",)
    geography, _, model = args.model.partition(".")
    regions = ("", *args.profile_regions) if geography == "global" else args.profile_regions
    return (
        f"{bedrock}:{args.region}:{account}:inference-profile/{args.model}",
        *(f"{bedrock}:{region}::foundation-model/{model}" for region in regions),
    )


def _unbuilt(args: BedrockArgs, partition: str, account: str) -> Bedrock:
    """The promise as far as it is known before anything exists: enough for the job role's trust."""
    return Bedrock(
        provider_name=args.provider_name,
        partition=partition,
        account=account,
        region=args.region,
        bucket="",
        model=args.model,
        model_arns=model_arns(args, partition, account),
        job_role_arn="",
        gateway_principal_arn="",
    )


def _policy(promised: pulumi.Output[Bedrock], identity: Identity) -> pulumi.Output[str]:
    return promised.apply(lambda it: json.dumps(identity_policy(it, identity)))


def _gateway_trust(args: BedrockArgs) -> pulumi.Input[str]:
    """The gateway role's trust policy; with an external id in it, encrypted in the state.

    Config.get takes no notice of `--secret`, and the id would stand there for all to read.
    """
    trust = json.dumps(gateway_role_trust(args.gateway_principal_arn, args.gateway_external_id))
    return pulumi.Output.secret(trust) if args.gateway_external_id else trust


def _guard(
    name: str,
    args: BedrockArgs,
    bucket: pulumi.Output[str],
    promised: pulumi.Output[Bedrock],
    child: pulumi.ResourceOptions,
) -> None:
    """Close the bucket to the public and to plain text, encrypt it, and let old objects go."""
    public_access = aws.s3.BucketPublicAccessBlock(
        f"{name}-data",
        region=args.region,
        bucket=bucket,
        block_public_acls=True,
        block_public_policy=True,
        ignore_public_acls=True,
        restrict_public_buckets=True,
        opts=child,
    )
    aws.s3.BucketOwnershipControls(
        f"{name}-data",
        region=args.region,
        bucket=bucket,
        rule={"object_ownership": "BucketOwnerEnforced"},
        opts=child,
    )
    aws.s3.BucketServerSideEncryptionConfiguration(
        f"{name}-data",
        region=args.region,
        bucket=bucket,
        rules=[{"apply_server_side_encryption_by_default": {"sse_algorithm": "AES256"}}],
        opts=child,
    )
    aws.s3.BucketPolicy(
        f"{name}-data",
        region=args.region,
        bucket=bucket,
        policy=promised.apply(lambda it: json.dumps(tls_only(it))),
        # S3 refuses two changes of a bucket's access at once.
        opts=pulumi.ResourceOptions.merge(
            child, pulumi.ResourceOptions(depends_on=[public_access])
        ),
    )
    aws.s3.BucketLifecycleConfiguration(
        f"{name}-data",
        region=args.region,
        bucket=bucket,
        rules=[
            {
                "id": "requests-and-results",
                "status": "Enabled",
                "filter": {"prefix": ""},
                "expiration": {"days": args.result_days},
                "abort_incomplete_multipart_upload": {"days_after_initiation": ABORT_UPLOAD_DAYS},
            }
        ],
        opts=child,
    )
