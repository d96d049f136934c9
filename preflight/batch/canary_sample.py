"""The requests of a canary: the user's own first ones, as they are, but for two things.

Each `custom_id` takes a prefix, so that nobody takes the row for one of the real run, and the bound
on the length of an answer is lowered where the body has one: what is proved is that the job runs,
not what the model says.
"""

import hashlib
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec

from preflight.requests.tokens import tokens_of
from preflight.seams import RequestFileError

LOWERED = 1
"""Tokens of an answer: the smallest that every chat model takes as `max_tokens`."""

_BOUNDS = ("max_tokens", "max_completion_tokens")
_OTHER_BOUNDS = ("max_output_tokens",)
_THINKING = ("thinking", "reasoning", "reasoning_effort")
"""Fields of a body that asks the model to reason: such a one may refuse a bound that is too low."""

_ASIDE = ("openai", "azure")
"""Where the body goes through as it is: `max_completion_tokens` is what a reasoning model takes,
which answers with an error where it cannot end within it, so there it stays."""


@dataclass(frozen=True, slots=True)
class Sample:
    """What is sent.

    Attributes:
        content: the lines.
        lines: which of the file's they are, from 1.
        lowered: the bounds that were lowered: `max_tokens`.
        prompt_tokens: of all prompts, estimated.
        answer_tokens: of all answers, at most; None where a request sets no bound.
    """

    content: bytes
    lines: tuple[int, ...]
    lowered: tuple[str, ...]
    prompt_tokens: int
    answer_tokens: int | None

    @property
    def count(self) -> int:
        """How many requests."""
        return len(self.lines)

    @property
    def sha256(self) -> str:
        """Of the content, in hex."""
        return hashlib.sha256(self.content).hexdigest()


class _Request(msgspec.Struct):
    custom_id: str
    body: dict[str, msgspec.Raw]


def prefix(provider: str) -> str:
    """What stands before each `custom_id`: a letter first, as Vertex AI wants it.

    Amazon Bedrock calls its record ids alphanumeric, so that there it is letters alone.
    """
    return "canary" if provider == "bedrock" else "canary-"


def sample(path: Path, provider: str, count: int, faulty: Collection[int]) -> Sample:
    """Take the first `count` requests, leaving out blank lines and those of `faulty`, from 1.

    Raises RequestFileError where the file holds fewer.
    """
    taken: list[bytes] = []
    numbers: list[int] = []
    lowered: dict[str, None] = {}
    prompts, answers = 0, 0
    bounded = True
    for number, line in _lines(path, faulty):
        request = _read(line)
        if request is None:
            continue
        names = _lower(request.body, provider)
        lowered.update(dict.fromkeys(names))
        bound = _bound(request.body)
        bounded = bounded and bound is not None
        answers += bound or 0
        prompts += tokens_of(line)
        taken.append(_written(line, request, provider))
        numbers.append(number)
        if len(taken) == count:
            break
    if len(taken) < count:
        raise RequestFileError(
            str(path),
            f"holds {len(taken):,} requests that can be sent, and a job of {provider} needs "
            f"{count:,}",
            "add requests",
        )
    return Sample(
        b"".join(taken), tuple(numbers), tuple(lowered), prompts, answers if bounded else None
    )


def _lines(path: Path, faulty: Collection[int]) -> Iterator[tuple[int, bytes]]:
    try:
        with path.open("rb") as file:
            for number, line in enumerate(file, 1):
                if line.strip() and number not in faulty:
                    yield number, line
    except OSError as error:
        what = f"cannot be read ({error.strerror or error})"
        raise RequestFileError(str(path), what, "make it readable for this user") from error


def _read(line: bytes) -> _Request | None:
    try:
        request = msgspec.json.decode(line, type=_Request)
    except (ValueError, RecursionError):
        return None
    return request if request.custom_id else None


def _lower(body: dict[str, msgspec.Raw], provider: str) -> tuple[str, ...]:
    """Lower the body's bounds in place; the names of those that were higher."""
    if any(name in body for name in _THINKING):
        return ()
    found = []
    for name in _BOUNDS[: 1 if provider in _ASIDE else None]:
        value = _number(body.get(name))
        if value is not None and value > LOWERED:
            body[name] = msgspec.Raw(str(LOWERED).encode())
            found.append(name)
    return tuple(found)


def _bound(body: dict[str, msgspec.Raw]) -> int | None:
    found = [_number(body.get(name)) for name in (*_BOUNDS, *_OTHER_BOUNDS)]
    return max((value for value in found if value is not None), default=None)


def _number(raw: msgspec.Raw | None) -> int | None:
    try:
        return msgspec.json.decode(raw, type=int) if raw is not None else None
    except ValueError:
        return None


def _written(line: bytes, request: _Request, provider: str) -> bytes:
    """The line with its new id and its body; every other value is written byte for byte."""
    values = msgspec.json.decode(line, type=dict[str, msgspec.Raw])
    values["custom_id"] = msgspec.Raw(msgspec.json.encode(prefix(provider) + request.custom_id))
    values["body"] = msgspec.Raw(msgspec.json.encode(request.body))
    return msgspec.json.encode(values) + b"\n"
