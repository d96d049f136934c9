"""The settings of Azure OpenAI, as one argument set for each region."""

from infra.azure_args import AzureOpenAIArgs
from infra.reader import Reader
from infra.shared_settings import Shared


def azure_settings(read: Reader, shared: Shared) -> tuple[AzureOpenAIArgs, ...]:
    """What is asked for; what is wrong is remembered by the reader."""
    regions = read.texts("azureRegions")
    names = _provider_names(read, regions)
    group, accounts = read.text("azureResourceGroup"), read.each_or_none("azureAccounts", regions)
    if any(accounts) and not group:
        read.refuse("azureResourceGroup", "must name the group that azureAccounts are in")
    models = _models(read)
    subscription, sku = read.text("azureSubscriptionId"), read.text("azureSku")
    capacity, version = read.number("azureCapacity"), read.text("azureApiVersion")
    gateway, auditor = read.text("gatewayAzurePrincipalId"), read.text("auditorAzurePrincipalId")
    kind = read.text("auditorAzurePrincipalType")
    return tuple(
        AzureOpenAIArgs(
            provider_name=name,
            subscription_id=subscription,
            resource_group=group,
            account=account,
            region=region,
            models=models,
            sku=sku,
            capacity=capacity,
            api_version=version,
            gateway_principal_id=gateway,
            auditor_principal_id=auditor,
            auditor_principal_type=kind,
            shared=shared,
        )
        for region, name, account in zip(regions, names, accounts, strict=True)
    )


def _provider_names(read: Reader, regions: tuple[str, ...]) -> tuple[str, ...]:
    """One for each region: behind each is an account with an address of its own."""
    found = read.texts("azureProviderNames")
    if found and regions and len(found) != len(regions):
        read.refuse(
            "azureProviderNames",
            f"must name another one for each of {len(regions)} regions, as each region's account"
            " has an address of its own",
        )
    return found if len(found) == len(regions) else ("",) * len(regions)


def _models(read: Reader) -> tuple[tuple[str, str], ...]:
    """Names and versions: a deployment is named by its model, which so has one version."""
    found = tuple(
        (name, version)
        for name, _, version in (model.partition("@") for model in read.texts("azureModels"))
    )
    names = [name for name, _ in found]
    if twice := [name for name in dict.fromkeys(names) if names.count(name) > 1]:
        read.refuse(
            "azureModels", f"must name one version of each model, and not two of {twice[0]}"
        )
    return found
