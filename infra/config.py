"""The stack's settings: the only reader of pulumi.Config. Every bad value is told, and at once."""

from dataclasses import dataclass

import pulumi

from infra.azure_openai import AzureOpenAIArgs
from infra.bedrock import BedrockArgs
from infra.reader import Reader, Values
from infra.vertex import VertexArgs
from preflight.contract import Gateway, OpenAI
from preflight.settings import WrongSetting, need_profile_regions


class SettingsError(pulumi.RunError):
    """Settings that cannot be used: one sentence each. Pulumi shows it without a traceback."""


@dataclass(frozen=True, slots=True)
class Settings:
    """All that is asked for; a provider that is off is None."""

    gateway: Gateway
    openai: OpenAI | None
    azure: AzureOpenAIArgs | None
    vertex: VertexArgs | None
    bedrock: BedrockArgs | None


def load(values: Values) -> Settings:
    """Read every setting that is in use. Raises SettingsError naming all that are wrong."""
    read = Reader(values)
    gateway = Gateway(read.url("gatewayUrl"))
    days = read.number("resultDays")
    settings = Settings(
        gateway,
        _openai(read) if read.flag("openaiEnabled") else None,
        _azure(read) if read.flag("azureEnabled") else None,
        _vertex(read, days) if read.flag("vertexEnabled") else None,
        _bedrock(read, days) if read.flag("bedrockEnabled") else None,
    )
    if read.problems:
        raise SettingsError("\n".join(read.problems))
    return settings


def _openai(read: Reader) -> OpenAI:
    return OpenAI(provider_name=read.text("openaiProviderName"), model=read.text("openaiModel"))


def _azure(read: Reader) -> AzureOpenAIArgs:
    return AzureOpenAIArgs(
        provider_name=read.text("azureProviderName"),
        subscription_id=read.text("azureSubscriptionId"),
        region=read.text("azureRegion"),
        model=read.text("azureModel"),
        model_version=read.text("azureModelVersion"),
        sku=read.text("azureSku"),
        capacity=read.number("azureCapacity"),
        api_version=read.text("azureApiVersion"),
        gateway_principal_id=read.text("gatewayAzurePrincipalId"),
        auditor_principal_id=read.text("auditorAzurePrincipalId"),
        auditor_principal_type=read.text("auditorAzurePrincipalType"),
    )


def _vertex(read: Reader, days: int) -> VertexArgs:
    return VertexArgs(
        provider_name=read.text("vertexProviderName"),
        project=read.text("vertexProject"),
        region=read.text("vertexRegion"),
        model=read.text("vertexModel"),
        auditor_member=read.text("auditorGcpMember"),
        result_days=days,
    )


def _bedrock(read: Reader, days: int) -> BedrockArgs:
    args = BedrockArgs(
        provider_name=read.text("bedrockProviderName"),
        region=read.text("bedrockRegion"),
        model=read.text("bedrockModel"),
        profile_regions=read.texts("bedrockProfileRegions"),
        gateway_principal_arn=read.text("gatewayAwsPrincipalArn"),
        gateway_external_id=read.text("gatewayAwsExternalId"),
        auditor_principal_arn=read.text("auditorAwsPrincipalArn"),
        result_days=days,
    )
    if not args.profile_regions:
        try:
            need_profile_regions(args.model, args.region, read.raw("bedrockProfileRegions"))
        except WrongSetting as wrong:
            read.problems.append(str(wrong))
    return args
