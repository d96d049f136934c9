"""What the model answers: short, made from the request alone, and the same every time."""

import hashlib
import json
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from preflight.sandbox.upstream.refusals import bad_request
from preflight.sandbox.upstream.validation import Request

ROLES = frozenset({"system", "developer", "user", "assistant", "tool", "function"})
BYTES_PER_TOKEN = 4
HOTTEST = 2
LONGEST_ANSWERS = (("gpt-4o", 16_384), ("gpt-4.1", 32_768), ("gpt-3.5-turbo", 4_096))
"""Beginning of a model's id -> tokens, of OpenAI's model pages."""

CHAT_FIELDS = frozenset(
    {
        "audio", "frequency_penalty", "function_call", "functions", "logit_bias", "logprobs",
        "max_completion_tokens", "max_tokens", "messages", "metadata", "modalities", "model", "n",
        "parallel_tool_calls", "prediction", "presence_penalty", "prompt_cache_key",
        "prompt_cache_retention", "reasoning_effort", "response_format", "safety_identifier",
        "seed", "service_tier", "stop", "store", "stream", "stream_options", "temperature",
        "tool_choice", "tools", "top_logprobs", "top_p", "user", "verbosity", "web_search_options",
    }
)  # fmt: skip
"""Of OpenAI's API reference."""

_WORDS_QUOTED = 8

Body = dict[str, Any]


def answer(request: Request, created: int) -> tuple[int, Body]:
    """The status code and the body for one request. `created` is in seconds since the epoch."""
    kind = "/" + request.url.removeprefix("/v1").strip("/")
    refused, reply = _KINDS[kind]
    error = refused(request.body)
    if error is not None:
        return HTTPStatus.BAD_REQUEST, error
    mark = digest(request.custom_id, json.dumps(request.body, sort_keys=True))
    return HTTPStatus.OK, reply(request, mark, created)


def enqueued(body: Body) -> int:
    """Tokens of a request's prompt: what a queue counts, and neither its fields nor its names."""
    said = body.get("messages", body.get("input", body.get("prompt")))
    each = said if isinstance(said, list) else [said]
    return sum(_tokens(_text(part)) for part in each)


def digest(*parts: str) -> str:
    """32 hexadecimal digits that stand for these texts."""
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _refused_chat(body: Body) -> Body | None:
    messages = body.get("messages")
    if messages is None:
        return bad_request(
            "Missing required parameter: 'messages'.", "messages", "missing_required_parameter"
        )
    if not isinstance(messages, list) or not messages:
        return bad_request("'messages' must be an array with at least one message.", "messages")
    for position, message in enumerate(messages):
        if not isinstance(message, dict) or message.get("role") not in ROLES:
            where = f"messages[{position}].role"
            return bad_request(f"Invalid value of '{where}'.", where, "invalid_value")
        if "content" not in message and message.get("role") != "assistant":
            where = f"messages[{position}].content"
            return bad_request(
                f"Missing required parameter: '{where}'.", where, "missing_required_parameter"
            )
    if not isinstance(body.get("response_format") or {}, dict):
        return bad_request("'response_format' must be an object.", "response_format")
    return (
        _refused_names(body)
        or _refused_length(body)
        or _refused_sampling(body, ("max_tokens", "max_completion_tokens"))
    )


def _refused_names(body: Body) -> Body | None:
    strange = next((name for name in body if name not in CHAT_FIELDS), None)
    if strange is None:
        return None
    return bad_request(f"Unrecognized request argument supplied: {strange}", strange)


def _refused_length(body: Body) -> Body | None:
    """A longer answer than the model gives; reasoning models call the bound by one name alone."""
    model, asked = str(body.get("model", "")), body.get("max_tokens")
    if asked is not None and model.startswith(("o1", "o3", "o4", "gpt-5")):
        message = (
            "Unsupported parameter: 'max_tokens' is not supported with this model. Use "
            "'max_completion_tokens' instead."
        )
        return bad_request(message, "max_tokens", "unsupported_parameter")
    most = next((most for start, most in LONGEST_ANSWERS if model.startswith(start)), None)
    if most is not None and isinstance(asked, int) and asked > most:
        message = (
            f"max_tokens is too large: {asked}. This model supports at most {most} completion "
            f"tokens, whereas you provided {asked}."
        )
        return bad_request(message, "max_tokens", "invalid_value")
    return None


def _refused_input(body: Body) -> Body | None:
    if not body.get("input"):
        return bad_request(
            "Missing required parameter: 'input'.", "input", "missing_required_parameter"
        )
    return _refused_sampling(body, ("max_output_tokens",))


