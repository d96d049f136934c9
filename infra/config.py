"""The stack's settings: the only reader of pulumi.Config. Every bad value is told, and at once."""

import re
from dataclasses import dataclass

import pulumi

from infra.azure_openai import AzureOpenAIArgs
from infra.bedrock import BedrockArgs
from infra.reader import Reader, Values
from infra.retention import SHORTEST_RESULT_DAYS
from infra.vertex import VertexArgs
from preflight.contract import Gateway, OpenAI
from preflight.limits import AZURE_BATCH_SKUS

AWS_REGION = re.compile(r"[a-z]{2,4}(-[a-z]+){1,2}-\d{1,2}")
GOOGLE_REGION = re.compile(r"[a-z]+-[a-z]+\d{1,2}")
AZURE_REGION = re.compile(r"[a-z]+\d?")
GUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
AWS_PRINCIPAL = re.compile(r"arn:aws[a-z-]*:iam::\d{12}:(root|(role|user)/[\w+=,.@/-]+)")
EXTERNAL_ID = re.compile(r"[\w+=,.@:/-]{2,1224}", re.ASCII)
GOOGLE_PROJECT = re.compile(r"([a-z0-9.-]+:)?[a-z][a-z0-9-]{4,28}[a-z0-9]")
API_VERSION = re.compile(r"\d{4}-\d{2}-\d{2}(-preview)?")
BEDROCK_MODEL = re.compile(r"[a-z0-9-]+(\.[A-Za-z0-9_-]+)+(:[A-Za-z0-9]+)*")
PROFILE_GEOGRAPHY = re.compile(r"(us|us-gov|eu|apac|jp|au|ca|global)\..+")


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
    days = read.number("resultDays", SHORTEST_RESULT_DAYS)
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


def _provider_name(read: Reader, provider: str) -> str:
    what = "the name of a provider account at the gateway"
    return read.name(f"{provider}ProviderName", what, f"{provider}-main")


def _openai(read: Reader) -> OpenAI:
    return OpenAI(
        provider_name=_provider_name(read, "openai"),
        model=read.name("openaiModel", "OpenAI's id of a model", "gpt-4o-mini"),
    )


def _azure(read: Reader) -> AzureOpenAIArgs:
    guid = "must be a GUID"
    skus = re.compile("|".join(map(re.escape, AZURE_BATCH_SKUS)))
    return AzureOpenAIArgs(
        provider_name=_provider_name(read, "azure"),
        subscription_id=read.text(
            "azureSubscriptionId", GUID, guid, '"$(az account show --query id --output tsv)"'
        ),
        region=read.text(
            "azureRegion",
            AZURE_REGION,
            "must be a region's short name, small letters without blanks",
            "swedencentral",
        ),
        model=read.name("azureModel", "the name of a model", "gpt-4o-mini"),
        model_version=read.name("azureModelVersion", "the model's version", "2024-07-18"),
        sku=read.text(
            "azureSku",
            skus,
            f"only {' and '.join(AZURE_BATCH_SKUS)} deployments run batch jobs",
            AZURE_BATCH_SKUS[0],
        ),
        capacity=read.number("azureCapacity", 1),
        api_version=read.text(
            "azureApiVersion",
            API_VERSION,
            "must be a date, with or without -preview",
            "2024-10-21",
        ),
        gateway_principal_id=read.text(
            "gatewayAzurePrincipalId",
            GUID,
            f"{guid}, the object id of the gateway's service principal",
            '"$(az ad sp show --id APPLICATION_ID --query id --output tsv)"',
        ),
    )


def _vertex(read: Reader, days: int) -> VertexArgs:
    return VertexArgs(
        provider_name=_provider_name(read, "vertex"),
        project=read.text(
            "vertexProject",
            GOOGLE_PROJECT,
            "must be a project's id, not its number or its display name",
            '"$(gcloud config get-value project)"',
        ),
        region=read.text(
            "vertexRegion",
            GOOGLE_REGION,
            "must be one region, as the bucket has to be in the model's",
            "europe-west4",
        ),
        model=read.name("vertexModel", "Google's id of a model", "gemini-2.5-flash"),
        result_days=days,
    )


def _bedrock(read: Reader, days: int) -> BedrockArgs:
    key = "bedrockProfileRegions"
    args = BedrockArgs(
        provider_name=_provider_name(read, "bedrock"),
        region=read.text("bedrockRegion", AWS_REGION, "must be an AWS region", "us-west-2"),
        model=read.text(
            "bedrockModel",
            BEDROCK_MODEL,
            "must be the id of a foundation model or of an inference profile, not an ARN",
            "anthropic.claude-3-5-haiku-20241022-v1:0",
        ),
        profile_regions=read.texts(
            key,
            AWS_REGION,
            "must be a list of AWS regions",
            "us-west-2",
        ),
        gateway_principal_arn=read.text(
            "gatewayAwsPrincipalArn",
            AWS_PRINCIPAL,
            "must be the ARN of an IAM role, a user or an account's root",
            "arn:aws:iam::ACCOUNT:role/NAME",
        ),
        gateway_external_id=_external_id(read),
        result_days=days,
    )
    if PROFILE_GEOGRAPHY.fullmatch(args.model) and not args.profile_regions:
        read.refuse(
            key,
            f"{args.model} is an inference profile: name every region it routes to",
            f"--path '{key}[0]' {args.region}",
        )
    return args


def _external_id(read: Reader) -> str:
    key = "gatewayAwsExternalId"
    if not read.values.get(key):
        return ""
    allowed = "must be 2 to 1224 letters, digits and +=,.@:/_-"
    return read.text(key, EXTERNAL_ID, allowed, "ID")
