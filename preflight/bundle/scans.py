"""A request file in numbers, as a bundle holds it: nothing of what the requests say."""

import re
from collections.abc import Mapping
from dataclasses import fields, replace
from pathlib import Path
from typing import Any, get_type_hints

from msgspec import convert, to_builtins
from msgspec.json import decode, encode

from preflight.bundle.shape import Tallied
from preflight.requests.fault import CODES, Fault
from preflight.requests.scan import Scan
from preflight.requests.tally import Seen

_HINTS = get_type_hints(Scan)
_TALLY = Mapping[str | None, Seen]
_QUOTE = re.compile(r' at ".*"$', re.DOTALL)
"""Where a line is no JSON, the message quotes some characters, which may be of a prompt."""


def scanned(scan: Scan) -> dict[str, Any]:
    """Every field of the scan, without the characters that it quotes from broken lines."""
    clean = replace(scan, faults=tuple(map(_without_quote, scan.faults)))
    found = {name: _plain(getattr(clean, name), kind) for name, kind in _HINTS.items()}
    plain: dict[str, Any] = decode(encode(found))
    return plain


def _plain(value: Any, kind: Any) -> Any:
    if kind == _TALLY:
        # A value that is left out is None, which is no key in JSON.
        return [Tallied(name, seen.count, list(seen.lines)) for name, seen in value.items()]
    return str(value) if kind is Path else to_builtins(value)


def _without_quote(one: Fault) -> Fault:
    if one.code != "invalid_json":
        return one
    return replace(one, message=_QUOTE.sub(f" at byte {one.offset}", one.message))


def scan_of(held: Mapping[str, Any]) -> Scan:
    """The scan again. Raises ValueError where it is of another shape."""
    if set(held) != {field.name for field in fields(Scan)}:
        raise ValueError("the request file has other fields than this preflight reads")
    scan = Scan(**{name: _read(held[name], kind) for name, kind in _HINTS.items()})
    if scanned(scan) != held or not {fault.code for fault in scan.faults} <= set(CODES):
        raise ValueError("the request file has a value or a fault that there is not")
    return scan


def _read(value: Any, kind: Any) -> Any:
    if kind == _TALLY:
        tallied = convert(value, list[Tallied])
        return {one.value: Seen(one.count, tuple(one.lines)) for one in tallied}
    return Path(convert(value, str)) if kind is Path else convert(value, kind)
