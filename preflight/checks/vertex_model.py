"""Vertex AI's model: that its location is served, that it is there, that it takes batches."""

from difflib import get_close_matches

from preflight.catalog.batchable import batchable
from preflight.catalog.source import caveats
from preflight.checks.remedies import instead
from preflight.contract import VertexAI
from preflight.outcomes import Answer, Failed, Passed, Unknown, check
from preflight.seams import Gcp

_GLOBAL = "global"


@check("vertex-location", "Vertex AI serves the promised location", gate=True)
def location(promised: VertexAI, gcp: Gcp) -> Answer:
    """A location that it does not serve has no address, so that nothing there says what is wrong.

    `global` is served without a region. Which of its models a location runs in batches no API says.
    """
    if promised.region == _GLOBAL:
        return Passed("the global endpoint has no region; it takes jobs over Cloud Storage")
    served = gcp.locations(promised.project)
    if not served:
        return Unknown(
            f"Vertex AI lists no location for project {promised.project}",
            f"a look: gcloud ai locations list --project {promised.project}",
        )
    if promised.region not in served:
        near = get_close_matches(promised.region.lower(), sorted(served), n=1)
        return Failed(
            f"Vertex AI does not serve {promised.region}"
            + (f"; it does serve {near[0]}" if near else ""),
            instead("vertexRegions", promised.region, near[0] if near else "a region that it does"),
        )
    return Passed(f"Vertex AI serves {promised.region}")


@check("vertex-model", "Google publishes the model in the region")
def model(promised: VertexAI, gcp: Gcp) -> Answer:
    """A wrong id, a retired model, or one of another region answers 404 at create."""
    if not gcp.publisher_model(promised.project, promised.region, promised.model):
        return Failed(
            f"model {promised.model} is not published in {promised.region}",
            instead("vertexModels", promised.model, f"a model of {promised.region}"),
        )
    return Passed(f"model {promised.model} is published in {promised.region}")


@check("vertex-model-batch", "The model takes batches")
def model_batch(promised: VertexAI, gcp: Gcp) -> Answer:
    """A model may answer single requests and take no batches. No API says which do."""
    del gcp
    table = batchable("vertex")
    if why := table.why_not(promised.model):
        return Failed(
            f"model {promised.model} {why} ({table})",
            instead("vertexModels", promised.model, "a model that takes batches"),
        )
    if not table.lists(promised.model):
        return Unknown(
            f"model {promised.model} is in no list of batch models ({table})",
            "a look at Vertex AI's page of models that support batch inference",
        )
    return Passed(
        f"model {promised.model} takes batches", caveats(f"by {table}", table.source.warning)
    )
