"""Bedrock's job role and the gateway's own identity: made, or found and given their policy."""

import json
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from infra.bedrock_args import BedrockArgs
from infra.grants import gateway_role_trust, identity_policy, job_role_trust
from preflight.contract import Bedrock
from preflight.permissions import Identity


@dataclass(frozen=True, slots=True)
class Holder:
    """A role or user that gets a policy: its ARN, what it is, and its name."""

    arn: pulumi.Output[str]
    kind: str
    name: pulumi.Input[str]

    @classmethod
    def found(cls, arn: str) -> "Holder":
        """One that is there already."""
        return cls(pulumi.Output.from_input(arn), _kind(arn), arn.rpartition("/")[2])

    @classmethod
    def made(cls, role: aws.iam.Role) -> "Holder":
        """A role of this stack."""
        return cls(role.arn, "role", role.id)


def job_role(
    name: str, args: BedrockArgs, unbuilt: pulumi.Output[Bedrock], child: pulumi.ResourceOptions
) -> Holder:
    """Whom Bedrock runs the jobs as; one that is there keeps its trust, which a check looks at."""
    if args.job_role_arn:
        return Holder.found(args.job_role_arn)
    return Holder.made(
        aws.iam.Role(
            f"{name}-job",
            description=f"Bedrock reads and writes batch jobs in {args.region} as this role",
            assume_role_policy=unbuilt.apply(lambda it: json.dumps(job_role_trust(it))),
            path=args.roles.path or None,
            permissions_boundary=args.roles.boundary_arn or None,
            tags=args.shared.tags or None,
            opts=child,
        )
    )


def gateway_identity(
    name: str, args: BedrockArgs, account: pulumi.Output[str], child: pulumi.ResourceOptions
) -> Holder:
    """Whom the gateway is: a role that it may assume, or what it is already."""
    if args.gateway.identity_arn:
        return Holder.found(args.gateway.identity_arn)
    return Holder.made(
        aws.iam.Role(
            f"{name}-gateway",
            description=f"The AI gateway runs batch jobs in {args.region} as this role",
            assume_role_policy=_gateway_trust(args, account),
            path=args.roles.path or None,
            permissions_boundary=args.roles.boundary_arn or None,
            tags=args.shared.tags or None,
            opts=child,
        )
    )


def grant(
    name: str,
    holder: Holder,
    identity: Identity,
    promised: pulumi.Output[Bedrock],
    child: pulumi.ResourceOptions,
) -> None:
    """Put the identity's rows of the permission table on its role or user."""
    policy = promised.apply(lambda it: json.dumps(identity_policy(it, identity)))
    if holder.kind == "user":
        aws.iam.UserPolicy(name, user=holder.name, policy=policy, opts=child)
    else:
        aws.iam.RolePolicy(name, role=holder.name, policy=policy, opts=child)


def _gateway_trust(args: BedrockArgs, account: pulumi.Output[str]) -> pulumi.Output[str]:
    """The gateway role's trust policy; with an external id in it, encrypted in the state.

    Config.get takes no notice of `--secret`, and the id would stand there for all to read.
    """
    gateway = args.gateway
    document = json.dumps(gateway_role_trust(gateway.principal_arn, gateway.external_id))
    # Nothing is made before the account is known to be the right one.
    trust = account.apply(lambda _: document)
    return pulumi.Output.secret(trust) if gateway.external_id else trust


def _kind(arn: str) -> str:
    """`arn:aws:iam::123456789012:user/path/name` -> `user`."""
    return arn.split(":")[5].partition("/")[0]
