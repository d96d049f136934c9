"""A provider's own result rows as OpenAI's, for `GET /batches/{id}/output`."""

from collections.abc import Callable
from typing import Any

import msgspec

Row = dict[str, Any]

_FINISH = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "STOP": "stop",
    "max_tokens": "length",
    "MAX_TOKENS": "length",
    "content_filtered": "content_filter",
    "SAFETY": "content_filter",
}


def from_bedrock(rows: bytes, model: str) -> bytes:
    """`{recordId, modelInput, modelOutput | error}` rows of Anthropic or Nova, translated."""

    def one(row: Row) -> Row:
        error = row.get("error")
        if error:
            told = {"code": str(error.get("errorCode")), "message": error.get("errorMessage")}
            return _row(row.get("recordId"), error=told)
        output = row["modelOutput"]
        read = _nova if "output" in output else _anthropic
        return _row(row.get("recordId"), body=_completion(model, *read(output)))

    return _translated(rows, one)


def from_vertex(rows: bytes, model: str) -> bytes:
    """`{status, request, requestId, response}` rows of Gemini, translated."""
    name = model.rpartition("/")[2]

    def one(row: Row) -> Row:
        if row.get("status"):
            return _row(row.get("requestId"), error={"code": "failed", "message": row["status"]})
        return _row(row.get("requestId"), body=_completion(name, *_gemini(row["response"])))

    return _translated(rows, one)


def _translated(rows: bytes, one: Callable[[Row], Row]) -> bytes:
    found = [msgspec.json.decode(row) for row in rows.splitlines() if row.strip()]
    return b"".join(msgspec.json.encode(one(row)) + b"\n" for row in found)


def _row(custom_id: Any, body: Row | None = None, error: Row | None = None) -> Row:
    """One row; its ids are of the request, since the providers name none."""
    name = f"batch_req_{custom_id}"
    response = body and {"status_code": 200, "request_id": name, "body": body}
    return {"id": name, "custom_id": custom_id, "response": response, "error": error}


def _completion(model: str, text: str, finish: str, asked: int, answered: int) -> Row:
    return {
        "object": "chat.completion",
        "model": model,
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": text},
                "finish_reason": _FINISH.get(finish, "stop"),
            }
        ],
        "usage": {
            "prompt_tokens": asked,
            "completion_tokens": answered,
            "total_tokens": asked + answered,
        },
    }


def _anthropic(output: Row) -> tuple[str, str, int, int]:
    used = output.get("usage", {})
    return (
        _text(output.get("content", [])),
        output.get("stop_reason", ""),
        used.get("input_tokens", 0),
        used.get("output_tokens", 0),
    )


def _nova(output: Row) -> tuple[str, str, int, int]:
    used = output.get("usage", {})
    return (
        _text(output["output"]["message"]["content"]),
        output.get("stopReason", ""),
        used.get("inputTokens", 0),
        used.get("outputTokens", 0),
    )


def _gemini(response: Row) -> tuple[str, str, int, int]:
    used = response.get("usageMetadata", {})
    first = (response.get("candidates") or [{}])[0]
    return (
        _text(first.get("content", {}).get("parts", [])),
        first.get("finishReason", ""),
        used.get("promptTokenCount", 0),
        used.get("candidatesTokenCount", 0),
    )


def _text(parts: list[Row]) -> str:
    return "".join(part.get("text", "") for part in parts)
