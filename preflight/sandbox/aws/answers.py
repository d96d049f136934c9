"""What the sandbox's models say: a sentence made from the request, in each family's own shape."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

_SHOWN = 60
"""Characters of the prompt that the sentence repeats."""


@dataclass(frozen=True, slots=True)
class Answered:
    """One line of output and its tokens; `failed` where the line carries an error instead."""

    line: Mapping[str, Any]
    input_tokens: int = 0
    output_tokens: int = 0
    failed: bool = False


def answer(row: Mapping[str, Any], model: str, *, converse: bool) -> Answered:
    """Answer one `{"recordId", "modelInput"}`. What the model does not understand fails alone."""
    asked = row["modelInput"]
    anthropic = model.startswith("anthropic.") and not converse
    required = ("anthropic_version", "max_tokens", "messages") if anthropic else ("messages",)
    missing = [name for name in required if name not in asked]
    short = anthropic and not missing and asked["max_tokens"] < 1
    if missing or short:
        wrong = (
            f"#/max_tokens: {asked['max_tokens']} is not greater or equal to 1"
            if short
            else f"#: required key [{missing[0]}] not found"
        )
        message = f"Malformed input request: {wrong}, please reformat your input and try again."
        error = {"errorCode": 400, "errorMessage": message, "expired": False, "retryable": False}
        return Answered({**row, "error": error}, failed=True)
    prompt = _text(asked["messages"][-1]["content"]) if asked["messages"] else ""
    sentence = f"The sandbox read: {prompt[:_SHOWN]}"
    read, written = len(json.dumps(asked["messages"])) // 4, len(sentence) // 4
    shape = _anthropic if anthropic else _converse
    return Answered({**row, "modelOutput": shape(model, sentence, read, written)}, read, written)


def _anthropic(model: str, sentence: str, read: int, written: int) -> dict[str, Any]:
    return {
        "model": model.removeprefix("anthropic.").partition("-v")[0],
        "id": f"msg_bdrk_{sha256(sentence.encode()).hexdigest()[:24]}",
        "type": "message",
        "role": "assistant",
        "content": [{"type": "text", "text": sentence}],
        "stop_reason": "end_turn",
        "stop_sequence": None,
        "usage": {"input_tokens": read, "output_tokens": written},
    }


def _converse(_model: str, sentence: str, read: int, written: int) -> dict[str, Any]:
    """The shape of the Converse API, which Nova models speak in InvokeModel too."""
    return {
        "output": {"message": {"role": "assistant", "content": [{"text": sentence}]}},
        "stopReason": "end_turn",
        "usage": {"inputTokens": read, "outputTokens": written, "totalTokens": read + written},
    }


def _text(content: Any) -> str:
    if isinstance(content, str):
        return content
    return " ".join(str(part.get("text", "")) for part in content)
