"""Content of a bundle: put together at collection, and taken apart again to judge by it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from msgspec import ValidationError, convert, to_builtins
from msgspec.structs import replace

from preflight.bundle.file import AGAIN
from preflight.bundle.masks import mask
from preflight.bundle.outcomes import answered
from preflight.bundle.replaying import Replay
from preflight.bundle.scans import scan_of, scanned
from preflight.bundle.shape import Answered, Asked, Content, Place
from preflight.bundle.stand_ins import StandIns, mapped
from preflight.contract import VERSION, Promises, Target
from preflight.promises import parse
from preflight.requests.scan import Scan
from preflight.seams import UsageError
from preflight.seams.questions import QUESTIONS


@dataclass(frozen=True, slots=True)
class Held:
    """What a bundle has to judge by."""

    promises: Promises
    scan: Scan | None
    replay: Replay
    at: datetime
    promise_file: str
    preflight: str
    redacted: bool


def put_together(
    promises: Promises,
    targets: Mapping[str, tuple[Target, ...]],
    scan: Scan | None,
    places: list[Place],
    *,
    promise_file: str,
    redact: bool,
) -> Content:
    """The content, without secrets; with `redact`, without who anybody is."""
    from importlib.metadata import version  # noqa: PLC0415 - only here

    chosen: dict[str, Any] = {
        "version": VERSION,
        "gateway": to_builtins(promises.gateway),
        **{provider: to_builtins(several) for provider, several in targets.items()},
    }
    content = Content(
        at=datetime.now(UTC),
        preflight=version("batch-preflight"),
        redacted=redact,
        promise_file=promise_file,
        promises=chosen,
        places=places,
        request_file=scanned(scan) if scan else None,
    )
    content = _changed(content, mask())
    if not redact:
        return content
    if content.request_file is not None:
        name = Path(content.request_file["path"]).name
        content = replace(content, request_file=content.request_file | {"path": name})
    return _changed(content, StandIns(promises).text)


def _changed(content: Content, change: Any) -> Content:
    """The content with every text changed that may hold anything; sets are put in order again."""
    plain = to_builtins(content)
    for name in ("promises", "promise_file", "places", "request_file"):
        plain[name] = mapped(plain[name], change)
    made = convert(plain, Content)
    places = [
        replace(place, asked=[_ordered(place, asked) for asked in place.asked])
        for place in made.places
    ]
    return replace(made, places=places)


def _ordered(place: Place, asked: Asked) -> Asked:
    if not isinstance(asked.outcome, Answered):
        return asked
    kind = QUESTIONS[place.seam][asked.question].answer
    again = answered(convert(asked.outcome.answer, kind))
    return replace(asked, outcome=again)


def taken_apart(content: Content, where: str) -> Held:
    """What to judge by. Raises UsageError where something in it is of no known kind."""
    promises = parse(json.dumps(content.promises), f"{where}: promises")
    try:
        replay = Replay(content.places)
        scan = scan_of(content.request_file) if content.request_file else None
    except (ValueError, ValidationError, RecursionError) as error:
        raise UsageError(where, f"is no bundle ({str(error)[:200]})", AGAIN) from None
    return Held(
        promises,
        scan,
        replay,
        content.at,
        content.promise_file,
        content.preflight,
        content.redacted,
    )
