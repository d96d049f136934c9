"""Amazon Bedrock: a bucket in the model's region, the job role, and the gateway's own role."""

import dataclasses

import pulumi
import pulumi_aws as aws

from infra.auditor import aws_auditor
from infra.bedrock_args import BedrockArgs
from infra.bedrock_bucket import Kept, guard
from infra.bedrock_found import find_bucket, same_account
from infra.bedrock_key import customer_key
from infra.bedrock_logs import log_accesses
from infra.bedrock_models import model_arns
from infra.bedrock_roles import gateway_identity, grant, job_role
from infra.grants import tls_only
from infra.promise import Section, joined, written
from preflight.contract import ACCESS_LOGS, ENCRYPTED_TRANSPORT, NO_PUBLIC_ACCESS, Bedrock
from preflight.permissions import Identity


class BedrockBatch(pulumi.ComponentResource):
    """All that Bedrock and the gateway need to run batch jobs in one region."""

    promised: pulumi.Output[Bedrock]
    """For all models: `model_arns` are those of each."""
    promise: pulumi.Output[list[Section]]
    """A target for each model."""

    def __init__(
        self,
        name: str,
        args: BedrockArgs,
        account: pulumi.Output[str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Register the component and its children; `account` is the one that all is made in."""
        super().__init__("batch-preflight:aws:BedrockBatch", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        asking = pulumi.InvokeOutputOptions(parent=self)
        partition = aws.get_partition_output(opts=asking).partition
        models = pulumi.Output.all(
            *(model_arns(args.region, model, partition, asking) for model in args.models)
        )
        unbuilt = pulumi.Output.all(account=account, partition=partition, models=models).apply(
            lambda seen: _unbuilt(args, seen["partition"], seen["account"], seen["models"])
        )
        region = account.apply(lambda _: args.region)

        key = customer_key(name, args, region, unbuilt, child)
        job = job_role(name, args, unbuilt, child)
        gateway = gateway_identity(name, args, account, child)
        made = {
            label: aws.s3.Bucket(
                f"{name}-{label}", region=region, tags=args.shared.tags or None, opts=child
            ).id
            for label in _labels(args)
        }
        bucket = made.get("data", pulumi.Output.from_input(args.buckets.existing))
        promised = pulumi.Output.all(
            unbuilt=unbuilt,
            bucket=bucket,
            results=made.get("results", bucket),
            key=key,
            job=job.arn,
            gateway=gateway.arn,
        ).apply(lambda it: _built(args, **it))

        for label, one in made.items():
            policy = pulumi.Output.all(promised=promised, bucket=one).apply(
                lambda it: tls_only(it["promised"], it["bucket"])
            )
            kept = Kept(region, "requests-and-results", args.shared.result_days, policy, key)
            guard(f"{name}-{label}", one, kept, child)
        if args.shared.access_logs and made:
            log_accesses(name, args, made, promised, child)
        grant(f"{name}-job", job, Identity.JOB_ROLE, promised, child)
        grant(f"{name}-gateway", gateway, Identity.GATEWAY, promised, child)
        self.promised = promised
        self.promise = pulumi.Output.all(promised=promised, models=models).apply(
            lambda it: [
                written(dataclasses.replace(it["promised"], model=model, model_arns=tuple(arns)))
                for model, arns in zip(args.models, it["models"], strict=True)
            ]
        )
        self.register_outputs(
            {"bucket": bucket, "jobRoleArn": job.arn, "gatewayIdentityArn": gateway.arn}
        )


def build(regions: tuple[BedrockArgs, ...]) -> pulumi.Output[list[Section]]:
    """A component for each region, and one auditor for all; the promises.

    Raises RunError where what is to be used is not there, or is another account's.
    """
    for args in regions:
        find_bucket(args)
    account = aws.get_caller_identity_output().account_id.apply(
        lambda seen: same_account(regions, seen)
    )
    made = [BedrockBatch(f"batch-bedrock-{args.region}", args, account) for args in regions]
    if regions[0].auditor_principal_arn:
        aws_auditor(
            "batch-bedrock",
            regions[0],
            {args.region: one.promised for args, one in zip(regions, made, strict=True)},
        )
    return joined(one.promise for one in made)


def _labels(args: BedrockArgs) -> tuple[str, ...]:
    """Of the buckets that are made."""
    if args.buckets.existing:
        return ()
    return ("data", "results") if args.buckets.separate_output else ("data",)


def _unbuilt(args: BedrockArgs, partition: str, account: str, models: list[list[str]]) -> Bedrock:
    """The promise as far as it is known before anything exists: enough for trust and key policy."""
    guards = (ENCRYPTED_TRANSPORT, NO_PUBLIC_ACCESS)
    logged = (ACCESS_LOGS,) if args.shared.access_logs else ()
    owner = args.buckets.account
    return Bedrock(
        provider_name=args.provider_name,
        partition=partition,
        account=account,
        region=args.region,
        bucket="",
        model="",
        model_arns=tuple(dict.fromkeys(arn for arns in models for arn in arns)),
        job_role_arn="",
        gateway_principal_arn="",
        bucket_account=owner if owner not in {"", account} else None,
        guards=() if args.buckets.existing else (*guards, *logged),
    )


def _built(
    args: BedrockArgs,
    *,
    unbuilt: Bedrock,
    bucket: str,
    results: str,
    key: str | None,
    job: str,
    gateway: str,
) -> Bedrock:
    prefix = args.buckets.output_prefix
    elsewhere = results != bucket or prefix
    return dataclasses.replace(
        unbuilt,
        bucket=bucket,
        output_uri=f"s3://{results}/{prefix and f'{prefix}/'}" if elsewhere else None,
        kms_key_arn=key,
        job_role_arn=job,
        gateway_principal_arn=gateway,
    )
