"""One-place breakages of OpenAI."""

from functools import partial

from preflight.sandbox import limit_breakages as limit
from preflight.sandbox.breakages import edits
from preflight.sandbox.breakages.breakage import breakage, in_file

_row = partial(breakage, "openai")
_file = partial(in_file, "openai")

# fmt: off
ROWS = (
    _row("duplicate-id", "two requests share a custom_id", "requests-unique", "duplicate_custom_id", _file(edits.same_id)),
    _row("cut-off-line", "the last line is cut off in the middle", "requests-json", "invalid_json_line", _file(edits.cut_off)),
    _row("virtual-model", "the requests name a virtual model", "requests-model", "virtual", _file(edits.each(edits.body(model="my-virtual-account/cheapest")))),
    _row("streaming", "one request asks for a stream", "requests-stream", "stream", _file(edits.last(edits.body(stream=True)))),
    _row("misspelt", "a parameter is misspelt", "requests-parameters", "Unrecognized request argument supplied: temprature", _file(edits.each(edits.body(temprature=0.5)))),
    _row("long-answers", "the requests ask for longer answers than the model gives", "requests-max-tokens", "max_tokens is too large", _file(edits.each(edits.body(max_tokens=20_000)))),
    _row("full-queue", "the organisation's queue takes fewer tokens", "openai-queue", "token_limit_exceeded", limit.full_queue),
    _row("shut-down", "the model is shut down while the batch runs", "openai-model-retirement", "model_not_found", limit.shut_down),
    _row("gateway-size", "the gateway takes smaller files only", "requests-size", "max_batch_file_size_mb", limit.gateway("max_bytes", 10_000, max_bytes=10_000)),
)
# fmt: on
