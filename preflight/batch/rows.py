"""One line of output, in whichever shape it comes, as one row of results.

Three shapes are known: OpenAI's (`custom_id`, `response`), Bedrock's (`recordId`, `modelOutput` or
`error`) and Vertex AI's (`status`, `response`, and the sibling keys it echoes). Each row is judged
by its own status code and by whether there is an answer in it. A row in OpenAI's shape is passed on
byte for byte; of the others a row in OpenAI's shape is made.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from preflight.batch.answered import lacking
from preflight.batch.native import completion

_OK = range(200, 300)
_IDS = ("custom_id", "recordId", "requestId", "key")
_OPENAI = frozenset({"custom_id", "response", "error"})
_CUSTOM_ID = re.compile(rb'"custom_id"[ \t]*:[ \t]*("(?:[^"\\]|\\.)*")')

UNREADABLE = "unreadable_row"
"""The `code` of an error that a merge makes of a row whose values are no text or no number."""


@dataclass(frozen=True, slots=True)
class Row:
    """A result or an error for one request. `line` is what is written, without a newline."""

    custom_id: str
    ok: bool
    line: bytes


class _Named(msgspec.Struct):
    """The ids alone, of a row whose other values no reader takes."""

    custom_id: str | int | None = None
    recordId: str | int | None = None  # noqa: N815 - as Bedrock spells it
    requestId: str | int | None = None  # noqa: N815 - likewise
    key: str | int | None = None


_identified = msgspec.json.Decoder(_Named).decode
_NONE = msgspec.Raw(b"null")


class _Marks(msgspec.Struct, gc=False):
    """What a row may name its request by, skipped over and not read."""

    custom_id: msgspec.Raw = _NONE
    recordId: msgspec.Raw = _NONE  # noqa: N815 - as Bedrock spells it
    requestId: msgspec.Raw = _NONE  # noqa: N815 - likewise
    key: msgspec.Raw = _NONE


_marked = msgspec.json.Decoder(_Marks).decode


def row(line: bytes, custom_id: str | None = None) -> Row | None:
    """Read one line of output; None where it names no request or is not JSON.

    Args:
        line: as it came.
        custom_id: what the request is called in what is written; None: as the row names it.
    """
    try:
        value, strict = _decoded(line)
    except (ValueError, RecursionError):
        return _unreadable(line, custom_id)
    if not isinstance(value, dict):
        return None
    named = _identifier(value)
    if named is None:
        return None
    name = named if custom_id is None else custom_id
    ok, response, error = _judged(value)
    if strict and _unchanged(value, response, error):
        bare = line.strip()
        made = bare if value["custom_id"] == name else renamed(bare, name)
        if made:
            return Row(name, ok, made)
    kept = value if value.keys() >= _OPENAI else {}
    return _row(kept | {"custom_id": name, "response": response, "error": error}, ok=ok)


def names_a_request(line: bytes) -> bool:
    """Whether `row` would find a request's row in a line; nearly always without reading it."""
    try:
        marks = msgspec.structs.astuple(_marked(line))
    except (ValueError, RecursionError):
        marks = ()
    return any(bytes(mark) not in (b"null", b'""') for mark in marks) or row(line) is not None


def renamed(line: bytes, custom_id: str) -> bytes | None:
    """A row in OpenAI's shape, its request called by another name and the rest as it came.

    None where the name cannot be found in it without a doubt.
    """
    if found := _CUSTOM_ID.search(line):
        start, end = found.span(1)
        made = b"".join((line[:start], msgspec.json.encode(custom_id), line[end:]))
        # What was found may stand deeper, or before another of its name.
        if _identified(made).custom_id == custom_id:
            return made
    return None


def _identifier(value: Mapping[str, Any]) -> str | None:
    for name in _IDS:
        if value.get(name) not in (None, ""):
            return str(value[name])
    request = value.get("request")  # Vertex AI's: a label is all that some gateways can tie to it
    labels = request.get("labels") if isinstance(request, dict) else None
    found = labels.get("custom_id") if isinstance(labels, dict) else None
    return str(found) if found else None


def _unchanged(value: Mapping[str, Any], response: Any, error: Any) -> bool:
    """Whether the row says what is to be said, in OpenAI's shape."""
    if not value.keys() >= _OPENAI or not isinstance(value["custom_id"], str):
        return False
    return value["response"] is response and value["error"] is error


def _decoded(line: bytes) -> tuple[Any, bool]:
    """JSON, and what passes for it: NaN, 1e400, and half of an emoji where a reply was cut.

    With it, whether every reader takes it.
    """
    try:
        return msgspec.json.decode(line), True
    except ValueError:
        return json.loads(line), False


def _row(written: dict[str, Any], *, ok: bool) -> Row:
    custom_id = written["custom_id"]
    try:
        return Row(custom_id, ok, msgspec.json.encode(written))
    except UnicodeEncodeError:  # half of an emoji is escaped, as it came
        return Row(custom_id, ok, json.dumps(written).encode())


def _unreadable(line: bytes, custom_id: str | None) -> Row | None:
    """An error for the request that the row names, if it names one: it did come back."""
    try:
        named = _identified(line)
    except (ValueError, RecursionError):
        return None
    found = next((str(value) for value in msgspec.structs.astuple(named) if value), None)
    if found is None:
        return None
    error = {"code": UNREADABLE, "message": "the row that came back cannot be read"}
    return _row({"custom_id": custom_id or found, "response": None, "error": error}, ok=False)


def _judged(value: Mapping[str, Any]) -> tuple[bool, Any, Any]:
    """Whether it succeeded, the response and the error, by the row's own words."""
    response, error = value.get("response"), value.get("error")
    if "modelOutput" in value or "recordId" in value:
        return _native(value.get("modelOutput"), error, "the row has no output")
    if isinstance(response, dict) and response.keys() & {"status_code", "body"}:
        code = response.get("status_code")
        ok = error is None and isinstance(code, int) and code in _OK
        empty = lacking(response.get("body")) if ok else None
        return ok and empty is None, response, empty or error
    if "status" in value:  # Vertex AI's, whose embeddings are `predictions`
        status = value["status"]
        told = {"message": _text(status)} if status else None
        return _native(response or value.get("predictions"), told, "the row has no response")
    if isinstance(response, dict) and response and error is None:
        return _native(response, None, "")  # a native body, and nothing around it
    return False, response, error


def _native(body: Any, error: Any, nothing: str) -> tuple[bool, Any, Any]:
    """A native body: a success, if there is an answer in it."""
    if error is not None or body is None:
        return False, None, error or {"message": nothing}
    response = {"status_code": 200, "body": completion(body)}
    empty = lacking(body) or lacking(response["body"])
    return empty is None, response, empty


def _text(status: Any) -> str:
    if not status or isinstance(status, str):
        return status or ""
    return msgspec.json.encode(status).decode()
