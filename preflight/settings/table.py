"""Every setting of the stack, and what it may be.

Names, defaults and descriptions are in Pulumi.yaml; a test holds the two together.
"""

import re
from collections.abc import Mapping

from preflight.limits import AZURE_BATCH_SKUS
from preflight.settings.setting import Setting, Takes

LONGEST_JOB_DAYS = 7
"""A Bedrock job may be given 168 hours, the longest of all. Source: its timeoutDurationInHours."""

GRACE_DAYS = 7
"""How long results stay after that at the least: time to fetch them after a week away."""

SHORTEST_RESULT_DAYS = LONGEST_JOB_DAYS + GRACE_DAYS

PROFILE_REGIONS = "bedrockProfileRegions"

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/@-]*")
_AWS_REGION = re.compile(r"[a-z]{2,4}(-[a-z]+){1,2}-\d{1,2}")
_AWS_PRINCIPAL = re.compile(r"arn:aws[a-z-]*:iam::\d{12}:(root|(role|user)/[\w+=,.@/-]+)")
_EXTERNAL_ID = re.compile(r"[\w+=,.@:/-]{2,1224}", re.ASCII)
_BEDROCK_MODEL = re.compile(r"[a-z0-9-]+(\.[A-Za-z0-9_-]+)+(:[A-Za-z0-9]+)*")
_GOOGLE_REGION = re.compile(r"[a-z]+-[a-z]+\d{1,2}")
_GOOGLE_PROJECT = re.compile(r"([a-z0-9.-]+:)?[a-z][a-z0-9-]{4,28}[a-z0-9]")
_AZURE_REGION = re.compile(r"[a-z]+\d?")
_GUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_API_VERSION = re.compile(r"\d{4}-\d{2}-\d{2}(-preview)?")
_PRINCIPAL_TYPE = re.compile("ServicePrincipal|User|Group")
_GOOGLE_MEMBER = re.compile(
    r"(user|group|serviceAccount):[^\s:@]+@[^\s:@]+"
    r"|principal(Set)?://iam\.googleapis\.com/[\w./:@-]+"
)
_SKU = re.compile("|".join(map(re.escape, AZURE_BATCH_SKUS)))


def _text(provider: str, key: str, form: re.Pattern[str], allowed: str, example: str) -> Setting:
    return Setting(key, provider, Takes.TEXT, allowed, example, form)


def _name(provider: str, key: str, what: str, example: str) -> Setting:
    """A name or an id, as a header can carry it."""
    return _text(provider, key, _NAME, f"must be {what}, without blanks", example)


def _account(provider: str) -> Setting:
    what = "the name of a provider account at the gateway"
    return _name(provider, f"{provider}ProviderName", what, f"{provider}-main")


def _flag(provider: str) -> Setting:
    return Setting(f"{provider}Enabled", provider, Takes.FLAG, "must be true or false", "true")


def _number(provider: str, key: str, least: int) -> Setting:
    allowed = f"must be a whole number, {least} or more"
    return Setting(key, provider, Takes.NUMBER, allowed, str(least), least=least)


_GUID_ALLOWED = "must be a GUID"

