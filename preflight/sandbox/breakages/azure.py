"""One-place breakages of Azure OpenAI."""

from functools import partial

from preflight.sandbox import limit_breakages as limit
from preflight.sandbox.azure import breakages as azure
from preflight.sandbox.azure import existing as microsoft
from preflight.sandbox.breakages import edits
from preflight.sandbox.breakages.breakage import breakage, in_cloud, in_file

_row = partial(breakage, "azure")
_file = partial(in_file, "azure")
_cloud = partial(in_cloud, "azure")

_THEIR_GROUP = {"azureResourceGroup": microsoft.GROUP}
_THEIR_AZURE = {**_THEIR_GROUP, "azureAccounts": [microsoft.ACCOUNT]}

# fmt: off
ROWS = (
    _row("standard-deployment", "the deployment is of type Standard", "azure-deployment-type", "SKU", _cloud(azure.standard_deployment)),
    _row("bom", "the file begins with a byte order mark", "requests-encoding", "model", _file(lambda lines: [edits.BOM + lines[0], *lines[1:]])),
    _row("read-only-role", "the gateway has a role that cannot upload", "azure-gateway-role", "files/write", _cloud(azure.read_only_role)),
    _row("no-deployment", "the deployment is gone", "azure-deployment", "model_not_found", _cloud(azure.delete_deployment)),
    _row("capacity", "the deployment queues too few tokens", "azure-capacity", "token_limit_exceeded", _cloud(azure.shrink_capacity)),
    _row("other-model", "the deployment serves another model", "azure-deployment-model", "", _cloud(azure.other_model), unseen="nothing refuses it: another model answers"),
    _row("no-account", "the account was deleted, and Azure keeps its name", "azure-account", "404", _cloud(azure.delete_account), "gateway-batch-api"),
    _row("group-no-role", "in a group that was there, the gateway lost its role", "azure-gateway-role", "files/write", _cloud(azure.remove_role), "gateway-batch-api", settings=_THEIR_GROUP, prepare=microsoft.group),
    _row("their-account-kind", "in an account that was there, the deployment was made Standard", "azure-deployment-type", "SKU", _cloud(azure.standard_deployment), settings=_THEIR_AZURE, prepare=microsoft.account),
    _row("their-account-role", "in an account that was there, the gateway lost its role", "azure-gateway-role", "files/write", _cloud(azure.remove_role), "gateway-batch-api", settings=_THEIR_AZURE, prepare=microsoft.account),
    _row("gateway-model", "the gateway has lost the model", "gateway-model", "is not registered", limit.unregistered("gpt-4o-mini", "batch-gpt-4o-mini")),
)
# fmt: on
