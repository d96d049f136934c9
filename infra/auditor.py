"""The auditor: whoever runs `preflight check`, with the rights to look and no others."""

import json
import uuid
from collections.abc import Mapping

import pulumi
import pulumi_aws as aws
import pulumi_gcp as gcp

from infra.bedrock_args import BedrockArgs
from preflight.auditor import (
    AZURE_ROLE_IDS,
    aws_policy,
    aws_trust,
    azure_roles,
    google_permissions,
)
from preflight.contract import Bedrock
from preflight.looks import Scope


def aws_auditor(
    name: str, args: BedrockArgs, promised: Mapping[str, pulumi.Output[Bedrock]]
) -> None:
    """A role that the principal may assume, with a policy for each region's promise."""
    role = aws.iam.Role(
        f"{name}-auditor",
        description="Runs preflight check: looks at what batch jobs need, and changes nothing",
        assume_role_policy=json.dumps(aws_trust(args.auditor_principal_arn)),
        path=args.roles.path or None,
        permissions_boundary=args.roles.boundary_arn or None,
        tags=args.shared.tags or None,
    )
    for region, one in promised.items():
        aws.iam.RolePolicy(
            f"{name}-auditor-{region}",
            role=role.id,
            policy=one.apply(lambda it: json.dumps(aws_policy(it))),
        )


def google_auditor(
    name: str,
    member: str,
    buckets: Mapping[str, pulumi.Input[str]],
    gateway: pulumi.Input[str] | None,
    enabled: pulumi.ResourceOptions,
    *,
    project: str,
) -> None:
    """Three custom roles for the member, each where its looks are held.

    Args:
        name: the component's.
        member: as Google's policies spell it.
        buckets: region -> name of the one with the requests and results, of this project only.
        gateway: the name of the gateway's service account, `projects/.../serviceAccounts/...`;
            None where it is another project's.
        enabled: what has a resource wait for the APIs.
        project: id of the project.
    """
    for scope, permissions in google_permissions().items():
        label = f"{name}-auditor-{scope.name.lower()}"
        role = gcp.projects.IAMCustomRole(
            label,
            project=project,
            role_id=_role_id(project, scope),
            title=f"preflight check, looks at {scope}",
            permissions=list(permissions),
            opts=enabled,
        )
        match scope:
            case Scope.BUCKET:
                for region, bucket in buckets.items():
                    gcp.storage.BucketIAMMember(
                        f"{label}-{region}",
                        bucket=bucket,
                        role=role.name,
                        member=member,
                        opts=enabled,
                    )
            case Scope.GATEWAY:
                if gateway is None:
                    continue
                gcp.serviceaccount.IAMMember(
                    label, service_account_id=gateway, role=role.name, member=member, opts=enabled
                )
            case _:
                gcp.projects.IAMMember(
                    label, project=project, role=role.name, member=member, opts=enabled
                )


def azure_auditor(
    name: str,
    principal_id: str,
    principal_type: str,
    groups: Mapping[str, pulumi.Output[str]],
    *,
    subscription_id: str,
) -> None:
    """Built-in roles for the principal: on the resource groups, and on the subscription for quotas.

    `groups` is region -> the group's id; `principal_type` Azure's word for what the principal is:
    ServicePrincipal, User or Group.
    """
    from pulumi_azure_native import authorization  # noqa: PLC0415 - only when Azure is on

    subscription = f"/subscriptions/{subscription_id}"
    places: Mapping[Scope, Mapping[str, pulumi.Output[str]]] = {
        Scope.GROUP: {f"-{region}": group for region, group in groups.items()},
        Scope.SUBSCRIPTION: {"": pulumi.Output.from_input(subscription)},
    }
    for scope, roles in azure_roles().items():
        for role in roles:
            for suffix, place in places[scope].items():
                authorization.RoleAssignment(
                    f"{name}-auditor-{scope.name.lower()}{suffix}",
                    scope=place,
                    role_assignment_name=_named(place, role, principal_id),
                    role_definition_id=(
                        f"{subscription}/providers/Microsoft.Authorization/roleDefinitions"
                        f"/{AZURE_ROLE_IDS[role]}"
                    ),
                    principal_id=principal_id,
                    principal_type=principal_type,
                )


def assignment_name(scope: str, role: str, principal_id: str) -> str:
    """The GUID of a role assignment: the same three give the same, so it is never made twice."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{scope}|{role}|{principal_id}".lower()))


def _named(scope: pulumi.Output[str], role: str, principal_id: str) -> pulumi.Output[str]:
    return scope.apply(lambda place: assignment_name(place, role, principal_id))


def _role_id(project: str, scope: Scope) -> str:
    """The custom role's id, another one for every stack: a deleted one stays taken."""
    stack = f"{project}/{pulumi.get_project()}/{pulumi.get_stack()}"
    digest = uuid.uuid5(uuid.NAMESPACE_URL, stack).hex[:8]
    return f"batchAuditor_{scope.name.lower()}_{digest}"
