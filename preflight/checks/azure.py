"""Azure OpenAI: the account, the deployment, and what the gateway's principal may do on them."""

from preflight.checks.azure_api import api_version
from preflight.checks.azure_models import model_batch, model_offered
from preflight.checks.azure_queue import QUEUED_CHECKS, SIZED_CHECKS, Queued, Sized, files
from preflight.checks.azure_rights import gateway_role
from preflight.checks.remedies import instead
from preflight.checks.retirement import azure_retirement
from preflight.contract import AzureOpenAI
from preflight.limits import AZURE_ACCOUNT_KINDS, AZURE_BATCH_SKUS
from preflight.outcomes import Answer, Check, Failed, Passed, Unknown, check
from preflight.seams import Azure, AzureAccount, Deployment, LookError

_UP = "pulumi up --refresh"
_READY = "Succeeded"


@check("azure-credentials", "Azure knows who is asking", gate=True)
def credentials(promised: AzureOpenAI, azure: Azure) -> Answer:
    """All looks at Azure are made as whatever DefaultAzureCredential finds."""
    del promised
    caller = azure.caller()
    return Passed(
        f"asking as {caller.name}" + (f" of tenant {caller.account}" * bool(caller.account))
    )


def _account(promised: AzureOpenAI, azure: Azure) -> AzureAccount | Failed:
    found = azure.account(promised)
    return found or _gone(promised, azure)


def _gone(promised: AzureOpenAI, azure: Azure) -> Failed:
    """Azure refuses to make an account anew while it keeps the deleted one: 48 hours."""
    where = f"resource group {promised.resource_group}, subscription {promised.subscription_id}"
    what = f"account {promised.account} does not exist in {where}"
    recover = (
        f"az cognitiveservices account recover --name {promised.account} --resource-group "
        f"{promised.resource_group} --location {promised.region}; then {_UP}"
    )
    try:
        held = azure.deleted(promised)
    except LookError:
        # That it is gone is certain all the same: the repair names both cases.
        return Failed(what, f"{_UP}; where it says that the account is soft-deleted: {recover}")
    if held:
        return Failed(f"{what}: it was deleted, and Azure keeps its name", recover)
    return Failed(what, _UP)


def _deployment(promised: AzureOpenAI, azure: Azure) -> Deployment | Failed:
    found = azure.deployment(promised)
    where = f"account {promised.account}"
    return found or Failed(f"{where} has no deployment {promised.deployment}", _UP)


@check("azure-account", "The Azure OpenAI account exists and is ready", gate=True)
def account(promised: AzureOpenAI, azure: Azure) -> Answer:
    """An account of another kind serves no OpenAI models; one that is being made, none yet."""
    found = _account(promised, azure)
    if isinstance(found, Failed):
        return found
    if found.kind not in AZURE_ACCOUNT_KINDS:
        what = f"account {promised.account} is of kind {found.kind}, not OpenAI"
        return Failed(what, _UP)
    if found.provisioning_state != _READY:
        what = f"account {promised.account} is in state {found.provisioning_state}"
        return Failed(what, _UP)
    return Passed(f"account {promised.account} is of kind {found.kind} and ready")


@check("azure-subdomain", "The account has its own subdomain")
def subdomain(promised: AzureOpenAI, azure: Azure) -> Answer:
    """Batch does not work on an account without one: Azure lists it as a known issue."""
    found = _account(promised, azure)
    if isinstance(found, Failed):
        return found
    if not found.custom_subdomain:
        return Failed(
            f"account {promised.account} has no subdomain of its own",
            f"az cognitiveservices account update --name {promised.account} "
            f"--resource-group {promised.resource_group} --custom-domain {promised.account}",
        )
    return Passed(f"account {promised.account} answers at subdomain {found.custom_subdomain}")


@check("azure-region", "The account is in the promised region")
def region(promised: AzureOpenAI, azure: Azure) -> Answer:
    """Models, quotas and data residency go by the account's region."""
    found = _account(promised, azure)
    if isinstance(found, Failed):
        return found
    if found.region != promised.region.lower().replace(" ", ""):
        return Failed(
            f"account {promised.account} is in {found.region}, but {promised.region} is promised",
            instead("azureRegions", promised.region, found.region),
        )
    return Passed(f"account {promised.account} is in {found.region}")


