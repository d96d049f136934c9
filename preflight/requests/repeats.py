"""Keys that stand twice in one request, where that decides what the request is.

JSON allows it, and parsers disagree: most take the last, some the first, some refuse the line. Who
is asked (`model`), where (`method`, `url`) and for whom (`custom_id`) must be the same for each of
them; a second `body`, or a second conversation in it, is wrong whatever it says.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from msgspec import DecodeError
from msgspec.json import decode

from preflight.requests.fault import Fault

BODY = b"body"
TOP = (b"custom_id", b"method", b"url", BODY)
"""Keys of the line that are watched."""

MODEL, MESSAGES = b"model", b"messages"
"""Keys of the body that are watched; the second where it is the prompt."""

_TOKEN = re.compile(rb'("[^"\\]*(?:\\.[^"\\]*)*")([ \t\r]*:)?|[][{}]', re.DOTALL)
_WATCHED = re.compile(rb'"(?:custom_id|method|url|body|model|messages)"')
_ESCAPED = re.compile(rb"\\u00[2-7]")


def repetitions(line: bytes, prompt: str, number: int, offset: int) -> list[Fault]:
    """What is wrong with such keys of the line of that number, which starts at that byte."""
    return [
        Fault("repeated_key", number, offset + one.last, one.said) for one in repeated(line, prompt)
    ]


class Repeated(NamedTuple):
    """A key that stands twice: where it does first and last, in bytes from the line's start."""

    key: str
    first: int
    last: int

    @property
    def said(self) -> str:
        """In words; columns are bytes, from 1."""
        return (
            f"has {self.key} twice, at columns {self.first + 1:,} and {self.last + 1:,}: parsers "
            "disagree on which of them counts"
        )


def escapes(raw: bytes) -> bool:
    """Whether a character that a watched key may have is written as an escape."""
    return _ESCAPED.search(raw) is not None


def suspected(line: bytes) -> bool:
    """Whether a line may have a watched key twice; False: it has not."""
    seen = _WATCHED.findall(line)
    return len(set(seen)) < len(seen) or _ESCAPED.search(line) is not None


def repeated(line: bytes, prompt: str) -> list[Repeated]:
    """The watched keys that stand twice in a line that is one JSON object.

    `prompt` is the key of its prompt.
    """
    if not suspected(line):
        return []
    within = {MODEL, MESSAGES} if prompt.encode() == MESSAGES else {MODEL}
    found: dict[bytes, list[tuple[int, bytes]]] = {}
    for depth, inside, key, at, start, stop in _keys(line):
        if key in TOP if depth == 1 else inside == BODY and key in within:
            found.setdefault(key, []).append((at, line[start:stop].strip(b" \t\r,")))
    if len(found.get(BODY, ())) > 1:
        found = {key: places for key, places in found.items() if key in TOP}
    return [
        Repeated(key.decode(), places[0][0], places[-1][0])
        for key, places in found.items()
        if len(places) > 1 and (key in {BODY, MESSAGES} or _differ(places[0], places[-1]))
    ]


def keys_of(line: bytes) -> dict[bytes, tuple[int, int]]:
    """Of each key of a line that is one JSON object, where its value starts and ends."""
    return {one[2]: one[4:] for one in _keys(line) if one[0] == 1}


def _differ(first: tuple[int, bytes], last: tuple[int, bytes]) -> bool:
    """Whether two values do, however they are spelled."""
    try:
        return bool(decode(first[1]) != decode(last[1]))
    except DecodeError:
        return first[1] != last[1]  # Numbers out of range.


def _keys(line: bytes) -> Iterator[tuple[int, bytes, bytes, int, int, int]]:
    """Each key of the object and of objects right in it.

    Its depth (1, 2), the key of the object it is in, the key, where that starts, and where its
    value starts and ends, with blanks and the comma.
    """
    depth = 0
    waiting: list[tuple[bytes, int, int]] = []
    for token in _TOKEN.finditer(line):
        start = token.start()
        text, colon = token[1], token[2]
        closes = text is None and line[start] in b"]}"
        if text is None and not closes:
            depth += 1
            continue
        # A key, or the end of its object, ends the value of the key before it.
        if (closes or colon is not None) and depth in {1, 2} and len(waiting) == depth:
            key, at, value = waiting.pop()
            inside = waiting[-1][0] if waiting else b""
            yield depth, inside, key, at, value, start
        if closes:
            depth -= 1
        elif colon is not None and depth in {1, 2} and len(waiting) == depth - 1:
            name = text[1:-1] if b"\\" not in text else str(decode(text)).encode()
            waiting.append((name, start, token.end()))
