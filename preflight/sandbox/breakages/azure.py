"""One-place breakages of Azure OpenAI."""

from functools import partial

from preflight.sandbox import limit_breakages as limit
from preflight.sandbox.azure import breakages as azure
from preflight.sandbox.azure import existing as microsoft
from preflight.sandbox.azure import offer_breakages as offers
from preflight.sandbox.azure import role_breakages as roles
from preflight.sandbox.breakages import edits
from preflight.sandbox.breakages.breakage import ONE_JOB, breakage, in_cloud, in_file, in_promises

_row = partial(breakage, "azure")
_file = partial(in_file, "azure")
_cloud = partial(in_cloud, "azure")

_THEIR_GROUP = {"azureResourceGroup": microsoft.GROUP}
_THEIR_AZURE = {**_THEIR_GROUP, "azureAccounts": [microsoft.ACCOUNT]}

# fmt: off
ROWS = (
    _row("standard-deployment", "the deployment is of type Standard", "azure-deployment-type", "SKU", _cloud(azure.standard_deployment)),
    _row("bom", "the file begins with a byte order mark", "requests-encoding", "model", _file(edits.bom)),
    _row("read-only-role", "the gateway has a role that cannot upload", "azure-gateway-role", "files/write", _cloud(azure.read_only_role)),
    _row("no-deployment", "the deployment is gone", "azure-deployment", "model_not_found", _cloud(azure.delete_deployment)),
    _row("capacity", "the deployment queues too few tokens", "azure-capacity", "token_limit_exceeded", _cloud(azure.shrink_capacity), options=ONE_JOB),
    _row("other-model", "the deployment serves another model", "azure-deployment-model", "", _cloud(azure.other_model), unseen="nothing refuses it: another model answers"),
    _row("no-account", "the account was deleted, and Azure keeps its name", "azure-account", "404", _cloud(azure.delete_account), "gateway-batch-api"),
    _row("group-no-role", "in a group that was there, the gateway lost its role", "azure-gateway-role", "files/write", _cloud(azure.remove_role), "gateway-batch-api", settings=_THEIR_GROUP, prepare=microsoft.group),
    _row("their-account-kind", "in an account that was there, the deployment was made Standard", "azure-deployment-type", "SKU", _cloud(azure.standard_deployment), settings=_THEIR_AZURE, prepare=microsoft.account),
    _row("their-account-role", "in an account that was there, the gateway lost its role", "azure-gateway-role", "files/write", _cloud(azure.remove_role), "gateway-batch-api", settings=_THEIR_AZURE, prepare=microsoft.account),
    _row("gateway-model", "the gateway has lost the model", "gateway-model", "is not registered", limit.unregistered("gpt-4o-mini", "batch-gpt-4o-mini")),
    _row("gateway-key", "the gateway does not know the key any more", "gateway-key", "does not know this API key", limit.gateway("", None, revoked=True)),
    _row("no-gateway-account", "the gateway has no such provider account", "gateway-provider-account", "no provider account", limit.no_account("azure")),
    _row("stale-token", "the gateway's token of Entra has expired", "gateway-batch-api", "Unauthorized", limit.account("azure", token="stale")),
    _row("no-role", "the gateway lost its role", "azure-gateway-role", "files/write", _cloud(azure.remove_role), "gateway-batch-api"),
    _row("contributor", "the gateway is Contributor: it may manage the account, and use nothing", "azure-gateway-role", "files/write", _cloud(roles.has_role("Contributor")), "gateway-batch-api"),
    _row("reader", "the gateway is Reader of the subscription", "azure-gateway-role", "files/write", _cloud(roles.has_role("Reader", "subscription")), "gateway-batch-api"),
    _row("no-subdomain", "the account has no subdomain of its own", "azure-subdomain", "404", _cloud(azure.remove_subdomain), "gateway-batch-api"),
    _row("private", "the account is closed to public networks", "", "Public access is disabled", _cloud(roles.account_with(publicNetworkAccess="Disabled")), "gateway-batch-api azure-network"),
    _row("data-zone", "the deployment is of the data zone's batch kind", "azure-deployment-type", "", _cloud(roles.other_kind), unseen="it runs, at another price and in other places than promised"),
    _row("other-region", "the stack promises another region than the account's", "azure-region", "", in_promises("azure", region="westeurope"), unseen="it runs, in another place than promised"),
    _row("models-version", "the API version is one of a model", "azure-api-version", "404", in_promises("azure", api_version="2024-07-18"), "gateway-batch-api"),
    _row("old-version", "the API version is older than batches", "azure-api-version", "404", in_promises("azure", api_version="2023-05-15"), "gateway-batch-api"),
    _row("model-name", "the requests name the model and not the deployment", "requests-model", "model_not_found", _file(edits.each(edits.body(model="gpt-4o-mini")))),
    _row("two-deployments", "the requests name two deployments", "requests-model", "model_mismatch", _file(edits.last(edits.body(model="gpt-4o")))),
    _row("no-model", "one request names no deployment", "requests-model", "valid model deployment name couldn't be extracted", _file(edits.last(edits.bare("model")))),
    _row("two-urls", "the requests spell their url in two ways", "requests-url", "url_mismatch", _file(edits.last(edits.fields(url="/v1/chat/completions")))),
    _row("blank-line", "there is a blank line between two requests", "requests-json", "invalid_json_line", _file(edits.blank_line)),
    _row("duplicate-id", "two requests share a custom_id", "requests-unique", "duplicate_custom_id", _file(edits.same_id)),
    _row("retiring", "Azure retires the model tomorrow", "azure-model-retirement", "has been retired", _cloud(offers.retiring)),
    _row("not-offered", "the region does not offer the model, so there is no deployment", "azure-deployment azure-model-offered", "model_not_found", _cloud(offers.withdrawn)),
    _row("not-for-batches", "the region offers the model, but not for batches", "azure-deployment azure-model-batch", "model_not_found", _cloud(offers.not_for_batches("GlobalBatch", "DataZoneBatch"))),
    _row("other-batch-kind", "the region offers the model for the other batch kind only", "azure-deployment azure-model-batch", "model_not_found", _cloud(offers.not_for_batches("GlobalBatch"))),
    _row("full-of-files", "the account holds as many files as it may", "azure-files", "the most it may", _cloud(offers.full_of_files)),
    _row("full-queue", "somebody else's job fills the deployment's queue", "", "token_limit_exceeded", _cloud(offers.full_queue), "azure-open-batches", options=ONE_JOB),
)
# fmt: on