@check("azure-network", "The gateway can reach the account")
def network(promised: AzureOpenAI, azure: Azure) -> Answer:
    """Without public access only a private endpoint's network reaches it: is the gateway in it?"""
    found = _account(promised, azure)
    if isinstance(found, Failed):
        return found
    if found.public_network_access == "Disabled":
        return Unknown(
            f"account {promised.account} is closed to public networks; whether the gateway is in "
            "the network of its private endpoint cannot be seen from here",
            "gateway-batch-api to pass, which asks through the gateway; then send with --force",
        )
    return Passed(f"account {promised.account} is open to public networks")


@check("azure-deployment", "The deployment exists and is ready", gate=True)
def deployment(promised: AzureOpenAI, azure: Azure) -> Answer:
    """The file's `model` is the deployment's name. An unknown one fails as model_not_found."""
    found = _deployment(promised, azure)
    if isinstance(found, Failed):
        return found
    if found.provisioning_state != _READY:
        what = f"deployment {promised.deployment} is in state {found.provisioning_state}"
        return Failed(what, _UP)
    return Passed(f"deployment {promised.deployment} is ready")


@check("azure-deployment-type", "The deployment is of a batch kind")
def deployment_type(promised: AzureOpenAI, azure: Azure) -> Answer:
    """Other kinds answer single requests; a batch on one fails late, as invalid_request."""
    found = _deployment(promised, azure)
    if isinstance(found, Failed):
        return found
    where = f"deployment {promised.deployment} is of kind {found.sku}"
    if found.sku not in AZURE_BATCH_SKUS:
        return Failed(f"{where}; only {' and '.join(AZURE_BATCH_SKUS)} run batch jobs", _UP)
    if found.sku != promised.sku:
        return Failed(f"{where}, but {promised.sku} is promised", _UP)
    return Passed(where)


@check("azure-deployment-model", "The deployment serves the promised model")
def deployment_model(promised: AzureOpenAI, azure: Azure) -> Answer:
    """A deployment keeps its name when somebody gives it another model."""
    found = _deployment(promised, azure)
    if isinstance(found, Failed):
        return found
    if found.model != promised.model:
        return Failed(
            f"deployment {promised.deployment} serves {found.model}, but {promised.model} is "
            "promised",
            _UP,
        )
    return Passed(f"deployment {promised.deployment} serves {found.model} {found.model_version}")


@check("azure-quota", "The subscription's quota covers the deployment")
def quota(promised: AzureOpenAI, azure: Azure) -> Answer:
    """Where a quota was lowered below what is deployed, jobs stay in the queue or are refused."""
    found = _deployment(promised, azure)
    if isinstance(found, Failed):
        return found
    wanted = f"OpenAI.{found.sku}.{found.model}"
    usages = azure.usages(promised)
    usage = next((usages[name] for name in usages if _same(name, wanted)), None)
    where = f"quota {wanted} in {promised.region}"
    if usage is None:
        return Unknown(
            f"{where} is not among the subscription's quotas",
            f"az cognitiveservices usage list --location {promised.region}",
        )
    seen = f"{where}: {usage.current:,.0f} of {usage.limit:,.0f} thousand tokens are taken"
    if usage.current > usage.limit:
        left = max(found.capacity - (usage.current - usage.limit), 1)
        return Failed(seen, f"pulumi config set azureCapacity {left:.0f}; then pulumi up")
    return Passed(seen)


def _same(name: str, wanted: str) -> bool:
    """Azure spells a model in a quota's name with or without its dashes."""
    return name.lower().replace("-", "") == wanted.lower().replace("-", "")


SUITES: tuple[tuple[str, tuple[Check, ...]], ...] = (
    ("azure account", (credentials, account, subdomain, region, network)),
    ("azure deployment", (credentials, account, deployment, deployment_type, deployment_model)),
    ("azure gateway identity", (credentials, account, gateway_role)),
    ("azure quota", (credentials, account, deployment, quota)),
    ("azure model", (credentials, account, azure_retirement, model_offered, model_batch)),
    ("azure API", (api_version,)),
)
"""Side by side; inside one, what a gate decides comes after it."""

GATES: tuple[Check, ...] = (credentials, account, deployment, deployment_type)
"""What decides about the deployment's queue."""

GATEWAY_SUITES: tuple[tuple[str, tuple[Check, ...]], ...] = (("azure files", (files,)),)
"""Asked through the gateway, once its own gates have passed."""

__all__ = [
    "GATES",
    "GATEWAY_SUITES",
    "QUEUED_CHECKS",
    "SIZED_CHECKS",
    "SUITES",
    "Queued",
    "Sized",
]
