"""One-place breakages of OpenAI."""

from functools import partial

from preflight.sandbox import limit_breakages as limit
from preflight.sandbox.breakages import edits
from preflight.sandbox.breakages.breakage import ONE_JOB, breakage, in_file

_row = partial(breakage, "openai")
_file = partial(in_file, "openai")

_TWO_MODELS = {"openaiModels": ["gpt-4o-mini", "gpt-4.1-mini"]}

# fmt: off
ROWS = (
    _row("duplicate-id", "two requests share a custom_id", "requests-unique", "duplicate_custom_id", _file(edits.same_id)),
    _row("cut-off-line", "the last line is cut off in the middle", "requests-json", "invalid_json_line", _file(edits.cut_off)),
    _row("virtual-model", "the requests name a virtual model", "requests-model", "virtual", _file(edits.each(edits.body(model="my-virtual-account/cheapest")))),
    _row("streaming", "one request asks for a stream", "requests-stream", "stream", _file(edits.last(edits.body(stream=True)))),
    _row("misspelt", "a parameter is misspelt", "requests-parameters", "Unrecognized request argument supplied: temprature", _file(edits.each(edits.body(temprature=0.5)))),
    _row("long-answers", "the requests ask for longer answers than the model gives", "requests-max-tokens", "max_tokens is too large", _file(edits.each(edits.body(max_tokens=20_000)))),
    _row("full-queue", "the organisation's queue takes fewer tokens", "openai-queue", "token_limit_exceeded", limit.full_queue, options=ONE_JOB),
    _row("shut-down", "the model is shut down while the batch runs", "openai-model-retirement", "model_not_found", limit.shut_down),
    _row("gateway-size", "the gateway takes smaller files only", "requests-size", "max_batch_file_size_mb", limit.gateway("max_bytes", 10_000, max_bytes=10_000), options=ONE_JOB),
    _row("gateway-key", "the gateway does not know the key any more", "gateway-key", "does not know this API key", limit.gateway("", None, revoked=True)),
    _row("no-account", "the gateway has no such provider account", "gateway-provider-account", "no provider account", limit.no_account("openai")),
    _row("revoked-key", "OpenAI has revoked the gateway's key", "openai-key", "Incorrect API key provided", limit.openai_key, "gateway-batch-api"),
    _row("other-key", "the gateway holds another project's key", "openai-key", "Incorrect API key provided", limit.account("openai", api_key="sk-of-another-project"), "gateway-batch-api"),
    _row("blank-line", "there is a blank line between two requests", "requests-json", "invalid_json_line", _file(edits.blank_line)),
    _row("nan", "a number is NaN, which Python writes and JSON lacks", "requests-json", "invalid_json_line", _file(edits.last(edits.body(temperature=float("nan"))))),
    _row("lone-surrogate", "a text holds half of an emoji", "requests-json", "", _file(edits.half_emoji), unseen="what OpenAI makes of it is not documented, and the sandbox takes it; not every reader of the results will"),
    _row("joined", "two requests stand on one line", "requests-json", "invalid_json_line", _file(edits.joined)),
    _row("array", "the requests are one JSON array", "requests-json", "invalid_json_line", _file(edits.as_array)),
    _row("pretty", "each request is spread over many lines", "requests-json", "invalid_json_line", _file(edits.pretty)),
    _row("latin", "a letter is in Latin-1", "requests-encoding", "invalid_json_line", _file(edits.latin)),
    _row("bom", "the file begins with a byte order mark", "requests-encoding", "invalid_json_line", _file(edits.bom)),
    _row("method", "one request is a GET", "requests-method", "invalid_method", _file(edits.last(edits.fields(method="GET")))),
    _row("azure-url", "the url is spelt as Azure takes it", "requests-url", "invalid_url", _file(edits.each(edits.fields(url="/chat/completions")))),
    _row("no-id", "one request has no custom_id", "requests-custom-id", "Missing required parameter: 'custom_id'", _file(edits.last(edits.without("custom_id")))),
    _row("number-id", "one custom_id is a number", "requests-custom-id", "custom_id must be a string", _file(edits.last(edits.fields(custom_id=7)))),
    _row("no-model", "one request names no model", "requests-model", "names no model", _file(edits.last(edits.bare("model")))),
    _row("two-models", "the requests name two models", "requests-model", "mismatched_model", _file(edits.last(edits.body(model="gpt-4o")))),
    _row("third-model", "the requests name two promised models, and one that nobody promised", "requests-model", "mismatched_model", _file(edits.turns(*(edits.body(model=model) for model in ("gpt-4o-mini", "gpt-4.1-mini", "gpt-4o")))), settings=_TWO_MODELS),
    _row("two-models-one-job", "the requests name two promised models", "requests-model", "mismatched_model", _file(edits.last(edits.body(model="gpt-4.1-mini"))), settings=_TWO_MODELS, options=ONE_JOB),
    _row("no-body", "one request has no body", "requests-body", "Missing required parameter: 'body'", _file(edits.last(edits.without("body")))),
    _row("no-prompt", "one request has no messages", "requests-body", "Missing required parameter: 'messages'", _file(edits.last(edits.bare("messages")))),
    _row("no-answer", "one request asks for no token at all", "requests-max-tokens", "must be an integer of at least 1", _file(edits.last(edits.body(max_tokens=0)))),
    _row("too-many", "the file holds 50,001 requests", "requests-count", "too_many_tasks", _file(edits.many(50_001)), options=ONE_JOB),
)
# fmt: on
