"""Azure OpenAI's API versions: the one that the gateway names to Azure must know batches."""

import re

from preflight.catalog.batchable import api_versions
from preflight.catalog.source import caveats
from preflight.contract import AzureOpenAI
from preflight.outcomes import Answer, Failed, Passed, Unknown, check
from preflight.seams import Azure

_DATED = re.compile(r"\d{4}-\d{2}-\d{2}(-preview)?")


@check("azure-api-version", "The API version has the batch API")
def api_version(promised: AzureOpenAI, azure: Azure) -> Answer:
    """A model's version in its place passes the upload; only the create then answers 404."""
    del azure
    table = api_versions()
    version = promised.api_version
    remedy = "pulumi config set azureApiVersion 2024-10-21; then pulumi up"
    if version in table.of_models:
        return Failed(f"{version} is the version of a model, not of the API", remedy)
    if not _DATED.fullmatch(version):
        return Unknown(
            f"API version {version} is no dated one ({table})",
            "gateway-batch-api to pass, which asks with it; then send with --force",
        )
    if version < table.first_with_batches:
        first = f"the first with batches is {table.first_with_batches} ({table})"
        return Failed(f"API version {version} has no batch API: {first}", remedy)
    for model, newer_than in table.too_old_for:
        if promised.model == model and version <= newer_than:
            return Failed(
                f"API version {version} is too old for {model} ({table})",
                f"pulumi config set azureApiVersion {max(table.known)}; then pulumi up",
            )
    if version not in table.known:
        return Unknown(
            f"API version {version} is in no list of versions ({table})",
            "gateway-batch-api to pass, which asks with it; then send with --force",
        )
    caveat = caveats(f"by {table}", table.source.warning)
    return Passed(f"API version {version} has the batch API", caveat)
