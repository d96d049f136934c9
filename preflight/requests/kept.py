"""What was read of a stretch as plain values, which can be written down and read again.

Whatever is read again is checked: it may have come from anywhere.
"""

import sys
from array import array
from collections import Counter
from typing import Annotated

from msgspec import Meta, Struct

from preflight.requests.fault import CODES, Fault, Faults
from preflight.requests.identifier import CARRIED, Uncarried
from preflight.requests.identities import Identities, stable
from preflight.requests.portion import Portion
from preflight.requests.sample import Sample
from preflight.requests.spread import Spreading
from preflight.requests.tally import DISTINCT, FIRST_LINES, Tally

Count = Annotated[int, Meta(ge=0, le=1 << 62)]
"""Numbers above would not be counted of any file."""


class Tallied(Struct, forbid_unknown_fields=True, frozen=True):
    """A value (null: left out), on how many lines it was seen, and on which first."""

    value: str | None
    count: Count
    lines: Annotated[list[Count], Meta(max_length=FIRST_LINES)]


class Counted(Struct, forbid_unknown_fields=True, frozen=True):
    """The values of a field; `full`: there were more than are kept."""

    values: Annotated[list[Tallied], Meta(max_length=DISTINCT)]
    full: bool


class Found(Struct, forbid_unknown_fields=True, frozen=True):
    """One fault."""

    code: str
    line: Count
    offset: Count
    message: str


class Kept(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """A `preflight.requests.portion.Portion`; its tallies in the order of those.

    `first`, `last` and `ran_to` are those of its `Identities`; `hashes` eight bytes each, the least
    first. `tokens`, `size`, `prompts`, `lengths` and `media` are those of its `Sample`.
    """

    lines: Count
    requests: Count
    tallies: Annotated[list[Counted], Meta(min_length=5, max_length=5)]
    every: Annotated[int, Meta(ge=1)]
    tokens: Count
    size: Count
    prompts: dict[Count, Count]
    lengths: dict[Count, Count]
    media: Counted
    faults: list[Found]
    totals: dict[str, Count]
    first: str | None
    last: str | None
    ran_to: Count | None
    hashes: bytes
    longest: tuple[Count, Count]
    longest_line: tuple[Count, Count]
    uncarried: dict[str, Count]
    schemas: list[tuple[Count, Count]]
    closed: bool
    full: bool


def kept(portion: Portion) -> Kept:
    """The portion as plain values; its hashes must be `stable` ones."""
    sample, ids = portion.sample, portion.identities
    return Kept(
        lines=portion.lines,
        requests=portion.requests,
        tallies=[_counted(tally) for tally in portion.tallies],
        every=sample.every,
        tokens=sample.tokens,
        size=sample.size,
        prompts=dict(sample.prompts.counts),
        lengths=dict(sample.lengths.counts),
        media=_counted(sample.media),
        faults=[Found(f.code, f.line, f.offset, f.message) for f in portion.faults.kept],
        totals=portion.faults.totals,
        first=ids.first,
        last=ids.last,
        ran_to=ids.ran_to,
        hashes=_little(ids.hashes).tobytes(),
        longest=portion.longest,
        longest_line=portion.longest_line,
        uncarried=portion.uncarried.lines,
        schemas=list(zip(portion.schema_lines, portion.schema_offsets, strict=True)),
        closed=portion.closed,
        full=portion.full,
    )


def portion(held: Kept, room: int) -> Portion:
    """The portion again, with room for so many faults. Raises ValueError where it is none."""
    codes = {fault.code for fault in held.faults} | set(held.totals)
    if not codes <= set(CODES) or not set(held.uncarried) <= set(CARRIED):
        raise ValueError("it names a fault or a provider that there is not")
    if len(held.hashes) % 8 or (held.first is None) != (held.last is None):
        raise ValueError("its ids are damaged")
    hashes = array("q")
    hashes.frombytes(held.hashes)
    methods, urls, models, features, settings = map(_tally, held.tallies)
    return Portion(
        Sample(
            held.every,
            held.tokens,
            held.size,
            _tally(held.media),
            Spreading(Counter(held.prompts)),
            Spreading(Counter(held.lengths)),
        ),
        Faults(
            room, [Fault(f.code, f.line, f.offset, f.message) for f in held.faults], held.totals
        ),
        Identities(stable, held.first, held.last, held.ran_to, _little(hashes)),
        held.lines,
        held.requests,
        methods,
        urls,
        models,
        features,
        settings,
        held.longest,
        held.longest_line,
        Uncarried(held.uncarried),
        array("I", (line for line, _ in held.schemas)),
        array("q", (offset for _, offset in held.schemas)),
        held.closed,
        held.full,
    )


def _counted(tally: Tally) -> Counted:
    values = [Tallied(name, count, tally.lines[name]) for name, count in tally.counts.items()]
    return Counted(values, tally.full)


def _tally(counted: Counted) -> Tally:
    return Tally(
        {one.value: one.count for one in counted.values},
        {one.value: list(one.lines) for one in counted.values},
        counted.full,
    )


def _little(hashes: "array[int]") -> "array[int]":
    """With the least byte first, as most machines have them; on these it is the array itself."""
    if sys.byteorder == "little":
        return hashes
    turned = array("q", hashes)
    turned.byteswap()
    return turned
