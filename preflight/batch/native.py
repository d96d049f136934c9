"""Answers in the models' own forms, given the form of a chat completion.

Known: Anthropic's messages; Amazon Nova, and whatever is asked through Bedrock's Converse; Google's
Gemini; Amazon Titan, Meta's Llama, Mistral and Cohere as Bedrock's InvokeModel has them. A body of
another form, or with more in it than a chat completion can hold (an image), is left as it came.

Sources: the vendors' API references and Bedrock's pages on inference parameters, read October 2026.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

_FINISH = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "STOP": "stop",
    "COMPLETE": "stop",
    "FINISH": "stop",
    "max_tokens": "length",
    "MAX_TOKENS": "length",
    "LENGTH": "length",
    "tool_use": "tool_calls",
    "refusal": "content_filter",
    "content_filtered": "content_filter",
    "guardrail_intervened": "content_filter",
    "CONTENT_FILTERED": "content_filter",
    "ERROR_TOXIC": "content_filter",
    "SAFETY": "content_filter",
    "RECITATION": "content_filter",
    "BLOCKLIST": "content_filter",
    "PROHIBITED_CONTENT": "content_filter",
    "SPII": "content_filter",
}


class _NotCarried(Exception):
    """There is something in the answer that a chat completion has no place for."""


@dataclass(slots=True)
class _Said:
    """What the model said in one choice; `words` are its parts, `thought` its reasoning."""

    finish: Any
    words: list[str] = field(default_factory=list)
    thought: list[str] = field(default_factory=list)
    calls: list[dict[str, Any]] = field(default_factory=list)

    def call(self, name: Any, arguments: Any, identifier: Any) -> None:
        function = {"name": name, "arguments": json.dumps(arguments or {}, ensure_ascii=False)}
        named = identifier or f"call_{len(self.calls)}"
        self.calls.append({"id": named, "type": "function", "function": function})

    def choice(self, index: int) -> dict[str, Any]:
        text = "".join(self.words)
        message: dict[str, Any] = {"role": "assistant", "content": text}
        finish = _FINISH.get(str(self.finish), self.finish)
        if self.calls:
            message |= {"content": text or None, "tool_calls": self.calls}
            finish = "tool_calls" if finish == "stop" else finish
        if self.thought:
            message["reasoning_content"] = "".join(self.thought)
        return {"index": index, "message": message, "finish_reason": finish}


def completion(body: Any) -> Any:
    """A native body of a known family as a `chat.completion`; any other body as it is."""
    if not isinstance(body, dict):
        return body
    try:
        return next((made for read in _FAMILIES if (made := read(body)) is not None), body)
    except _NotCarried:
        return body


def _chat(body: Mapping[str, Any], said: list[_Said], prompt: Any, generated: Any) -> Any:
    counts = [count for count in (prompt, generated) if isinstance(count, int)]
    return {
        "id": body.get("id") or body.get("responseId"),
        "object": "chat.completion",
        "model": body.get("model") or body.get("modelVersion"),
        "choices": [each.choice(index) for index, each in enumerate(said)],
        "usage": {
            "prompt_tokens": prompt,
            "completion_tokens": generated,
            "total_tokens": sum(counts) if counts else None,
        },
    }


def _anthropic(body: Mapping[str, Any]) -> Any:
    parts = body.get("content")
    if not isinstance(parts, list):
        return None
    said = _Said(body.get("stop_reason"))
    for part in parts:
        kind = part.get("type", "text") if isinstance(part, dict) else None
        if kind == "text" and isinstance(part.get("text"), str):
            said.words.append(part["text"])
        elif kind == "thinking":
            said.thought.append(str(part.get("thinking", "")))
        elif kind == "tool_use":
            said.call(part.get("name"), part.get("input"), part.get("id"))
        elif kind != "redacted_thinking":
            raise _NotCarried
    usage = _object(body, "usage")
    # What was read from a cache was part of the prompt, and is counted apart.
    prompt = _sum(usage, "input_tokens", "cache_read_input_tokens", "cache_creation_input_tokens")
    return _chat(body, [said], prompt, usage.get("output_tokens"))


def _converse(body: Mapping[str, Any]) -> Any:
    message = _object(body, "output").get("message")
    if not isinstance(message, dict):
        return None
    said = _Said(body.get("stopReason"))
    for part in _list(message, "content"):
        if not isinstance(part, dict):
            raise _NotCarried
        if isinstance(part.get("text"), str):
            said.words.append(part["text"])
        elif isinstance(call := part.get("toolUse"), dict):
            said.call(call.get("name"), call.get("input"), call.get("toolUseId"))
        elif isinstance(thought := part.get("reasoningContent"), dict):
            said.thought.append(str(_object(thought, "reasoningText").get("text", "")))
        else:
            raise _NotCarried
    usage = _object(body, "usage")
    prompt = _sum(usage, "inputTokens", "cacheReadInputTokens", "cacheWriteInputTokens")
    return _chat(body, [said], prompt, usage.get("outputTokens"))


def _gemini(body: Mapping[str, Any]) -> Any:
    candidates = body.get("candidates")
    if not isinstance(candidates, list):
        return None
    said = [_candidate(each) for each in candidates]
    usage = _object(body, "usageMetadata")
    # Thoughts are charged as output, and counted apart.
    generated = _sum(usage, "candidatesTokenCount", "thoughtsTokenCount")
    return _chat(body, said, usage.get("promptTokenCount"), generated) if said else None


def _candidate(candidate: Any) -> _Said:
    if not isinstance(candidate, dict) or not (candidate.keys() & {"content", "finishReason"}):
        raise _NotCarried
    said = _Said(candidate.get("finishReason"))
    for part in _list(_object(candidate, "content"), "parts"):
        if not isinstance(part, dict):
            raise _NotCarried
        if isinstance(part.get("text"), str):
            (said.thought if part.get("thought") is True else said.words).append(part["text"])
        elif isinstance(call := part.get("functionCall"), dict):
            said.call(call.get("name"), call.get("args"), call.get("id"))
        else:
            raise _NotCarried
    return said


def _llama(body: Mapping[str, Any]) -> Any:
    if not isinstance(text := body.get("generation"), str):
        return None
    said = _Said(body.get("stop_reason"), [text])
    return _chat(body, [said], body.get("prompt_token_count"), body.get("generation_token_count"))


def _texts(name: str, text: str, finish: str) -> Callable[[Mapping[str, Any]], Any]:
    """A reader of `{name: [{text, finish}]}`."""

    def read(body: Mapping[str, Any]) -> Any:
        found = body.get(name)
        if not isinstance(found, list) or not found:
            return None
        if not all(isinstance(each, dict) and isinstance(each.get(text), str) for each in found):
            return None
        said = [_Said(each.get(finish), [each[text]]) for each in found]
        counts = [each.get("tokenCount") for each in found]
        generated = sum(counts) if all(isinstance(count, int) for count in counts) else None
        return _chat(body, said, body.get("inputTextTokenCount"), generated)

    return read


def _cohere(body: Mapping[str, Any]) -> Any:
    if not isinstance(text := body.get("text"), str) or "generation_id" not in body:
        return None
    if body.get("tool_calls"):
        raise _NotCarried
    return _chat(body, [_Said(body.get("finish_reason"), [text])], None, None)


_FAMILIES = (
    _anthropic,
    _converse,
    _gemini,
    _llama,
    _texts("results", "outputText", "completionReason"),  # Titan
    _texts("outputs", "text", "stop_reason"),  # Mistral
    _texts("generations", "text", "finish_reason"),  # Cohere's Command
    _cohere,
)


def _object(body: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = body.get(name)
    return value if isinstance(value, dict) else {}


def _list(body: Mapping[str, Any], name: str) -> list[Any]:
    """What stands there, where it is a list; nothing, where nothing stands there."""
    value = body.get(name)
    if isinstance(value, list):
        return value
    if value is not None:
        raise _NotCarried
    return []


def _sum(usage: Mapping[str, Any], first: str, *others: str) -> Any:
    """The first count and those that are told beside it; as it came where it is no number."""
    count = usage.get(first)
    if not isinstance(count, int):
        return count
    return count + sum(more for name in others if isinstance(more := usage.get(name), int))
