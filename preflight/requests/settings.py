"""What a body holds beside model and prompt: which settings are in use, and how long an answer."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from msgspec import MsgspecError
from msgspec.json import decode

from preflight.requests.fault import quoted

LENGTHS = ("max_tokens", "max_completion_tokens", "max_output_tokens")
"""The settings that bound the answer, in tokens."""

NEUTRAL: Mapping[str, float | bool] = {
    "n": 1.0,
    "temperature": 1.0,
    "top_p": 1.0,
    "presence_penalty": 0.0,
    "frequency_penalty": 0.0,
    "logprobs": False,
}
"""Values that are the same as leaving the setting out (OpenAI's API reference)."""

ELSEWHERE = frozenset({"model", "stream", "tools", "response_format"})
"""Fields of a body that are looked at by themselves."""


class Settings(NamedTuple):
    """Of one body.

    `used`: the settings with an effect; `idle`: those with none; of both the value, where it is one
    of NEUTRAL; `longest`: the tokens an answer may have, 0 where none is named; `fault`: what is
    wrong with that, "" for nothing.
    """

    used: tuple[tuple[str, Any], ...] = ()
    idle: tuple[tuple[str, Any], ...] = ()
    longest: int = 0
    fault: str = ""


def settings(body: Mapping[str, Any], prompt: str) -> Settings:
    """Read those of a body whose fields are still JSON; `prompt` is the field of the prompt."""
    used: list[tuple[str, Any]] = []
    idle: list[tuple[str, Any]] = []
    longest, fault = 0, ""
    for name, raw in body.items():
        if name in ELSEWHERE or name == prompt:
            continue
        value = bytes(raw).strip() if len(raw) < _SHORT else b"long"
        if value == b"null":
            idle.append((name, None))
            continue
        if name in NEUTRAL:
            known = _simple(value)
            neutral = NEUTRAL[name]
            same = known == neutral and isinstance(known, bool) == isinstance(neutral, bool)
            (idle if same else used).append((name, known))
            continue
        used.append((name, None))
        if name in LENGTHS:
            length = _length(value)
            longest = max(longest, length)
            if not length and not fault:
                shown = quoted(value.decode(errors="replace")).strip('"')
                fault = f"{name} is {shown}, not a whole number above 0"
    return Settings(tuple(used), tuple(idle), longest, fault)


_SHORT = 40


def _simple(value: bytes) -> float | bool | str | None:
    """A number (as a float), a text or a truth; None for what is more."""
    try:
        found = decode(value)
    except MsgspecError:
        return None
    if isinstance(found, int) and not isinstance(found, bool):
        return float(found)
    return found if isinstance(found, float | bool | str) else None


def _length(value: bytes) -> int:
    """0 for what is none."""
    try:
        number = decode(value)
    except MsgspecError:
        return 0
    whole = isinstance(number, int) and not isinstance(number, bool)
    return number if whole and number > 0 else 0
