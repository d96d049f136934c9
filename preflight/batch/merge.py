"""Results joined to requests by `custom_id`, never by order; every request is accounted for.

The files that come out, each written beside and renamed: `results.jsonl` in the order of the
requests, `errors.jsonl` likewise, and `missing.jsonl`, the requests that nothing came back for, as
they were. `again.jsonl` holds every request without a result, those with an error too, ready to be
sent again. What came back and belongs to no request is kept in `unmatched.jsonl`.
"""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import BinaryIO

import msgspec

from preflight.batch.disk import whole
from preflight.batch.rows import row

_NAMES = ("results", "errors", "missing", "again", "unmatched")
FILES = tuple(f"{name}.jsonl" for name in _NAMES)
"""What a merge writes."""


@dataclass(frozen=True, slots=True)
class Summary:
    """How many requests there were, and what became of them. `unmatched` counts rows."""

    requests: int
    results: int
    errors: int
    missing: int
    unmatched: int

    @property
    def complete(self) -> bool:
        """Whether every request has a result; no request is no success."""
        return self.results == self.requests > 0

    def as_dict(self) -> dict[str, int]:
        """For the ledger and for JSON."""
        return asdict(self)


class _Id(msgspec.Struct):
    custom_id: str | int


def _request_ids(requests: BinaryIO) -> Iterator[tuple[str, bytes]]:
    decoder = msgspec.json.Decoder(_Id)
    for line in requests:
        if line.strip():
            yield _id(decoder, line), line


def _id(decoder: "msgspec.json.Decoder[_Id]", line: bytes) -> str:
    """The request's id; "" for a line without one (a forced run may hold such lines)."""
    try:
        return str(decoder.decode(line).custom_id)
    except (ValueError, RecursionError):
        return ""


@dataclass(frozen=True, slots=True)
class _Place:
    file: int
    offset: int
    ok: bool


def merge(requests: Path, raw: list[Path], folder: Path) -> Summary:
    """Join the downloaded rows to the requests.

    Args:
        requests: the file that was sent.
        raw: the files that came back, results and errors in any shape and order.
        folder: where the files that come out go.

    Memory holds one id and one offset per request, not the rows.
    """
    with ExitStack() as stack:
        opened = [stack.enter_context(path.open("rb")) for path in raw]
        out = {name: stack.enter_context(whole(folder / f"{name}.jsonl")) for name in _NAMES}
        source = stack.enter_context(requests.open("rb"))
        places, unmatched = _places(opened, out["unmatched"])
        counts = dict.fromkeys(("requests", "results", "errors", "missing"), 0)
        for custom_id, line in _request_ids(source):
            counts["requests"] += 1
            request = line if line.endswith(b"\n") else line + b"\n"
            place = places.pop(custom_id, None)
            name = "missing" if place is None else "results" if place.ok else "errors"
            counts[name] += 1
            out[name].write(_written(opened, place) if place else request)
            if name != "results":
                out["again"].write(request)
        for place in places.values():
            unmatched += 1
            out["unmatched"].write(_written(opened, place))
    if not unmatched:
        (folder / "unmatched.jsonl").unlink()
    return Summary(**counts, unmatched=unmatched)


def _places(opened: Sequence[BinaryIO], unmatched: BinaryIO) -> tuple[dict[str, _Place], int]:
    """Where each id's row is. A result wins over an error; a second row of an id is kept apart."""
    places: dict[str, _Place] = {}
    strays = 0
    for number, file in enumerate(opened):
        offset = 0
        for line in file:
            found = row(line) if line.strip() else None
            known = places.get(found.custom_id) if found else None
            if found and (known is None or (found.ok and not known.ok)):
                places[found.custom_id] = _Place(number, offset, found.ok)
            elif line.strip():
                strays += 1
                unmatched.write(line if line.endswith(b"\n") else line + b"\n")
            offset += len(line)
    return places, strays


def _written(opened: Sequence[BinaryIO], place: _Place) -> bytes:
    file = opened[place.file]
    file.seek(place.offset)
    found = row(file.readline())
    return found.line + b"\n" if found else b""
