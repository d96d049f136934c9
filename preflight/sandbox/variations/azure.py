"""Healthy variations of Azure OpenAI."""

from functools import partial

from preflight.sandbox.azure import breakages as azure
from preflight.sandbox.azure import existing as microsoft
from preflight.sandbox.azure import offer_breakages as offers
from preflight.sandbox.azure import role_breakages as roles
from preflight.sandbox.breakages import edits
from preflight.sandbox.breakages.breakage import in_cloud, in_file
from preflight.sandbox.variations.variation import variation

_row = partial(variation, "azure")
_file = partial(in_file, "azure")
_cloud = partial(in_cloud, "azure")

_THEIR_GROUP = {"azureResourceGroup": microsoft.GROUP}

# fmt: off
ROWS = (
    _row("v1-url", "the url is spelt as OpenAI takes it", _file(edits.each(edits.fields(url="/v1/chat/completions")))),
    _row("crlf", "the lines end as on Windows", _file(edits.crlf)),
    _row("group-role", "the role is on the resource group", _cloud(roles.has_role("Cognitive Services OpenAI Contributor", "group"))),
    _row("subscription-role", "the role is on the subscription", _cloud(roles.has_role("Cognitive Services OpenAI Contributor", "subscription"))),
    _row("wider-role", "another role includes the actions", _cloud(roles.has_role("Cognitive Services User"))),
    _row("group-member", "the role is an Entra group's, and the gateway its member", _cloud(roles.through_group), prepare=microsoft.gateways_group),
    _row("no-local-keys", "the account takes no keys, only identities", _cloud(roles.account_with(disableLocalAuth=True))),
    _row("data-zone", "the deployment stays in its data zone", settings={"azureSku": "DataZoneBatch"}),
    _row("their-group", "the resource group was there", settings=_THEIR_GROUP, prepare=microsoft.group),
    _row("their-account", "the account was there, of the newer kind", settings={**_THEIR_GROUP, "azureAccounts": [microsoft.ACCOUNT]}, prepare=microsoft.account),
    _row("two-models", "two models, each with its deployment", settings={"azureModels": ["gpt-4o-mini@2024-07-18", "gpt-4.1-mini@2025-04-14"]}),
    _row("mixed-models", "the file names two promised deployments in turns, and the run sends a shard of each", _file(edits.turns(edits.body(model="batch-gpt-4o-mini"), edits.body(model="batch-gpt-4.1-mini"))), settings={"azureModels": ["gpt-4o-mini@2024-07-18", "gpt-4.1-mini@2025-04-14"]}),
    _row("two-regions", "an account in each of two regions", settings={"azureRegions": ["swedencentral", "eastus2"], "azureProviderNames": ["azure-europe", "azure-america"]}, options=("--region", "eastus2")),
    _row("preview", "the API version is a preview", settings={"azureApiVersion": "2025-04-01-preview"}),
    _row("small", "the queue is just large enough", settings={"azureCapacity": 10}),
    _row("waves", "the deployment's queue takes a part of the file at a time", _cloud(azure.shrink_capacity), asks=True),
    _row("last-file", "the account takes one more file and no other", _cloud(offers.nearly_full_of_files)),
    _row("not-offered-again", "the model is offered no more, and stays deployed", _cloud(offers.still_deployed), "azure-model-offered", "what was deployed stays after its model went from the list, and no list says for how long"),
)
# fmt: on
