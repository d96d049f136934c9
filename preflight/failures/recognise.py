"""Which known failures a text tells of: a pasted message, or a whole log in flat memory."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import TextIO

from preflight.failures.table import Failure, failures
from preflight.looks import LOOKS, OTHER_WAYS
from preflight.permissions import PERMISSIONS

BLOCK = 1 << 20
"""Characters read at a time."""

OVERLAP = 2_000
"""Characters of a block that are read again with the next one: no pattern spans more."""

QUOTED = 300
"""Characters shown of what was recognised, at most."""

_COLOUR = re.compile(r"\x1b\[[0-9;]*m")


@dataclass(frozen=True, slots=True)
class Match:
    """A failure, what in the text told of it, and how much its pattern demands of a text."""

    failure: Failure
    quote: str
    weight: int


@dataclass(frozen=True, slots=True)
class Recognised:
    """What a text tells of: failures, best first, and the rights that it names."""

    matches: tuple[Match, ...]
    rights: tuple[str, ...]


@cache
def _patterns() -> tuple[tuple[int, re.Pattern[str], Failure], ...]:
    """The pattern that demands most comes first."""
    every = [
        (len(pattern), re.compile(pattern), failure)
        for failure in failures()
        for pattern in failure.patterns
    ]
    return tuple(sorted(every, key=lambda each: -each[0]))


@cache
def _rights() -> dict[str, str]:
    """Each known right in lower case -> as it is spelled."""
    looks = (*LOOKS, *OTHER_WAYS)
    named = [*(row.action for row in PERMISSIONS), *(look.permission for look in looks)]
    return {name.lower(): name for name in named}


def recognise(text: TextIO) -> Recognised:
    """Read it to its end."""
    found: dict[str, Match] = {}
    rights: dict[str, None] = {}
    spelled = _rights()
    right = re.compile(
        rf"(?<![\w.:/])(?:{'|'.join(map(re.escape, spelled))})(?![\w/]|\.\w)",
    )
    for folded, lowered in _blocks(text):
        for weight, pattern, failure in _patterns():
            if failure.id in found and found[failure.id].weight >= weight:
                continue
            if seen := pattern.search(lowered):
                # A letter may be longer in lower case; then what was said is shown in lower case.
                said = folded if len(folded) == len(lowered) else lowered
                quote = said[seen.start() : min(seen.end(), seen.start() + QUOTED)]
                found[failure.id] = Match(failure, quote.strip(), weight)
        rights.update((spelled[name], None) for name in right.findall(lowered))
    matches = sorted(found.values(), key=lambda match: -match.weight)
    return Recognised(tuple(matches), tuple(rights))


def _blocks(text: TextIO) -> Iterator[tuple[str, str]]:
    """Overlapping pieces with blanks folded and colours taken out, and the same in lower case."""
    kept = ""
    while block := text.read(BLOCK):
        folded = " ".join(_COLOUR.sub("", (kept + block).replace('\\"', '"')).split())
        yield folded, folded.lower()
        kept = folded[-OVERLAP:] + (" " if block[-1].isspace() else "")
