"""What Azure offers the account: the model, in its version, for deployments of a batch kind.

The promise names no version: that of the deployment counts, and where there is none, any.
"""

from preflight.checks.remedies import instead
from preflight.contract import AzureOpenAI
from preflight.limits import AZURE_BATCH_SKUS
from preflight.outcomes import Answer, Failed, Passed, Unknown, check
from preflight.seams import Azure, Deployment, Offer
from preflight.seams.together import both

_NAMED = 5


def deployable(promised: AzureOpenAI, azure: Azure) -> tuple[list[Offer], Deployment | None]:
    """The versions of the model that Azure offers the account, and what is deployed of it.

    Of the versions only that of the deployment, where one of the promised model is there.
    """
    offers, found = both(lambda: azure.offers(promised), lambda: azure.deployment(promised))
    if found is not None and found.model != promised.model:
        found = None
    version = found.model_version if found is not None else ""
    return [
        one for one in offers if one.model == promised.model and version in ("", one.version)
    ], found


@check("azure-model-offered", "Azure offers the account the model", gate=True)
def model_offered(promised: AzureOpenAI, azure: Azure) -> Answer:
    """Each region offers some models, in some versions; another one cannot be deployed there.

    A deployment that was made before its version went from the list is still there. Whether it
    answers, the list does not say.
    """
    offered, deployed = deployable(promised, azure)
    to = f"account {promised.account} in {promised.region}"
    if offered:
        versions = ", ".join(sorted({one.version for one in offered}))
        return Passed(f"Azure offers {to} {promised.model} {versions}")
    every = azure.offers(promised)
    if not every:
        return Unknown(
            f"Azure lists no model of OpenAI for {to}",
            f"a look: az cognitiveservices account list-models --name {promised.account} "
            f"--resource-group {promised.resource_group}",
        )
    if deployed is not None:
        return Unknown(
            f"Azure no longer offers {to} {promised.model} {deployed.model_version}, which the "
            "deployment serves: whether it still does for a whole batch, no list says",
            "a version that is offered, in azureModels; then pulumi up. Or a job sent with --force",
        )
    others = sorted({one.model for one in every})
    more = ", ..." if len(others) > _NAMED else ""
    return Failed(
        f"Azure offers {to} no {promised.model}, but {', '.join(others[:_NAMED])}{more}",
        instead("azureModels", promised.model, "a model that the region offers"),
    )


@check("azure-model-batch", "The model may be deployed for batches in the region")
def model_batch(promised: AzureOpenAI, azure: Azure) -> Answer:
    """Of the models of a region some run batches, by GlobalBatch, by DataZoneBatch, or by both."""
    offered, deployed = deployable(promised, azure)
    kinds = {kind for one in offered for kind in one.kinds}
    if promised.sku in kinds:
        return Passed(f"{promised.region} offers {promised.model} as {promised.sku}")
    what = f"{promised.region} does not offer {promised.model} as {promised.sku}"
    if deployed is not None and deployed.sku == promised.sku:
        return Unknown(
            f"{what}, and yet the deployment is of that kind: it was made before",
            "a model that is offered so, in azureModels; then pulumi up. Or a job sent with "
            "--force",
        )
    other = next((kind for kind in AZURE_BATCH_SKUS if kind in kinds), None)
    if other is not None:
        return Failed(
            f"{what}, but as {other}", f"pulumi config set azureSku {other}; then pulumi up"
        )
    return Failed(
        f"{what}, nor for batches at all",
        instead("azureModels", promised.model, "a model that the region offers for batches"),
    )
