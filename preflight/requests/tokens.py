"""About how many prompt tokens a file holds, from a sample of its lines.

Bytes say little: an escaped character takes six, an image a hundred thousand. So one line in 64 is
decoded and its text counted: four ASCII characters to a token, one character of any other script.
Images and audio are not counted, as each model counts them its own way.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from msgspec import MsgspecError
from msgspec.json import decode

from preflight.requests.tally import Tally

EVERY = 64
ASCII_PER_TOKEN = 4
TEXT_FIELDS = frozenset({"content", "text", "input", "prompt", "instructions", "arguments"})


@dataclass(slots=True)
class TokenSample:
    """The first 64 lines are known, of the others one in 64."""

    head_tokens: int = 0
    head_bytes: int = 0
    tokens: int = 0
    sampled_bytes: int = 0
    media: Tally = field(default_factory=Tally)
    _next: int = EVERY

    def look(self, lines: list[bytes], first: int) -> None:
        """Take what is due of these lines; `first` is the index of their first in the file."""
        for number, line in enumerate(lines[: max(0, EVERY - first)], first + 1):
            self.head_tokens += self._look(line, number)
            self.head_bytes += len(line) + 1
        while self._next < first + len(lines):
            line = lines[self._next - first]
            self.tokens += self._look(line, self._next + 1)
            self.sampled_bytes += len(line) + 1
            self._next += EVERY

    def _look(self, line: bytes, number: int) -> int:
        body = _body_of(line)
        for kind in sorted(_media(body)):
            self.media.add(kind, (number,))
        return _tokens_of(body)

    def estimate(self, size: int) -> int:
        """Of a file of so many bytes."""
        if not self.head_bytes:
            return 0
        rate = (
            self.tokens / self.sampled_bytes
            if self.sampled_bytes
            else self.head_tokens / self.head_bytes
        )
        return self.head_tokens + round(rate * max(0, size - self.head_bytes))


def tokens_of(line: bytes) -> int:
    """About how many prompt tokens one request has; 0 where it is no request."""
    return _tokens_of(_body_of(line))


def _body_of(line: bytes) -> dict[str, Any]:
    """Of one request; empty where it is none."""
    try:
        request = decode(line)
    except (MsgspecError, UnicodeDecodeError, RecursionError):
        return {}
    body = request.get("body") if isinstance(request, dict) else None
    return body if isinstance(body, dict) else {}


def _tokens_of(body: dict[str, Any]) -> int:
    return sum(map(_tokens, _texts(body)))


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
        elif isinstance(value, str) and counts and not value.startswith("data:"):
            yield value
