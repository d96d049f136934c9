"""The settings of Azure OpenAI, and what each may be."""

import re

from preflight.limits import AZURE_BATCH_SKUS
from preflight.settings import forms

_REGION = re.compile(r"[a-z]+\d?")
_API_VERSION = re.compile(r"\d{4}-\d{2}-\d{2}(-preview)?")
_PRINCIPAL_TYPE = re.compile("ServicePrincipal|User|Group")
_SKU = re.compile("|".join(map(re.escape, AZURE_BATCH_SKUS)))
_GROUP = re.compile(r"[\w().-]{0,89}[\w()-]")
_ACCOUNT = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{1,63}")
_MODEL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*@[A-Za-z0-9][A-Za-z0-9._-]*")

AZURE = (
    forms.enabled("azure"),
    forms.accounts("azure"),
    forms.text(
        "azure",
        "azureSubscriptionId",
        forms.GUID,
        forms.GUID_ALLOWED,
        '"$(az account show --query id --output tsv)"',
    ),
    forms.text(
        "azure",
        "gatewayAzurePrincipalId",
        forms.GUID,
        f"{forms.GUID_ALLOWED}, the object id of the gateway's service principal",
        '"$(az ad sp show --id APPLICATION_ID --query id --output tsv)"',
    ),
    forms.optional(
        "azure",
        "auditorAzurePrincipalId",
        forms.GUID,
        f"{forms.GUID_ALLOWED}, the object id of who runs preflight check",
        '"$(az ad signed-in-user show --query id --output tsv)"',
    ),
    forms.text(
        "azure",
        "auditorAzurePrincipalType",
        _PRINCIPAL_TYPE,
        "must be ServicePrincipal, User or Group",
        "ServicePrincipal",
    ),
    forms.optional(
        "azure",
        "azureResourceGroup",
        _GROUP,
        "must be a resource group's name, not its id",
        "batches",
    ),
    forms.texts(
        "azure",
        "azureAccounts",
        _ACCOUNT,
        "must be a list of accounts' names, not their ids",
        "my-account",
        may_be_empty=True,
    ),
    forms.texts(
        "azure",
        "azureRegions",
        _REGION,
        "must be a list of regions' short names, small letters without blanks",
        "swedencentral",
    ),
    forms.texts(
        "azure",
        "azureModels",
        _MODEL,
        "must be a list of models, each with its version",
        "gpt-5-mini@2025-08-07",
    ),
    forms.text(
        "azure",
        "azureSku",
        _SKU,
        f"only {' and '.join(AZURE_BATCH_SKUS)} deployments run batch jobs",
        AZURE_BATCH_SKUS[0],
    ),
    forms.number("azure", "azureCapacity", 1),
    forms.text(
        "azure",
        "azureApiVersion",
        _API_VERSION,
        "must be a date, with or without -preview",
        "2024-10-21",
    ),
)
"""What is needed at the least comes first."""
