"""What a body holds beside model and prompt: which settings are in use, and how long an answer."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from msgspec import MsgspecError
from msgspec.json import decode

from preflight.requests.fault import quoted

LENGTHS = ("max_tokens", "max_completion_tokens", "max_output_tokens")
"""The settings that bound the answer, in tokens."""

NEUTRAL: Mapping[str, frozenset[bytes]] = {
    "n": frozenset({b"1"}),
    "temperature": frozenset({b"1", b"1.0"}),
    "top_p": frozenset({b"1", b"1.0"}),
    "presence_penalty": frozenset({b"0", b"0.0"}),
    "frequency_penalty": frozenset({b"0", b"0.0"}),
    "logprobs": frozenset({b"false"}),
}
"""Values that are the same as leaving the setting out (OpenAI's API reference)."""

ELSEWHERE = frozenset({"model", "stream", "tools", "response_format"})
"""Fields of a body that are looked at by themselves."""


class Settings(NamedTuple):
    """Of one body.

    `used`: the settings with an effect; `idle`: those with none, and their JSON; `longest`: the
    tokens an answer may have, 0 where none is named; `fault`: what is wrong with that, "" for
    nothing.
    """

    used: tuple[str, ...] = ()
    idle: tuple[tuple[str, bytes], ...] = ()
    longest: int = 0
    fault: str = ""


def settings(body: Mapping[str, Any], prompt: str) -> Settings:
    """Read those of a body whose fields are still JSON; `prompt` is the field of the prompt."""
    used: list[str] = []
    idle: list[tuple[str, bytes]] = []
    longest, fault = 0, ""
    for name, raw in body.items():
        if name in ELSEWHERE or name == prompt:
            continue
        value = bytes(raw).strip() if len(raw) < _SHORT else b"long"
        if value == b"null" or value in NEUTRAL.get(name, ()):
            idle.append((name, value))
            continue
        used.append(name)
        if name in LENGTHS:
            length = _length(value)
            longest = max(longest, length)
            if not length and not fault:
                shown = quoted(value.decode(errors="replace")).strip('"')
                fault = f"{name} is {shown}, not a whole number above 0"
    return Settings(tuple(used), tuple(idle), longest, fault)


_SHORT = 40


def _length(value: bytes) -> int:
    """0 for what is none."""
    try:
        number = decode(value)
    except MsgspecError:
        return 0
    whole = isinstance(number, int) and not isinstance(number, bool)
    return number if whole and number > 0 else 0
