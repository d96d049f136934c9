"""Azure OpenAI: an account, deployments of a batch kind, and the gateway's role on the account."""

import uuid
from collections.abc import Mapping
from functools import partial

import pulumi

from infra.auditor import assignment_name, azure_auditor
from infra.azure_args import AzureOpenAIArgs
from infra.azure_found import find_account, same_subscription
from infra.grants import azure_role_id, roles
from infra.promise import Section, joined, written
from preflight.contract import AzureOpenAI
from preflight.permissions import Identity, On


class AzureOpenAIBatch(pulumi.ComponentResource):
    """All that Azure OpenAI and the gateway need to run batch jobs in one region."""

    account: pulumi.Output[str]
    group_id: pulumi.Output[str]
    promise: pulumi.Output[list[Section]]
    """A target for each deployment."""

    def __init__(
        self, name: str, args: AzureOpenAIArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        """Register the component and its children."""
        super().__init__("batch-preflight:azure:AzureOpenAIBatch", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        group, self.group_id = _group(name, args, child)
        self.account, account_id = _account(name, args, group, self.group_id, child)
        deployments = _deployments(name, args, group, self.account, child)
        _let_in(name, args, account_id, child)
        self.promise = pulumi.Output.all(
            group=group, account=self.account, deployments=pulumi.Output.all(*deployments)
        ).apply(
            lambda made: [
                written(
                    AzureOpenAI(
                        provider_name=args.provider_name,
                        subscription_id=args.subscription_id,
                        resource_group=made["group"],
                        account=made["account"],
                        region=args.region,
                        deployment=deployment,
                        model=model,
                        sku=args.sku,
                        api_version=args.api_version,
                        gateway_principal_id=args.gateway_principal_id,
                    )
                )
                for (model, _), deployment in zip(args.models, made["deployments"], strict=True)
            ]
        )
        self.register_outputs({"account": self.account})


def build(regions: tuple[AzureOpenAIArgs, ...]) -> pulumi.Output[list[Section]]:
    """A component for each region, and one auditor for all; the promises.

    Raises RunError where the login is to another subscription, or what is to be used is not there.
    """
    any_region = regions[0]
    same_subscription(any_region)
    for args in regions:
        find_account(args)
    made = [AzureOpenAIBatch(f"batch-azure-{args.region}", args) for args in regions]
    if any_region.auditor_principal_id:
        each = {f"-{args.region}": one.group_id for args, one in zip(regions, made, strict=True)}
        azure_auditor(
            "batch-azure",
            any_region.auditor_principal_id,
            any_region.auditor_principal_type,
            {"": made[0].group_id} if any_region.resource_group else each,
            subscription_id=any_region.subscription_id,
        )
    return joined(one.promise for one in made)


def _group(
    name: str, args: AzureOpenAIArgs, child: pulumi.ResourceOptions
) -> tuple[pulumi.Output[str], pulumi.Output[str]]:
    """Name and id of the resource group."""
    from pulumi_azure_native import resources  # noqa: PLC0415 - only when Azure is on

    if args.resource_group:
        id_ = f"/subscriptions/{args.subscription_id}/resourceGroups/{args.resource_group}"
        return pulumi.Output.from_input(args.resource_group), pulumi.Output.from_input(id_)
    made = resources.ResourceGroup(name, location=args.region, tags=_tags(args), opts=child)
    return made.name, made.id


def _account(
    name: str,
    args: AzureOpenAIArgs,
    group: pulumi.Output[str],
    group_id: pulumi.Output[str],
    child: pulumi.ResourceOptions,
) -> tuple[pulumi.Output[str], pulumi.Output[str]]:
    """Name and id of the account."""
    from pulumi_azure_native import cognitiveservices  # noqa: PLC0415 - only when Azure is on

    if args.account:
        kind = "providers/Microsoft.CognitiveServices/accounts"
        id_ = group_id.apply(lambda group: f"{group}/{kind}/{args.account}")
        return pulumi.Output.from_input(args.account), id_
    stack = f"{pulumi.get_project()}/{pulumi.get_stack()}/{args.region}"
    subdomain = group_id.apply(lambda group: _subdomain(f"{group}/{stack}".lower()))
    made = cognitiveservices.Account(
        f"{name}-account",
        resource_group_name=group,
        account_name=subdomain,
        location=args.region,
        kind="OpenAI",
        sku={"name": "S0"},
        identity={"type": cognitiveservices.ResourceIdentityType.SYSTEM_ASSIGNED},
        properties={
            # Batch does not work without one, and it cannot be added later.
            "custom_sub_domain_name": subdomain,
            "public_network_access": "Enabled",
            # The gateway comes as its Entra principal, never with a key.
            "disable_local_auth": True,
        },
        tags=_tags(args),
        # The subdomain is unique in the world: a replacement can only come after it.
        opts=pulumi.ResourceOptions.merge(
            child, pulumi.ResourceOptions(delete_before_replace=True)
        ),
    )
    return made.name, made.id


def _deployments(
    name: str,
    args: AzureOpenAIArgs,
    group: pulumi.Output[str],
    account: pulumi.Output[str],
    child: pulumi.ResourceOptions,
) -> list[pulumi.Output[str]]:
    """A deployment of each model; their names."""
    from pulumi_azure_native import cognitiveservices  # noqa: PLC0415 - only when Azure is on

    # Its name is taken until the old one is gone.
    first_goes = pulumi.ResourceOptions.merge(
        child, pulumi.ResourceOptions(delete_before_replace=True)
    )
    made: list[cognitiveservices.Deployment] = []
    for model, version in args.models:
        made.append(
            cognitiveservices.Deployment(
                f"{name}-{model}",
                resource_group_name=group,
                account_name=account,
                deployment_name=f"batch-{model}",
                sku={"name": args.sku, "capacity": args.capacity},
                properties={
                    "model": {"format": "OpenAI", "name": model, "version": version},
                    # One run, one version: it moves on only when the version is withdrawn.
                    "version_upgrade_option": "OnceCurrentVersionExpired",
                },
                tags=_tags(args),
                # Azure refuses a change of an account while another one is under way.
                opts=pulumi.ResourceOptions.merge(
                    first_goes, pulumi.ResourceOptions(depends_on=list(made))
                ),
            )
        )
    return [one.name for one in made]


def _let_in(
    name: str,
    args: AzureOpenAIArgs,
    account_id: pulumi.Output[str],
    child: pulumi.ResourceOptions,
) -> None:
    """The gateway's roles on the account."""
    from pulumi_azure_native import authorization  # noqa: PLC0415 - only when Azure is on

    for role in roles("azure", Identity.GATEWAY, On.ACCOUNT):
        authorization.RoleAssignment(
            f"{name}-gateway",
            scope=account_id,
            role_assignment_name=account_id.apply(
                partial(assignment_name, role=role, principal_id=args.gateway_principal_id)
            ),
            role_definition_id=azure_role_id(role, args.subscription_id),
            principal_id=args.gateway_principal_id,
            # Without it a principal made a moment ago is looked up, and not found.
            principal_type="ServicePrincipal",
            # Azure takes no second one that says the same.
            opts=pulumi.ResourceOptions.merge(
                child, pulumi.ResourceOptions(delete_before_replace=True)
            ),
        )


def _tags(args: AzureOpenAIArgs) -> Mapping[str, str] | None:
    return args.shared.tags or None


def _subdomain(made_for: str) -> str:
    """The account's name and its host name: unique in the world, the same for the same group.

    Azure holds a deleted account's name for 48 hours. The group's own name is made up anew each
    time, so that a stack that was destroyed can be made again at once, and in another region.
    """
    return f"batch-{uuid.uuid5(uuid.NAMESPACE_URL, made_for).hex[:12]}"
