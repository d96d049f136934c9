"""One line of output, in whichever shape it comes, as one row of results.

Three shapes are known: OpenAI's (`custom_id`, `response`), Bedrock's (`recordId`, `modelOutput` or
`error`) and Vertex AI's (`status`, `response`, and the sibling keys it echoes). Native bodies of
the known model families are given OpenAI's form; an unknown one is passed on as it came.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

_OK = range(200, 300)
_IDS = ("custom_id", "recordId", "requestId", "key")


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


def row(line: bytes) -> Row | None:
    """Read one line of output; None where it names no request or is not JSON."""
    try:
        value = _decoded(line)
    except (ValueError, RecursionError):
        return _unreadable(line)
    if not isinstance(value, dict):
        return None
    custom_id = next((value[name] for name in _IDS if value.get(name) not in (None, "")), None)
    if custom_id is None:
        return None
    ok, response, error = _judged(value)
    return _row(str(custom_id), ok, response, error)


def _decoded(line: bytes) -> Any:
    """JSON, and what passes for it: NaN, 1e400, and half of an emoji where a reply was cut."""
    try:
        return msgspec.json.decode(line)
    except ValueError:
        return json.loads(line)


def _row(custom_id: str, ok: bool, response: Any, error: Any) -> Row:
    written = {"custom_id": custom_id, "response": response, "error": error}
    try:
        return Row(custom_id, ok, msgspec.json.encode(written))
    except UnicodeEncodeError:  # half of an emoji is escaped, as it came
        return Row(custom_id, ok, json.dumps(written).encode())


def _unreadable(line: bytes) -> Row | None:
    """An error for the request that the row names, if it names one: it did come back."""
    try:
        named = msgspec.json.decode(line, type=_Named)
    except (ValueError, RecursionError):
        return None
    custom_id = next((str(value) for value in msgspec.structs.astuple(named) if value), None)
    if custom_id is None:
        return None
    error = {"message": "the row that came back cannot be read"}
    return _row(custom_id, ok=False, response=None, error=error)


def _judged(value: Mapping[str, Any]) -> tuple[bool, Any, Any]:
    """Whether it succeeded, the response and the error, by the row's own words."""
    if "modelOutput" in value or "recordId" in value:
        error = value.get("error")
        if error is not None or "modelOutput" not in value:
            return False, None, error or {"message": "the row has no output"}
        return True, {"status_code": 200, "body": completion(value["modelOutput"])}, None
    if "status" in value and "custom_id" not in value:
        status = value["status"]
        if status or not value.get("response"):
            return False, None, {"message": str(status or "the row has no response")}
        return True, {"status_code": 200, "body": completion(value["response"])}, None
    response, error = value.get("response"), value.get("error")
    code = response.get("status_code") if isinstance(response, dict) else None
    ok = error is None and isinstance(code, int) and code in _OK
    return ok, response, error


def completion(body: Any) -> Any:
    """A native body of a known family as a `chat.completion`; any other body as it is."""
    if not isinstance(body, dict):
        return body
    if isinstance(body.get("content"), list):  # Anthropic's messages
        usage = _object(body, "usage")
        return _chat(
            body,
            _joined(body["content"]),
            body.get("stop_reason"),
            usage.get("input_tokens"),
            usage.get("output_tokens"),
        )
    message = _object(body, "output").get("message")
    if isinstance(message, dict):  # Amazon Nova, and Bedrock's Converse
        usage = _object(body, "usage")
        return _chat(
            body,
            _joined(message.get("content")),
            body.get("stopReason"),
            usage.get("inputTokens"),
            usage.get("outputTokens"),
        )
    candidates = body.get("candidates")
    if isinstance(candidates, list) and candidates and isinstance(candidates[0], dict):  # Gemini
        usage = _object(body, "usageMetadata")
        return _chat(
            body,
            _joined(_object(candidates[0], "content").get("parts")),
            candidates[0].get("finishReason"),
            usage.get("promptTokenCount"),
            usage.get("candidatesTokenCount"),
        )
    return body


def _object(body: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = body.get(name)
    return value if isinstance(value, dict) else {}


_FINISH = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "STOP": "stop",
    "max_tokens": "length",
    "MAX_TOKENS": "length",
    "tool_use": "tool_calls",
    "SAFETY": "content_filter",
}


def _joined(parts: Any) -> str:
    if not isinstance(parts, list):
        return ""
    return "".join(str(p["text"]) for p in parts if isinstance(p, dict) and "text" in p)


def _chat(
    body: Mapping[str, Any], text: str, finish: Any, prompt: Any, generated: Any
) -> dict[str, Any]:
    counts = [count for count in (prompt, generated) if isinstance(count, int)]
    return {
        "object": "chat.completion",
        "model": body.get("model") or body.get("modelVersion"),
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": text},
                "finish_reason": _FINISH.get(str(finish), finish),
            }
        ],
        "usage": {
            "prompt_tokens": prompt,
            "completion_tokens": generated,
            "total_tokens": sum(counts) if counts else None,
        },
    }
