"""The settings of Amazon Bedrock, as one argument set for each region."""

from infra.bedrock import BedrockArgs
from infra.reader import Reader
from infra.shared_settings import Shared


def bedrock_settings(read: Reader, shared: Shared) -> tuple[BedrockArgs, ...]:
    """What is asked for; what is wrong is remembered by the reader."""
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
            result_days=shared.result_days,
        )
        for region, account in zip(regions, accounts, strict=True)
    )
