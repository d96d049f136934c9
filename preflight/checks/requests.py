"""Checks of the request file: `promised` is one provider's section, `world` the file's Scan."""

from collections.abc import Collection

from preflight.checks import requests_target
from preflight.checks.requests_limits import AS_SHARDS, count, size
from preflight.checks.requests_provider import OF_ONE_PROVIDER, tokens_openai
from preflight.checks.requests_settings import features_gateway, known_parameters, max_tokens
from preflight.checks.requests_target import Promised
from preflight.checks.requests_wording import counted, none_of, or_repaired
from preflight.outcomes import Answer, Check, Failed, Passed, check
from preflight.requests.fault import quoted
from preflight.requests.scan import Scan


@check("requests-name", "File name ends in .jsonl")
def name(promised: Promised, scan: Scan) -> Answer:
    """OpenAI, Bedrock and the gateway refuse a batch file of any other name."""
    del promised
    if scan.path.name.endswith(".jsonl"):
        return Passed(f"{scan.path.name} ends in .jsonl")
    return Failed(
        f"{quoted(scan.path.name)} does not end in .jsonl",
        f"rename it to {quoted(scan.path.stem + '.jsonl')}",
    )


@check("requests-encoding", "File is UTF-8 without a byte order mark")
def encoding(promised: Promised, scan: Scan) -> Answer:
    """A byte order mark makes Azure OpenAI say that it finds no deployment name.

    Other bytes that are not UTF-8 fail the line or, at Vertex AI, drop it without a word.
    """
    del promised
    remedy = "save the file as UTF-8 without a byte order mark"
    if not scan.total("invalid_utf8") and not any("UTF-16" in f.message for f in scan.of("bom")):
        remedy = or_repaired(scan, remedy)
    return none_of(scan, ("bom", "invalid_utf8"), remedy) or Passed("UTF-8, no byte order mark")


@check("requests-json", "Every line is one JSON object")
def json_lines(promised: Promised, scan: Scan) -> Answer:
    """The first line that is no JSON object fails an OpenAI or Azure batch as a whole.

    Nothing of it runs then. Through the gateway, Vertex AI's upload may drop the line silently.
    Of a key that stands twice some parsers take the first value, most the last, some neither.
    """
    del promised
    codes = ("blank_line", "invalid_json", "not_an_object", "too_deep", "line_too_long")
    remedy = "write each request as one JSON object on one line, and no other lines"
    caveat = "" if scan.ends_with_newline else "the last line has no newline at its end"
    if not scan.total(*codes[1:], "repeated_key"):
        remedy = or_repaired(scan, remedy)
    elif scan.total("repeated_key"):
        once = "write each key of a request once"
        remedy = f"{remedy}; {once}" if scan.total(*codes) else once
    return none_of(scan, (*codes, "repeated_key"), remedy) or Passed(counted(scan.requests), caveat)


@check("requests-custom-id", "Every request has a custom_id")
def custom_id(promised: Promised, scan: Scan) -> Answer:
    """Results come back in any order: only the custom_id tells which is whose."""
    del promised
    codes = ("custom_id_missing", "custom_id_type", "custom_id_empty")
    remedy = "give each of them a custom_id that is a non-empty string"
    return none_of(scan, codes, remedy) or Passed("no line lacks one")


@check("requests-unique", "No custom_id stands on two lines")
def unique(promised: Promised, scan: Scan) -> Answer:
    """Of two results with one custom_id nobody can say which is whose; most providers refuse it."""
    del promised
    remedy = "give each request a custom_id of its own"
    return none_of(scan, ("duplicate_custom_id",), remedy) or Passed("no custom_id twice")


@check("requests-body", "Every request has a body with a prompt")
def body(promised: Promised, scan: Scan) -> Answer:
    """Providers look into the body only when the job runs: such a line is paid for or lost then."""
    del promised
    codes = ("body_missing", "body_type", "prompt_missing", "prompt_type", "prompt_empty")
    remedy = "give each of them a body with non-empty messages (input, where the url takes that)"
    return none_of(scan, codes, remedy) or Passed("no line lacks one")


@check("requests-stream", "No request streams")
def stream(promised: Promised, scan: Scan) -> Answer:
    """A batch has nobody to stream to; OpenAI fails the whole batch (streaming_unsupported)."""
    del promised
    remedy = "remove stream from the body of every request"
    return none_of(scan, ("stream", "stream_type"), remedy) or Passed("none asks for a stream")


CHECKS: tuple[Check, ...] = (
    name,
    encoding,
    json_lines,
    custom_id,
    unique,
    *requests_target.CHECKS,
    body,
    stream,
    max_tokens,
    features_gateway,
    count,
    size,
)
"""Those that hold for every provider, in order of reading."""


OF_ITS_REQUESTS = frozenset({known_parameters.id, max_tokens.id, tokens_openai.id})
"""Ids of those that ask about the requests for the promised model alone, where a file has more."""


def checks_for(
    provider: str, *, split: bool = False, targets: Collection[Promised] = ()
) -> tuple[Check, ...]:
    """All checks of a request file that is meant for this provider (`contract.PROVIDERS`).

    Args:
        provider: its name.
        split: whether the file may be sent as several jobs; else it is one job as it is.
        targets: of the provider, that the file is for.
    """
    checks = CHECKS + OF_ONE_PROVIDER.get(provider, ())
    if not split:
        return checks
    instead = dict(AS_SHARDS)
    if targets:
        instead[requests_target.model.id] = requests_target.of_several(targets)
    return tuple(instead.get(each.id, each) for each in checks)