def _refused_prompt(body: Body) -> Body | None:
    if not body.get("prompt"):
        return bad_request(
            "Missing required parameter: 'prompt'.", "prompt", "missing_required_parameter"
        )
    return _refused_sampling(body, ("max_tokens",))


def _refused_sampling(body: Body, limits: tuple[str, ...]) -> Body | None:
    for limit in limits:
        value = body.get(limit)
        if value is not None and (
            not isinstance(value, int) or isinstance(value, bool) or value < 1
        ):
            return bad_request(f"'{limit}' must be an integer of at least 1.", limit)
    heat = body.get("temperature")
    if heat is not None and (not isinstance(heat, int | float) or not 0 <= heat <= HOTTEST):
        return bad_request(f"'temperature' must be a number from 0 to {HOTTEST}.", "temperature")
    return None


def _chat(request: Request, mark: str, created: int) -> Body:
    prompt = _text(request.body["messages"][-1].get("content"))
    limit = request.body.get("max_completion_tokens") or request.body.get("max_tokens")
    words = _sentence(prompt).split()
    whole = limit is None or len(words) <= limit
    said = " ".join(words if whole else words[:limit])
    if (request.body.get("response_format") or {}).get("type", "text") != "text":
        said = json.dumps({"answer": said})
    choice = {
        "index": 0,
        "message": {"role": "assistant", "content": said, "refusal": None},
        "logprobs": None,
        "finish_reason": "stop" if whole else "length",
    }
    return {
        "id": f"chatcmpl-{mark}",
        "object": "chat.completion",
        "created": created,
        "model": request.model.name,
        "choices": [choice],
        "usage": _usage("prompt_tokens", "completion_tokens", prompt, said),
        "system_fingerprint": "fp_sandbox",
    }


def _response(request: Request, mark: str, created: int) -> Body:
    prompt = _text(request.body["input"])
    said = _sentence(prompt)
    content = {"type": "output_text", "text": said, "annotations": []}
    message = {
        "id": f"msg_{mark}",
        "type": "message",
        "role": "assistant",
        "status": "completed",
        "content": [content],
    }
    return {
        "id": f"resp_{mark}",
        "object": "response",
        "created_at": created,
        "status": "completed",
        "error": None,
        "model": request.model.name,
        "output": [message],
        "usage": _usage("input_tokens", "output_tokens", prompt, said),
    }


def _embedding(request: Request, mark: str, created: int) -> Body:
    del mark, created  # an embedding bears neither an id nor a time
    given = request.body["input"]
    texts = given if isinstance(given, list) else [given]
    vectors = [
        {"object": "embedding", "index": index, "embedding": _vector(_text(text))}
        for index, text in enumerate(texts)
    ]
    tokens = sum(_tokens(_text(text)) for text in texts)
    return {
        "object": "list",
        "data": vectors,
        "model": request.model.name,
        "usage": {"prompt_tokens": tokens, "total_tokens": tokens},
    }


def _completion(request: Request, mark: str, created: int) -> Body:
    prompt = _text(request.body["prompt"])
    said = _sentence(prompt)
    return {
        "id": f"cmpl-{mark}",
        "object": "text_completion",
        "created": created,
        "model": request.model.name,
        "choices": [{"index": 0, "text": said, "logprobs": None, "finish_reason": "stop"}],
        "usage": _usage("prompt_tokens", "completion_tokens", prompt, said),
    }


def _text(content: Any) -> str:
    """The text of a content: a string, or parts of which those of text count."""
    if isinstance(content, list):
        return " ".join(filter(None, map(_text, content)))
    if isinstance(content, dict):
        return _text(content.get("text", content.get("content", "")))
    return "" if content is None else str(content)


def _sentence(prompt: str) -> str:
    words = prompt.split()
    return f"You asked: {' '.join(words[:_WORDS_QUOTED])}{' ...' * (len(words) > _WORDS_QUOTED)}"


def _vector(text: str) -> list[float]:
    return [round(int(digit, 16) / 15 - 0.5, 4) for digit in digest(text)[:8]]


def _tokens(text: str) -> int:
    return len(text) // BYTES_PER_TOKEN + 1


def _usage(into: str, out_of: str, prompt: str, said: str) -> Body:
    taken, given = _tokens(prompt), _tokens(said)
    return {into: taken, out_of: given, "total_tokens": taken + given}


_KINDS: dict[str, tuple[Callable[[Body], Body | None], Callable[[Request, str, int], Body]]] = {
    "/chat/completions": (_refused_chat, _chat),
    "/responses": (_refused_input, _response),
    "/embeddings": (_refused_input, _embedding),
    "/completions": (_refused_prompt, _completion),
}
