"""About how many prompt tokens a request has.

Bytes say little: an escaped character takes six, an image a hundred thousand. So the line is
decoded and its text counted: four ASCII characters to a token, one character of any other script.
Images and audio are not counted, as each model counts them its own way.
"""

from collections.abc import Iterator
from typing import Any

from msgspec import MsgspecError, Struct
from msgspec.json import Decoder, decode

ASCII_PER_TOKEN = 4
TEXT_FIELDS = frozenset({"content", "text", "input", "prompt", "instructions", "arguments"})

Scalar = str | int | float | bool | None


class _Message(Struct, gc=False, forbid_unknown_fields=True):
    role: str
    content: str


class _Chat(Struct, gc=False, forbid_unknown_fields=True):
    """A body whose only text is in its messages, which are text alone: what most bodies are."""

    messages: list[_Message]
    model: str | None = None
    max_tokens: Scalar = None
    max_completion_tokens: Scalar = None
    temperature: Scalar = None
    top_p: Scalar = None
    n: Scalar = None
    seed: Scalar = None
    stream: Scalar = None
    user: Scalar = None
    presence_penalty: Scalar = None
    frequency_penalty: Scalar = None
    logprobs: Scalar = None
    top_logprobs: Scalar = None
    reasoning_effort: Scalar = None


class _Line(Struct, gc=False):
    body: _Chat


class Told(Struct, gc=False, forbid_unknown_fields=True):
    """A line that is a chat of text alone, with its id."""

    custom_id: str
    body: _Chat
    method: str | None = None
    url: str | None = None


_chat_of = Decoder(_Line).decode
told = Decoder(Told).decode
"""Reads such a line; raises MsgspecError or UnicodeDecodeError on any other."""


def tokens_of(line: bytes) -> int:
    """About how many prompt tokens one request has; 0 where it is no request."""
    return media_and_tokens(line)[1]


def media_and_tokens(line: bytes) -> tuple[list[str], int]:
    """The types of its content parts that are no text (image_url, ...), sorted, and its tokens."""
    try:
        return [], tokens_told(_chat_of(line).body)
    except (MsgspecError, UnicodeDecodeError, RecursionError):
        body = _body_of(line)  # Every other body, and what is none.
    return sorted(_media(body)), sum(map(_tokens, _texts(body)))


def tokens_told(body: _Chat) -> int:
    """Of a chat of text alone."""
    return sum([_tokens(message.content) for message in body.messages])


def _body_of(line: bytes) -> dict[str, Any]:
    """Of one request; empty where it is none."""
    try:
        request = decode(line)
    except (MsgspecError, UnicodeDecodeError, RecursionError):
        return {}
    body = request.get("body") if isinstance(request, dict) else None
    return body if isinstance(body, dict) else {}


def _media(body: dict[str, Any]) -> set[str]:
    """The types of its content parts that are no text: image_url, input_audio, ..."""
    found: set[str] = set()
    said = body.get("messages", body.get("input"))
    for message in said if isinstance(said, list) else []:
        content = message.get("content") if isinstance(message, dict) else None
        for part in content if isinstance(content, list) else []:
            kind = part.get("type") if isinstance(part, dict) else None
            if isinstance(kind, str) and kind not in _TEXT:
                found.add(kind)
    return found


_TEXT = frozenset({"text", "input_text", "output_text", "refusal"})


def _tokens(text: str) -> int:
    if text.startswith("data:"):
        return 0
    if text.isascii():
        return -(-len(text) // ASCII_PER_TOKEN)
    ascii_only = len(text.encode("ascii", "ignore"))
    return -(-ascii_only // ASCII_PER_TOKEN) + len(text) - ascii_only


def _texts(body: dict[str, Any]) -> Iterator[str]:
    """The strings that are prompt: contents and inputs anywhere, and all of `tools`."""
    todo: list[tuple[Any, bool]] = [(body, False)]
    while todo:
        value, counts = todo.pop()
        if isinstance(value, dict):
            todo.extend((v, counts or k in TEXT_FIELDS or k == "tools") for k, v in value.items())
        elif isinstance(value, list):
            todo.extend((item, counts) for item in value)
        elif isinstance(value, str) and counts:
            yield value
