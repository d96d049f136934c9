"""Amazon Bedrock: a bucket in the model's region, the job role, and the gateway's own role."""

import dataclasses
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from infra.auditor import aws_auditor
from infra.bedrock_bucket import guard
from infra.grants import gateway_role_trust, identity_policy, job_role_trust
from infra.promise import Section, joined, written
from preflight.contract import ENCRYPTED_TRANSPORT, NO_PUBLIC_ACCESS, Bedrock
from preflight.permissions import Identity

_PROFILE = re.compile(r"(us|us-gov|eu|apac|jp|au|ca|global)\..+")
"""An inference profile's id: a geography before a model's."""


@dataclass(frozen=True, slots=True)
class BedrockArgs:
    """What the component is made from.

    Args:
        provider_name: the gateway's provider account.
        region: where the jobs run; everything with a region is made there.
        models: ids of foundation models, or of inference profiles.
        gateway_principal_arn: who may assume the gateway role.
        gateway_external_id: what it must name when it does; "" for nothing.
        auditor_principal_arn: who may assume the auditor's role; "" for no such role.
        result_days: after how many days requests and results are deleted.
    """

    provider_name: str
    region: str
    models: tuple[str, ...]
    gateway_principal_arn: str
    gateway_external_id: str
    auditor_principal_arn: str
    result_days: int


class BedrockBatch(pulumi.ComponentResource):
    """All that Bedrock and the gateway need to run batch jobs in one region."""

    bucket: pulumi.Output[str]
    job_role_arn: pulumi.Output[str]
    gateway_role_arn: pulumi.Output[str]
    promised: pulumi.Output[Bedrock]
    """For all models: `model_arns` are those of each."""
    promise: pulumi.Output[list[Section]]
    """A target for each model."""

    def __init__(
        self, name: str, args: BedrockArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        """Register the component and its children."""
        super().__init__("batch-preflight:aws:BedrockBatch", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        asking = pulumi.InvokeOutputOptions(parent=self)
        account = aws.get_caller_identity_output(opts=asking).account_id
        partition = aws.get_partition_output(opts=asking).partition
        models = pulumi.Output.all(
            *(_model_arns(args.region, model, partition, asking) for model in args.models)
        )
        unbuilt = pulumi.Output.all(account=account, partition=partition, models=models).apply(
            lambda seen: _unbuilt(args, seen["partition"], seen["account"], seen["models"])
        )

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

        guard(
            name,
            bucket.id,
            promised,
            child,
            region=args.region,
            result_days=args.result_days,
        )
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
        self.bucket = bucket.id
        self.job_role_arn = job_role.arn
        self.gateway_role_arn = gateway_role.arn
        self.promised = promised
        self.promise = pulumi.Output.all(promised=promised, models=models).apply(
            lambda made: [
                written(dataclasses.replace(made["promised"], model=model, model_arns=tuple(arns)))
                for model, arns in zip(args.models, made["models"], strict=True)
            ]
        )
        self.register_outputs(
            {
                "bucket": self.bucket,
                "jobRoleArn": self.job_role_arn,
                "gatewayRoleArn": self.gateway_role_arn,
            }
        )


def build(regions: tuple[BedrockArgs, ...]) -> pulumi.Output[list[Section]]:
    """A component for each region, and one auditor for all; the promises."""
    made = [BedrockBatch(f"batch-bedrock-{args.region}", args) for args in regions]
    if regions[0].auditor_principal_arn:
        aws_auditor(
            "batch-bedrock",
            regions[0].auditor_principal_arn,
            {args.region: one.promised for args, one in zip(regions, made, strict=True)},
        )
    return joined(one.promise for one in made)


def _model_arns(
    region: str,
    model: str,
    partition: pulumi.Output[str],
    asking: pulumi.InvokeOutputOptions,
) -> pulumi.Output[list[str]]:
    """Every ARN that running the model touches: its own, or the profile's and those it routes to.

    Where a profile routes to is asked of AWS, for it changes as regions are added.
    """
    if not _PROFILE.fullmatch(model):
        return partition.apply(
            lambda name: [f"arn:{name}:bedrock:{region}::foundation-model/{model}"]
        )
    profile = aws.bedrock.get_inference_profile_output(
        inference_profile_id=model, region=region, opts=asking
    )
    return pulumi.Output.all(
        partition=partition, own=profile.inference_profile_arn, models=profile.models
    ).apply(lambda seen: _profile_arns(model, **seen))


def _profile_arns(
    profile: str, *, partition: str, own: str, models: Sequence[Mapping[str, str]]
) -> list[str]:
    """A global profile is also checked against the model without a region."""
    geography, _, model = profile.partition(".")
    anywhere = f"arn:{partition}:bedrock:::foundation-model/{model}"
    everywhere = [anywhere] if geography == "global" else []
    return list(dict.fromkeys([own, *everywhere, *(one["model_arn"] for one in models)]))


def _unbuilt(args: BedrockArgs, partition: str, account: str, models: list[list[str]]) -> Bedrock:
    """The promise as far as it is known before anything exists: enough for the job role's trust."""
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
        guards=(ENCRYPTED_TRANSPORT, NO_PUBLIC_ACCESS),
    )


def _policy(promised: pulumi.Output[Bedrock], identity: Identity) -> pulumi.Output[str]:
    return promised.apply(lambda it: json.dumps(identity_policy(it, identity)))


def _gateway_trust(args: BedrockArgs) -> pulumi.Input[str]:
    """The gateway role's trust policy; with an external id in it, encrypted in the state.

    Config.get takes no notice of `--secret`, and the id would stand there for all to read.
    """
    trust = json.dumps(gateway_role_trust(args.gateway_principal_arn, args.gateway_external_id))
    return pulumi.Output.secret(trust) if args.gateway_external_id else trust
