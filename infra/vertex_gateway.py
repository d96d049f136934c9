"""Whom the gateway is in Google Cloud: a service account, and who may act as it without a key."""

import uuid
from dataclasses import dataclass

import pulumi
import pulumi_gcp as gcp

from infra import vertex_existing
from infra.grants import roles
from infra.vertex_args import GatewayArgs
from preflight.permissions import Identity, On


@dataclass(frozen=True, slots=True)
class Gateway:
    """The gateway's service account; `project` is the one that it is of."""

    name: pulumi.Output[str]
    email: pulumi.Output[str]
    project: str


@dataclass(frozen=True, slots=True)
class Federation:
    """Who may act as the service account, and the pool's provider that vouches for it."""

    member: pulumi.Output[str]
    provider: pulumi.Output[str]


def service_account(
    name: str, project: str, args: GatewayArgs, enabled: pulumi.ResourceOptions
) -> Gateway:
    """The existing one, or one that is made. Raises RunError where the existing one is gone."""
    if args.service_account:
        found = vertex_existing.service_account(args.service_account)
        output = pulumi.Output.from_input
        _, owner, *_ = found.name.split("/")  # projects/PROJECT/serviceAccounts/EMAIL
        return Gateway(output(found.name), output(found.email), owner)
    made = gcp.serviceaccount.Account(
        f"{name}-gateway",
        project=project,
        account_id=_short_id("batch-gateway", project),
        display_name=f"AI gateway, batch jobs of stack {pulumi.get_stack()}",
        opts=enabled,
    )
    return Gateway(made.name, made.email, project)


def federation(
    name: str, project: str, args: GatewayArgs, gateway: Gateway, enabled: pulumi.ResourceOptions
) -> Federation:
    """A pool that takes the issuer's tokens of that subject, which may act as the gateway."""
    pool = gcp.iam.WorkloadIdentityPool(
        f"{name}-gateway",
        project=project,
        workload_identity_pool_id=_short_id("batch", project),
        disabled=False,  # said, so that `pulumi up --refresh` switches it on again
        display_name="AI gateway, batch jobs",
        description=f"The AI gateway comes in by this pool, for stack {pulumi.get_stack()}",
        opts=enabled,
    )
    provider = gcp.iam.WorkloadIdentityPoolProvider(
        f"{name}-gateway",
        project=project,
        workload_identity_pool_id=pool.workload_identity_pool_id,
        workload_identity_pool_provider_id="gateway",
        disabled=False,
        attribute_mapping={"google.subject": "assertion.sub"},
        # The issuer may serve others too; the binding below names the subject once more.
        attribute_condition=f'assertion.sub == "{args.subject}"',
        oidc=gcp.iam.WorkloadIdentityPoolProviderOidcArgs(
            issuer_uri=args.issuer,
            allowed_audiences=[args.audience] if args.audience else None,
        ),
        opts=enabled,
    )
    member = pulumi.Output.concat(
        "principal://iam.googleapis.com/", pool.name, f"/subject/{args.subject}"
    )
    for role in roles("vertex", Identity.WORKLOAD, On.SERVICE_ACCOUNT):
        gcp.serviceaccount.IAMMember(
            f"{name}-workload",
            service_account_id=gateway.name,
            role=role,
            member=member,
            opts=enabled,
        )
    return Federation(member, provider.name)


def _short_id(start: str, project: str) -> str:
    """At most 30 letters and digits, other ones for every stack."""
    stack = f"{project}/{pulumi.get_project()}/{pulumi.get_stack()}"
    return f"{start}-{uuid.uuid5(uuid.NAMESPACE_URL, stack).hex[:8]}"
