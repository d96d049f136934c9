"""About how many prompt tokens a file holds, from a sample of its lines.

Bytes say little: an escaped character takes six, an image a hundred thousand. So one line in 64 is
decoded and its text counted: four ASCII characters to a token, one character of any other script.
Images and audio are not counted, as each model counts them its own way.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from msgspec import MsgspecError
from msgspec.json import decode

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
    _next: int = EVERY

    def look(self, lines: list[bytes], first: int) -> None:
        """Take what is due of these lines; `first` is the index of their first in the file."""
        for line in lines[: max(0, EVERY - first)]:
            self.head_tokens += tokens_of(line)
            self.head_bytes += len(line) + 1
        while self._next < first + len(lines):
            line = lines[self._next - first]
            self.tokens += tokens_of(line)
            self.sampled_bytes += len(line) + 1
            self._next += EVERY

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
    try:
        request = decode(line)
    except (MsgspecError, UnicodeDecodeError, RecursionError):
        return 0
    body = request.get("body") if isinstance(request, dict) else None
    return sum(map(_tokens, _texts(body))) if isinstance(body, dict) else 0


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
