"""One line by itself: quickly where it is a request of any kind, slowly where it is none."""

from msgspec.json import Decoder

from preflight.requests.fault import Fault
from preflight.requests.repeats import repetitions, suspected
from preflight.requests.settings import settings
from preflight.requests.shapes import (
    FEATURES,
    LOOSE,
    PROMPT_DECODERS,
    Facts,
    Messages,
    held,
    prompt_field,
)

_model = Decoder(str | None).decode
_NO_STREAM = frozenset({b"", b"false", b"null"})


def read_line(line: bytes, number: int, offset: int) -> tuple[Facts | None, list[Fault]]:
    """What the line says, and its faults; as `preflight.requests.diagnose.diagnose`."""
    try:
        line.isascii() or line.decode()
        request = LOOSE(line)
        body = request.body
        prompt = prompt_field(request.url or None)
        name, prompts = "", 0
        if prompt is not None:
            name, kind = prompt
            said = PROMPT_DECODERS[kind](body[name])
            prompts = len(said) if kind is Messages else 0
        model = _model(body["model"]) if "model" in body else None
    except (ValueError, TypeError, KeyError, RecursionError):
        return _slowly(line, number, offset)
    found = settings(body, name)
    stream = bytes(body["stream"]).strip() if "stream" in body else b""
    if found.fault or stream not in _NO_STREAM:
        return _slowly(line, number, offset)
    facts = Facts(
        request.custom_id,
        request.method or None,
        request.url or None,
        model or None,
        held((feature, body.get(feature)) for feature in FEATURES)
        if not body.keys().isdisjoint(FEATURES)
        else (),
        settings=found,
        stream=stream,
        order=tuple(body),
        prompts=prompts,
    )
    return facts, repetitions(line, name, number, offset) if suspected(line) else []


def _slowly(line: bytes, number: int, offset: int) -> tuple[Facts | None, list[Fault]]:
    from preflight.requests.diagnose import diagnose  # noqa: PLC0415 - a good file needs it not

    return diagnose(line, number, offset)
