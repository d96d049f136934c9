"""The stack's settings: the only reader of pulumi.Config. Every bad value is told, and at once."""

from dataclasses import dataclass

import pulumi

from infra.azure_openai import AzureOpenAIArgs
from infra.bedrock import BedrockArgs
from infra.reader import Reader, Values
from infra.vertex import VertexArgs
from preflight.contract import Gateway, OpenAI


class SettingsError(pulumi.RunError):
    """Settings that cannot be used: one sentence each. Pulumi shows it without a traceback."""


@dataclass(frozen=True, slots=True)
class Settings:
    """All that is asked for, a value for each region; a provider that is off has none."""

    gateway: Gateway
    openai: tuple[OpenAI, ...]
    azure: tuple[AzureOpenAIArgs, ...]
    vertex: tuple[VertexArgs, ...]
    bedrock: tuple[BedrockArgs, ...]


def load(values: Values) -> Settings:
    """Read every setting that is in use. Raises SettingsError naming all that are wrong."""
    read = Reader(values)
    read.refuse_unknown()
    gateway = Gateway(read.url("gatewayUrl"))
    days = read.number("resultDays")
    settings = Settings(
        gateway,
        _openai(read) if read.flag("openaiEnabled") else (),
        _azure(read) if read.flag("azureEnabled") else (),
        _vertex(read, days) if read.flag("vertexEnabled") else (),
        _bedrock(read, days) if read.flag("bedrockEnabled") else (),
    )
    if read.problems:
        raise SettingsError("\n".join(read.problems))
    return settings


def _openai(read: Reader) -> tuple[OpenAI, ...]:
    account = read.text("openaiProviderName")
    return tuple(OpenAI(account, model) for model in read.texts("openaiModels"))


def _azure(read: Reader) -> tuple[AzureOpenAIArgs, ...]:
    regions = read.texts("azureRegions")
    accounts = read.one_each("azureProviderNames", regions)
    models = tuple(
        (name, version)
        for name, _, version in (model.partition("@") for model in read.texts("azureModels"))
    )
    names = [name for name, _ in models]
    if twice := [name for name in dict.fromkeys(names) if names.count(name) > 1]:
        read.refuse("azureModels", f"names one version of each model, and not two of {twice[0]}")
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


def _vertex(read: Reader, days: int) -> tuple[VertexArgs, ...]:
    account, project = read.text("vertexProviderName"), read.text("vertexProject")
    models, auditor = read.texts("vertexModels"), read.text("auditorGcpMember")
    return tuple(
        VertexArgs(
            provider_name=account,
            project=project,
            region=region,
            models=models,
            auditor_member=auditor,
            result_days=days,
        )
        for region in read.texts("vertexRegions")
    )


def _bedrock(read: Reader, days: int) -> tuple[BedrockArgs, ...]:
    regions = read.texts("bedrockRegions")
    accounts = read.one_each("bedrockProviderNames", regions)
    models = read.texts("bedrockModels")
    principal, external_id = read.text("gatewayAwsPrincipalArn"), read.text("gatewayAwsExternalId")
    auditor = read.text("auditorAwsPrincipalArn")
    return tuple(
        BedrockArgs(
            provider_name=account,
            region=region,
            models=models,
            gateway_principal_arn=principal,
            gateway_external_id=external_id,
            auditor_principal_arn=auditor,
            result_days=days,
        )
        for region, account in zip(regions, accounts, strict=True)
    )
