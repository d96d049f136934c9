"""The customer key of a region's bucket, and Cloud Storage's right to use it."""

from dataclasses import dataclass

import pulumi
import pulumi_gcp as gcp

from infra.grants import roles
from infra.vertex_args import VertexArgs
from infra.vertex_project import VertexProject, member_of, short
from preflight.permissions import Identity, On

_ROTATION = f"{90 * 24 * 60 * 60}s"
"""What Google's console proposes. A new version encrypts from then on; the old ones decrypt."""


@dataclass(frozen=True, slots=True)
class CustomerKey:
    """The key's full name, who uses it, and what a bucket has to wait for before it names it."""

    name: pulumi.Output[str]
    agent: pulumi.Output[str]
    usable: pulumi.ResourceOptions


def customer_key(
    name: str,
    args: VertexArgs,
    project: VertexProject,
    agent: pulumi.Output[str],
    child: pulumi.ResourceOptions,
) -> CustomerKey:
    """The existing key, or one that is made; Cloud Storage's service agent may use it.

    Neither the key nor the grant is ever taken away: what was encrypted with it is read with it.
    """
    kept = pulumi.ResourceOptions.merge(child, pulumi.ResourceOptions(retain_on_delete=True))
    key = (
        pulumi.Output.from_input(args.key_name)
        if args.key_name
        else _made(name, args, pulumi.ResourceOptions.merge(kept, project.enabled))
    )
    grants = [
        gcp.kms.CryptoKeyIAMMember(
            f"{name}-storage-{short(role)}",
            crypto_key_id=key,
            role=role,
            member=member_of(agent),
            opts=kept,
        )
        for role in roles("vertex", Identity.STORAGE_AGENT, On.KEY)
    ]
    return CustomerKey(key, agent, pulumi.ResourceOptions(depends_on=grants))


def _made(name: str, args: VertexArgs, opts: pulumi.ResourceOptions) -> pulumi.Output[str]:
    ring = gcp.kms.KeyRing(f"{name}-data", project=args.project, location=args.region, opts=opts)
    made: pulumi.Output[str] = gcp.kms.CryptoKey(
        f"{name}-data",
        key_ring=ring.id,
        rotation_period=_ROTATION,
        labels=args.labels or None,
        opts=opts,
    ).id
    return made
