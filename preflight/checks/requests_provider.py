"""Checks of the request file that one provider alone gives reason for."""

from preflight.checks.requests_settings import known_parameters, schema_bedrock
from preflight.checks.requests_wording import features, lines, none_of, renaming
from preflight.contract import Bedrock, OpenAI, VertexAI
from preflight.outcomes import Answer, Check, Passed, check
from preflight.requests.scan import Scan


@check("requests-tokens-openai", "Prompt tokens are estimated")
def tokens_openai(promised: OpenAI, scan: Scan) -> Answer:
    """OpenAI fails a batch whose prompt tokens do not fit its queue limit for the model.

    No API tells that limit to a project's key; it stands under Settings, Limits.
    """
    return Passed(
        f"about {scan.tokens:,} prompt tokens",
        f"compare them with the batch queue limit of {promised.model} in OpenAI's settings",
    )


@check("requests-ids-vertex", "Every custom_id comes back from Vertex AI")
def ids_vertex(promised: VertexAI, scan: Scan) -> Answer:
    """Vertex AI's importer guesses types: the custom_id "000000" would come back as 0.

    What is no label at Google Cloud (a lower-case letter, then lower-case letters, digits, - and _,
    63 in all) or reads as a value may come back changed, or not at all. Where a file has such a
    custom_id, a run sends its requests under names of its own, and puts the results back under
    theirs.
    """
    return _carried(promised, "vertex", scan, "every custom_id stays text")


def _carried(promised: VertexAI | Bedrock, provider: str, scan: Scan, plain: str) -> Answer:
    del promised
    line = scan.uncarried.get(provider)
    return Passed(plain if line is None else renaming(scan, line))


@check("requests-import-vertex", "Vertex AI's importer can read every schema")
def import_vertex(promised: VertexAI, scan: Scan) -> Answer:
    """Vertex AI imports the file much as BigQuery does, and one fault fails the whole job.

    It refuses objects nested over 15 deep, empty objects, keys such as $defs, and a key that has
    different types on different lines. JSON schemas in tools and response_format are where it
    happens.
    """
    del promised
    codes = ("import_depth", "import_empty", "import_name", "import_type")
    remedy = "change the schema: inline $defs, drop empty objects, keep one type per key"
    return none_of(scan, codes, remedy) or Passed(
        f"{features(scan)} without an empty object, a $ key or a change of type"
        if scan.features
        else "no tools, no response_format"
    )


@check("requests-ids-bedrock", "Every custom_id comes back from Bedrock")
def ids_bedrock(promised: Bedrock, scan: Scan) -> Answer:
    """The custom_id becomes Bedrock's recordId, which the documentation calls alphanumeric.

    Where a file has one that is not, a run sends its requests under names of its own, and puts the
    results back under theirs.
    """
    return _carried(promised, "bedrock", scan, "every custom_id is alphanumeric")


@check("requests-features-bedrock", "No request needs what Bedrock's batch may lack")
def features_bedrock(promised: Bedrock, scan: Scan) -> Answer:
    """A public source says that Bedrock's batch honours neither tools nor response_format.

    AWS does not compare a batch line with the model's schema before the job runs.
    """
    if not scan.features:
        return Passed("no tools, no response_format")
    used = " and ".join(f"{feature} on {lines(seen)}" for feature, seen in scan.features.items())
    return Passed(used, f"try one request at {promised.model} first: batch may ignore or refuse it")


OF_ONE_PROVIDER: dict[str, tuple[Check, ...]] = {
    "openai": (tokens_openai, known_parameters),
    "azure": (known_parameters,),
    "vertex": (ids_vertex, import_vertex, known_parameters),
    "bedrock": (ids_bedrock, features_bedrock, schema_bedrock),
}
"""By provider name."""