SETTINGS: Mapping[str, Setting] = {
    setting.key: setting
    for setting in (
        Setting(
            "gatewayUrl",
            "",
            Takes.URL,
            "must be an http or https address without credentials, query or fragment",
            "https://gateway.truefoundry.ai",
        ),
        _number("", "resultDays", SHORTEST_RESULT_DAYS),
        _flag("openai"),
        _account("openai"),
        _name("openai", "openaiModel", "OpenAI's id of a model", "gpt-4o-mini"),
        _flag("azure"),
        _account("azure"),
        _text(
            "azure",
            "azureSubscriptionId",
            _GUID,
            _GUID_ALLOWED,
            '"$(az account show --query id --output tsv)"',
        ),
        _text(
            "azure",
            "gatewayAzurePrincipalId",
            _GUID,
            f"{_GUID_ALLOWED}, the object id of the gateway's service principal",
            '"$(az ad sp show --id APPLICATION_ID --query id --output tsv)"',
        ),
        Setting(
            "auditorAzurePrincipalId",
            "azure",
            Takes.TEXT,
            f"{_GUID_ALLOWED}, the object id of who runs preflight check",
            '"$(az ad signed-in-user show --query id --output tsv)"',
            _GUID,
            optional=True,
        ),
        _text(
            "azure",
            "auditorAzurePrincipalType",
            _PRINCIPAL_TYPE,
            "must be ServicePrincipal, User or Group",
            "ServicePrincipal",
        ),
        _text(
            "azure",
            "azureRegion",
            _AZURE_REGION,
            "must be a region's short name, small letters without blanks",
            "swedencentral",
        ),
        _name("azure", "azureModel", "the name of a model", "gpt-4o-mini"),
        _name("azure", "azureModelVersion", "the model's version", "2024-07-18"),
        _text(
            "azure",
            "azureSku",
            _SKU,
            f"only {' and '.join(AZURE_BATCH_SKUS)} deployments run batch jobs",
            AZURE_BATCH_SKUS[0],
        ),
        _number("azure", "azureCapacity", 1),
        _text(
            "azure",
            "azureApiVersion",
            _API_VERSION,
            "must be a date, with or without -preview",
            "2024-10-21",
        ),
        _flag("vertex"),
        _account("vertex"),
        _text(
            "vertex",
            "vertexProject",
            _GOOGLE_PROJECT,
            "must be a project's id, not its number or its display name",
            '"$(gcloud config get-value project)"',
        ),
        _text(
            "vertex",
            "vertexRegion",
            _GOOGLE_REGION,
            "must be one region, as the bucket has to be in the model's",
            "europe-west4",
        ),
        _name("vertex", "vertexModel", "Google's id of a model", "gemini-2.5-flash"),
        Setting(
            "auditorGcpMember",
            "vertex",
            Takes.TEXT,
            "must be one user:, group: or serviceAccount: with an e-mail address, or a principal://"
            " of a workload identity pool",
            "serviceAccount:NAME@PROJECT.iam.gserviceaccount.com",
            _GOOGLE_MEMBER,
            optional=True,
        ),
        _flag("bedrock"),
        _account("bedrock"),
        _text(
            "bedrock",
            "gatewayAwsPrincipalArn",
            _AWS_PRINCIPAL,
            "must be the ARN of an IAM role, a user or an account's root",
            "arn:aws:iam::ACCOUNT:role/NAME",
        ),
        Setting(
            "gatewayAwsExternalId",
            "bedrock",
            Takes.TEXT,
            "must be 2 to 1224 letters, digits and +=,.@:/_-",
            "ID",
            _EXTERNAL_ID,
            optional=True,
        ),
        Setting(
            "auditorAwsPrincipalArn",
            "bedrock",
            Takes.TEXT,
            "must be the ARN of an IAM role, a user or an account's root",
            "arn:aws:iam::ACCOUNT:role/NAME",
            _AWS_PRINCIPAL,
            optional=True,
        ),
        _text("bedrock", "bedrockRegion", _AWS_REGION, "must be an AWS region", "us-west-2"),
        _text(
            "bedrock",
            "bedrockModel",
            _BEDROCK_MODEL,
            "must be the id of a foundation model or of an inference profile, not an ARN",
            "anthropic.claude-3-5-haiku-20241022-v1:0",
        ),
        Setting(
            PROFILE_REGIONS,
            "bedrock",
            Takes.TEXTS,
            "must be a list of AWS regions",
            f"--path '{PROFILE_REGIONS}[0]' us-west-2",
            _AWS_REGION,
        ),
    )
}
"""By key. What is needed at the least comes first among a provider's own."""
