"""Azure OpenAI: an account, deployments of a batch kind, and the gateway's role on the account."""

import uuid
from dataclasses import dataclass

import pulumi

from infra.auditor import assignment_name, azure_auditor
from infra.grants import azure_role_id, roles
from infra.promise import Section, joined, written
from preflight.contract import AzureOpenAI
from preflight.permissions import Identity, On


@dataclass(frozen=True, slots=True)
class AzureOpenAIArgs:
    """What the component is made from.

    Args:
        provider_name: the gateway's provider account.
        subscription_id: the subscription that the Azure provider must be logged in to.
        region: where the account and its deployments are.
        models: names and versions; each gets a deployment.
        sku: the deployments' kind, one that runs batch jobs.
        capacity: tokens that may wait in each one's queue, in thousands.
        api_version: what the gateway names to Azure.
        gateway_principal_id: Entra object id of the gateway's service principal.
        auditor_principal_id: Entra object id of who runs `preflight check`; "" for nobody.
        auditor_principal_type: what that is: ServicePrincipal, User or Group.
    """

    provider_name: str
    subscription_id: str
    region: str
    models: tuple[tuple[str, str], ...]
    sku: str
    capacity: int
    api_version: str
    gateway_principal_id: str
    auditor_principal_id: str
    auditor_principal_type: str


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
        # Imported only when Azure is on: whoever does not use it need not have it installed.
        from pulumi_azure_native import authorization, cognitiveservices, resources  # noqa: PLC0415

        super().__init__("batch-preflight:azure:AzureOpenAIBatch", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        # Checked before the first resource: a promise names the subscription that was asked for.
        region = authorization.get_client_config_output(
            opts=pulumi.InvokeOutputOptions(parent=self)
        ).subscription_id.apply(lambda seen: _same_subscription(args, seen))
        group = resources.ResourceGroup(name, location=region, opts=child)
        subdomain = _subdomain(args.subscription_id, args.region)
        account = cognitiveservices.Account(
            f"{name}-account",
            resource_group_name=group.name,
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
            # The subdomain is unique in the world: a replacement can only come after it.
            opts=pulumi.ResourceOptions.merge(
                child, pulumi.ResourceOptions(delete_before_replace=True)
            ),
        )
        deployments: list[cognitiveservices.Deployment] = []
        for model, version in args.models:
            deployments.append(
                cognitiveservices.Deployment(
                    f"{name}-{model}",
                    resource_group_name=group.name,
                    account_name=account.name,
                    deployment_name=f"batch-{model}",
                    sku={"name": args.sku, "capacity": args.capacity},
                    properties={
                        "model": {"format": "OpenAI", "name": model, "version": version},
                        # One run, one version: it moves on only when the version is withdrawn.
                        "version_upgrade_option": "OnceCurrentVersionExpired",
                    },
                    # Azure refuses a change of an account while another one is under way.
                    opts=pulumi.ResourceOptions.merge(
                        child, pulumi.ResourceOptions(depends_on=list(deployments))
                    ),
                )
            )
        for role in roles("azure", Identity.GATEWAY, On.ACCOUNT):
            authorization.RoleAssignment(
                f"{name}-gateway",
                scope=account.id,
                role_assignment_name=account.id.apply(
                    lambda scope, role=role: assignment_name(scope, role, args.gateway_principal_id)
                ),
                role_definition_id=azure_role_id(role, args.subscription_id),
                principal_id=args.gateway_principal_id,
                # Without it a principal made a moment ago is looked up, and not found.
                principal_type="ServicePrincipal",
                opts=child,
            )
        self.account = account.name
        self.group_id = group.id
        self.promise = pulumi.Output.all(
            group=group.name,
            account=account.name,
            deployments=pulumi.Output.all(*(one.name for one in deployments)),
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
    """A component for each region, and one auditor for all; the promises."""
    made = [AzureOpenAIBatch(f"batch-azure-{args.region}", args) for args in regions]
    any_region = regions[0]
    if any_region.auditor_principal_id:
        azure_auditor(
            "batch-azure",
            any_region.auditor_principal_id,
            any_region.auditor_principal_type,
            {args.region: one.group_id for args, one in zip(regions, made, strict=True)},
            subscription_id=any_region.subscription_id,
        )
    return joined(one.promise for one in made)


def _subdomain(subscription_id: str, region: str) -> str:
    """The account's name and its host name, unique in the world, another one for every stack.

    And for every region: Azure holds a deleted account's name for 48 hours, so that the account in
    the next region could not have it.
    """
    stack = f"{subscription_id}/{pulumi.get_project()}/{pulumi.get_stack()}/{region}"
    return f"batch-{uuid.uuid5(uuid.NAMESPACE_URL, stack).hex[:12]}"


def _same_subscription(args: AzureOpenAIArgs, seen: str) -> str:
    """The region to build in. Raises RunError where the login is to another subscription."""
    if seen.lower() != args.subscription_id.lower():
        raise pulumi.RunError(
            f"azureSubscriptionId is {args.subscription_id}, but the Azure provider is logged in to"
            f" {seen}: pulumi config set azure-native:subscriptionId {args.subscription_id}"
        )
    return args.region
