"""A stand-in for the model: the same short answer for the same prompt, in Gemini's shape."""

import hashlib
import json
from datetime import UTC, datetime
from typing import Any

Row = dict[str, Any]

_ROLES = {None, "user", "model"}
_MAX_OUTPUT = 65_536
_MAX_TEMPERATURE = 2
_CHARACTERS_PER_TOKEN = 4
_QUOTED_WORDS = 12


def answer_row(row: Row, model: str) -> Row:
    """One request's result: its own other keys, and a response or a status that says why none."""
    request = row["request"]
    refusal = _refusal(request)
    result = {
        **row,
        "status": f"Bad Request: {json.dumps(refusal)}" if refusal else "",
        "processed_time": datetime.now(UTC).isoformat(),
    }
    return result if refusal else {**result, "response": _response(request, model)}


def _refusal(request: Row) -> Row:
    """The error body for a request that the model does not take; empty for a good one."""
    settings = request.get("generationConfig") or {}
    message = ""
    if any(turn.get("role") not in _ROLES for turn in request["contents"]):
        message = "Please use a valid role: user, model."
    elif not 1 <= settings.get("maxOutputTokens", 1) <= _MAX_OUTPUT:
        message = f"max_output_tokens must be from 1 to {_MAX_OUTPUT}."
    elif not 0 <= settings.get("temperature", 0) <= _MAX_TEMPERATURE:
        message = f"temperature must be from 0 to {_MAX_TEMPERATURE}."
    if not message:
        return {}
    return {"error": {"code": 400, "message": message, "status": "INVALID_ARGUMENT"}}


def _response(request: Row, model: str) -> Row:
    settings = request.get("generationConfig") or {}
    prompt = " ".join(
        str(part["text"])
        for turn in request["contents"]
        for part in turn["parts"]
        if isinstance(part, dict) and part.get("text")
    )
    text, reason = _text(prompt, settings), "STOP"
    allowed = settings.get("maxOutputTokens", _MAX_OUTPUT)
    if _tokens(text) > allowed:
        text, reason = text[: allowed * _CHARACTERS_PER_TOKEN], "MAX_TOKENS"
    used = {"promptTokenCount": _tokens(prompt), "candidatesTokenCount": _tokens(text)}
    return {
        "candidates": [
            {
                "content": {"role": "model", "parts": [{"text": text}]},
                "finishReason": reason,
                "index": 0,
            }
        ],
        "usageMetadata": {**used, "totalTokenCount": sum(used.values())},
        "modelVersion": model,
        "responseId": hashlib.sha256(prompt.encode()).hexdigest()[:22],
    }


def _text(prompt: str, settings: Row) -> str:
    sentence = f"You asked: {' '.join(prompt.split()[:_QUOTED_WORDS])}"
    if settings.get("responseMimeType") == "application/json":
        return json.dumps({"answer": sentence})
    return sentence


def _tokens(text: str) -> int:
    """About how many tokens a text is."""
    return -(-len(text) // _CHARACTERS_PER_TOKEN)
