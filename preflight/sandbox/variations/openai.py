"""Healthy variations of OpenAI, and of request files."""

from functools import partial

from preflight.sandbox import limit_breakages as limit
from preflight.sandbox.breakages import edits
from preflight.sandbox.breakages.breakage import in_file
from preflight.sandbox.variations.variation import variation

_row = partial(variation, "openai")
_file = partial(in_file, "openai")

# fmt: off
ROWS = (
    _row("snapshot", "the requests name a dated snapshot of the promised model", _file(edits.each(edits.body(model="gpt-4o-mini-2024-07-18")))),
    _row("two-models", "the stack promises two models, and the file is for the first", settings={"openaiModels": ["gpt-4o-mini", "gpt-4.1-mini"]}),
    _row("mixed-models", "the file names two promised models in turns, and the run sends a shard of each", _file(edits.turns(edits.body(model="gpt-4o-mini"), edits.body(model="gpt-4.1-mini"))), settings={"openaiModels": ["gpt-4o-mini", "gpt-4.1-mini"]}),
    _row("mixed-kinds", "one of the two models of the file takes other parameters, and gets them", _file(edits.turns(edits.body(model="gpt-4o-mini"), lambda request: (edits.renamed("max_tokens", "max_completion_tokens")(request), edits.body(model="o4-mini")(request)))), settings={"openaiModels": ["gpt-4o-mini", "o4-mini"]}),
    _row("dated-promise", "the stack promises a dated model", settings={"openaiModels": ["gpt-4o-2024-08-06"]}),
    _row("crlf", "the lines end as on Windows", _file(edits.crlf)),
    _row("no-last-newline", "the last line has no end", _file(edits.no_last_newline)),
    _row("escapes", "texts are written in escapes, emoji included", _file(edits.last(edits.body(messages=[{"role": "user", "content": "Grüße 🙂"}])))),
    _row("plain-utf8", "texts are written as UTF-8, an emoji included", _file(edits.plain_utf8)),
    _row("other-order", "the fields stand in another order", _file(edits.reversed_fields)),
    _row("blanks", "there are blanks around the values", _file(edits.blanks)),
    _row("one-request", "the file holds one request", _file(lambda lines: lines[:1])),
    _row("number-ids", "every custom_id is a text of digits", _file(edits.numbered)),
    _row("unicode-ids", "the ids are words of other scripts", _file(edits.unicode_ids)),
    _row("nulls", "optional fields are null", _file(edits.each(edits.body(temperature=None, stream=None, tools=None)))),
    _row("longest-answer", "the requests ask for the longest answer that the model gives", _file(edits.each(edits.body(max_tokens=16_384)))),
    _row("newer-bound", "the bound has its newer name", _file(edits.each(edits.renamed("max_tokens", "max_completion_tokens")))),
    _row("schema", "the requests ask for answers of a JSON Schema", _file(edits.schemas({"properties": {"a": {"type": "string"}}, "additionalProperties": False}))),
    _row("system", "a system message stands first", _file(edits.each(edits.body(messages=[{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hi"}])))),
    _row("gateway-size", "the gateway takes smaller files only, and the run sends several", limit.gateway("max_bytes", 10_000, max_bytes=10_000)),
    _row("waves", "the organisation's queue takes a part of the file at a time", limit.full_queue),
)
# fmt: on
