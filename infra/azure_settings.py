"""The settings of Azure OpenAI, as one argument set for each region."""

from infra.azure_openai import AzureOpenAIArgs
from infra.reader import Reader
from infra.shared_settings import Shared


def azure_settings(read: Reader, shared: Shared) -> tuple[AzureOpenAIArgs, ...]:
    """What is asked for; what is wrong is remembered by the reader."""
    del shared  # nothing here takes them
    regions = read.texts("azureRegions")
    accounts = read.one_each("azureProviderNames", regions)
    models = tuple(
        (name, version)
        for name, _, version in (model.partition("@") for model in read.texts("azureModels"))
    )
    names = [name for name, _ in models]
    if twice := [name for name in dict.fromkeys(names) if names.count(name) > 1]:
        read.refuse(
            "azureModels", f"must name one version of each model, and not two of {twice[0]}"
        )
    subscription, sku = read.text("azureSubscriptionId"), read.text("azureSku")
    capacity, version = read.number("azureCapacity"), read.text("azureApiVersion")
    gateway, auditor = read.text("gatewayAzurePrincipalId"), read.text("auditorAzurePrincipalId")
    kind = read.text("auditorAzurePrincipalType")
    return tuple(
        AzureOpenAIArgs(
            provider_name=account,
            subscription_id=subscription,
            region=region,
            models=models,
            sku=sku,
            capacity=capacity,
            api_version=version,
            gateway_principal_id=gateway,
            auditor_principal_id=auditor,
            auditor_principal_type=kind,
        )
        for region, account in zip(regions, accounts, strict=True)
    )
