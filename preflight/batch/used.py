"""How many tokens the results of a run say that they took."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from msgspec import DecodeError, Struct, ValidationError
from msgspec.json import Decoder

from preflight.batch.blocks import TooLong, blocks


class _Usage(Struct, gc=False):
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    input_tokens: int | None = None
    output_tokens: int | None = None


class _Body(Struct, gc=False):
    usage: _Usage | None = None
    model: str | None = None


class _Response(Struct, gc=False):
    body: _Body


class _Row(Struct, gc=False):
    response: _Response


_read = Decoder(_Row).decode


@dataclass(slots=True)
class Used:
    """Of the results of one model. `rows` is how many say anything of it."""

    prompts: int = 0
    answers: int = 0
    rows: int = 0


def used(results: Path) -> Mapping[str, Used]:
    """The tokens of a run's results.jsonl, by the model that each answer names ("": none)."""
    found: dict[str, Used] = {}
    with results.open("rb") as file:
        for block in blocks(file):
            if isinstance(block, TooLong):
                continue
            for line in block.lines:
                _add(found, line)
    return found


def _add(found: dict[str, Used], line: bytes) -> None:
    try:
        body = _read(line).response.body
    except (DecodeError, ValidationError):
        return  # its body is of another form, which counts no tokens
    usage = body.usage
    if usage is None:
        return
    prompt = usage.prompt_tokens if usage.prompt_tokens is not None else usage.input_tokens
    answer = usage.completion_tokens if usage.completion_tokens is not None else usage.output_tokens
    if prompt is None and answer is None:
        return
    of = found.setdefault(body.model or "", Used())
    of.prompts += prompt or 0
    of.answers += answer or 0
    of.rows += 1
