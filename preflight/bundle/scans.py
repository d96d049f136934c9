"""A request file in numbers, as a bundle holds it: nothing of what the requests say."""

import re
from collections.abc import Mapping
from pathlib import Path

from preflight.bundle.shape import Fault, Scanned, Tallied
from preflight.requests import fault
from preflight.requests.scan import Scan
from preflight.requests.tally import Seen

_QUOTE = re.compile(r' at ".*"$', re.DOTALL)
"""Where a line is no JSON, the message quotes some characters, which may be of a prompt."""


def scanned(scan: Scan) -> Scanned:
    """The scan without the characters that it quotes from broken lines."""
    return Scanned(
        path=str(scan.path),
        bytes=scan.bytes,
        sha256=scan.sha256,
        requests=scan.requests,
        methods=_tallied(scan.methods),
        urls=_tallied(scan.urls),
        models=_tallied(scan.models),
        features=_tallied(scan.features),
        faults=[_fault(one) for one in scan.faults],
        totals=dict(scan.totals),
        tokens=scan.tokens,
        ends_with_newline=scan.ends_with_newline,
    )


def _fault(one: fault.Fault) -> Fault:
    message = one.message
    if one.code == "invalid_json":
        message = _QUOTE.sub(f" at byte {one.offset}", message)
    return Fault(one.code, one.line, one.offset, message)


def _tallied(seen: Mapping[str | None, Seen]) -> list[Tallied]:
    return [Tallied(value, found.count, list(found.lines)) for value, found in seen.items()]


def scan_of(held: Scanned) -> Scan:
    """The scan again. Raises ValueError for a fault that there is not."""
    for one in held.faults:
        if one.code not in fault.CODES:
            raise ValueError(f"there is no fault {one.code[:60]!r}")
    return Scan(
        path=Path(held.path),
        bytes=held.bytes,
        sha256=held.sha256,
        requests=held.requests,
        methods=_seen(held.methods),
        urls=_seen(held.urls),
        models=_seen(held.models),
        features=_seen(held.features),
        faults=tuple(fault.Fault(o.code, o.line, o.offset, o.message) for o in held.faults),
        totals=held.totals,
        tokens=held.tokens,
        ends_with_newline=held.ends_with_newline,
    )


def _seen(tallied: list[Tallied]) -> dict[str | None, Seen]:
    return {one.value: Seen(one.count, tuple(one.lines)) for one in tallied}
