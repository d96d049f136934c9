"""The lines of a request file, read as strictly or as loosely as the conversion reads them."""

from collections.abc import Iterator
from typing import Any, TypeVar

import msgspec

from preflight.sandbox.gateway.refusal import BAD_REQUEST, Refusal

_Kind = TypeVar("_Kind")


class Line(msgspec.Struct, frozen=True):
    """One request. `custom_id` stands as it is, whatever its type; UNSET where there is none."""

    body: dict[str, Any]
    custom_id: Any = msgspec.UNSET


def named(line: Line, field: str, converted: dict[str, Any]) -> bytes:
    """The provider's own line: a request without an id has none there either."""
    record = {field: line.custom_id, **converted}
    if line.custom_id is msgspec.UNSET:
        del record[field]
    return msgspec.json.encode(record) + b"\n"


class _Body(msgspec.Struct, frozen=True):
    model: str = ""


class _Named(msgspec.Struct, frozen=True):
    body: _Body


def every_line(content: bytes) -> Iterator[Line]:
    """The requests of a file in which every line must be one.

    Raises:
        Refusal: 400 at the first line that is empty, no JSON object or without a body.
    """
    rows = content.split(b"\n")
    if not rows[-1]:
        rows.pop()
    decoder = msgspec.json.Decoder(Line)
    for number, row in enumerate(rows, 1):
        if not row.strip():
            raise _invalid(number, "it is empty")
        try:
            yield decoder.decode(row)
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise _invalid(number, str(error)) from error


def readable_lines(content: bytes) -> Iterator[Line]:
    """The requests of a file, leaving out without a word what cannot be read."""
    return _readable(content, Line)


def models(content: bytes) -> set[str]:
    """The distinct `body.model` of the lines that can be read."""
    return {line.body.model for line in _readable(content, _Named)} - {""}


def _readable(content: bytes, kind: type[_Kind]) -> Iterator[_Kind]:
    decoder = msgspec.json.Decoder(kind)
    for row in content.split(b"\n"):
        try:
            yield decoder.decode(row)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            continue


def _invalid(number: int, why: str) -> Refusal:
    return Refusal(
        BAD_REQUEST,
        f"the file contains invalid JSON lines or empty lines: line {number}: {why}",
        "invalid_json_line",
    )
