"""Checks of the request file: is it addressed to the promised provider, endpoint and model?"""

from collections.abc import Collection, Mapping
from dataclasses import replace

from preflight.checks.requests_wording import counted, lines, none_of
from preflight.contract import AzureOpenAI, Bedrock, OpenAI, VertexAI
from preflight.outcomes import Answer, Check, Failed, Passed, check
from preflight.requests.fault import quoted
from preflight.requests.scan import Scan
from preflight.requests.tally import DISTINCT, FIRST_LINES, Seen
from preflight.routes import CHAT, endpoint
from preflight.targets import by_model, matching, named_model

Promised = OpenAI | AzureOpenAI | VertexAI | Bedrock

TITLES = {
    OpenAI: "OpenAI",
    AzureOpenAI: "Azure OpenAI",
    VertexAI: "Vertex AI",
    Bedrock: "Amazon Bedrock",
}

URLS = {
    AzureOpenAI: ("/chat/completions", CHAT, "/v1/responses"),
    VertexAI: (CHAT, "/chat/completions"),
    Bedrock: (CHAT, "/chat/completions"),
}
"""What a line's url may be, where it need not be the endpoint of the create call.

Azure takes any of its three, but one per file (Azure OpenAI's batch page, 2026-10). For the other
two the gateway converts the line from a chat.
"""


@check("requests-method", "Every request is a POST")
def method(promised: Promised, scan: Scan) -> Answer:
    """Batches take POST only. With Vertex AI the gateway lets the method be left out."""
    if failed := none_of(scan, ("method_type",), "set method to POST on every line"):
        return failed
    return _only(promised, "method", scan.methods, ("POST",))


@check("requests-url", "Every request has the url of the batch")
def url(promised: Promised, scan: Scan) -> Answer:
    """One batch has one endpoint, and every line must name it.

    OpenAI wants the very endpoint the batch is created with; Azure OpenAI takes three spellings,
    all the same in one file. With Vertex AI the gateway lets the url be left out.
    """
    expected = URLS.get(type(promised), ()) or (endpoint(promised),)
    if failed := none_of(scan, ("url_type",), f"set url to {expected[0]} on every line"):
        return failed
    return _only(promised, "url", scan.urls, expected)


@check("requests-model", "Every request names the promised model")
def model(promised: Promised, scan: Scan) -> Answer:
    """A batch runs one model.

    The file goes to OpenAI and Azure OpenAI as it is, so body.model is what *they* call it: OpenAI
    the model, Azure OpenAI the deployment. The gateway's own names (catalog ids, virtual models)
    mean nothing there. Vertex AI and Bedrock bind the model to the job; a line may leave it out.

    To OpenAI and Azure OpenAI a run sends a file of several models in shards of one model each,
    where the stack promises all of them; with --no-split a mix is a failure.
    """
    expected = named_model(promised)
    remedy = f"set body.model to {expected} on every line"
    if failed := none_of(scan, ("model_type",), remedy):
        return failed
    bound_to_job = isinstance(promised, VertexAI | Bedrock)
    named = {value: seen for value, seen in scan.models.items() if value is not None}
    if None in scan.models and not bound_to_job:
        return Failed(
            f"body.model is left out on {lines(scan.models[None])}", remedy, scan.models[None].lines
        )
    if len(named) > 1:
        each = "; ".join(f"{quoted(m)} on {lines(s)}" for m, s in [*named.items()][:FIRST_LINES])
        odd = next(seen.lines for value, seen in named.items() if value != expected)
        return Failed(f"the file mixes {len(named)} models: {each}", remedy, odd)
    for value, seen in named.items():
        if value == expected:
            continue
        if matching((promised,), value):
            return Passed(f"{value}", f"a dated snapshot of the promised {expected}")
        reason = _why_not(value, promised)
        return Failed(f"body.model is {quoted(value)} on {lines(seen)}{reason}", remedy, seen.lines)
    return Passed(f"{expected} on {counted(named[expected].count)}" if named else "left to the job")


def of_several(targets: Collection[Promised]) -> Check:
    """The same check of a file that a run may send to all of these, each its own requests."""

    def ask(promised: Promised, scan: Scan) -> Answer:
        named = {value: seen for value, seen in scan.models.items() if value is not None}
        if len(named) <= 1 or isinstance(promised, VertexAI | Bedrock):
            return model(promised, scan)
        names = " or ".join(named_model(target) for target in targets)
        remedy = f"set body.model to {names} on every line"
        if failed := none_of(scan, ("model_type",), remedy):
            return failed
        if by_model(targets, scan.models):
            own = [value for value in named if promised in matching(targets, value)]
            count = sum(named[value].count for value in own)
            return Passed(
                f"{' and '.join(own)} on {counted(count)}; the file names {len(named)} promised "
                "models, sent in shards of one model each"
            )
        for value, seen in named.items():
            if not matching(targets, value):
                reason = _why_not(value, promised) or ", which is promised nowhere here"
                return Failed(
                    f"the file mixes {len(named)} models: body.model is {quoted(value)} on "
                    f"{lines(seen)}{reason}",
                    remedy,
                    seen.lines,
                )
        if None in scan.models:
            return model(promised, scan)
        return Failed(f"the file mixes {DISTINCT} models or more", remedy)

    ask.__doc__ = model.explanation
    return replace(model, function=ask)


def _why_not(value: str, promised: Promised) -> str:
    """What a wrong model name is, where that can be told."""
    if isinstance(promised, AzureOpenAI) and value == promised.model:
        return f", the model; Azure OpenAI wants the deployment's name, {promised.deployment}"
    title = TITLES[type(promised)]
    if value.startswith(f"{promised.provider_name}/"):
        return f", the gateway's catalog id, which {title} does not know"
    if "/" in value:
        return f", a virtual model or another account's id; a batch runs at {title} only"
    return ""


def _only(
    promised: Promised, field: str, seen: Mapping[str | None, Seen], expected: tuple[str, ...]
) -> Answer:
    """Whether the field has one and the same of the expected values on all lines."""
    remedy = f"set {field} to {expected[0]} on every line"
    for value, where in seen.items():
        if value is None and not isinstance(promised, VertexAI | Bedrock):
            return Failed(f"{field} is left out on {lines(where)}", remedy, where.lines)
        if value is not None and value not in expected:
            return Failed(f"{field} is {quoted(value)} on {lines(where)}", remedy, where.lines)
    named = [value for value in seen if value is not None]
    if len(named) > 1 and isinstance(promised, AzureOpenAI):
        each = " and ".join(f"{value} on {lines(seen[value])}" for value in named)
        return Failed(f"{field} is {each}", remedy, seen[named[-1]].lines)
    undocumented = None in seen and isinstance(promised, Bedrock)
    caveat = f"that {field} may be left out is documented for Vertex AI only"
    return Passed(" or ".join(named) or "left out", caveat if undocumented else "")


CHECKS: tuple[Check, ...] = (method, url, model)
"""In order of reading."""
