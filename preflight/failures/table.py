"""FACTS: every known way in which a batch fails; one TOML table for each world, read strictly.

An id is a letter for the world and a number. It is never used again for something else.
"""

import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Literal

import msgspec

WORLDS = {"O": "openai", "A": "azure", "V": "vertex", "B": "bedrock", "G": "gateway"}
"""The first letter of an id -> where it fails. In order of reading."""

Shows = Literal["upload", "create", "late", "fetch", "other"]
"""When it is told: `late` is after a create that succeeded; `other` is what fails no job."""

Confidence = Literal[
    "verbatim", "documented", "source code", "service model", "reported", "inferred"
]
"""What it rests on: a text that was read, documentation, a program's source, an API's model, a
public report, or a conclusion of our own."""

_ESCAPES = re.compile(r"\\[A-Z]")


class Failure(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One way to fail.

    `patterns` are regular expressions over a provider's text in lower case, with its blanks folded;
    none where no text is known. `checks` are the ids of those that see it before the job; `unseen`
    says what of it, or why all of it, they cannot. At least one of the two is there.
    """

    id: str
    title: str
    shows: Shows
    patterns: tuple[str, ...]
    means: str
    repair: str
    source: str
    confidence: Confidence
    checks: tuple[str, ...] = ()
    unseen: str = ""

    def __post_init__(self) -> None:
        """Raise ValueError where the row says too little, or can recognise nothing."""
        if not re.fullmatch(f"[{''.join(WORLDS)}][0-9]{{2}}", self.id):
            raise ValueError(f"{self.id} is no id: a letter of {', '.join(WORLDS)} and two digits")
        if not (self.checks or self.unseen):
            raise ValueError(f"{self.id} says neither which check sees it nor why none can")
        if not all((self.title, self.means, self.repair, self.source)):
            raise ValueError(f"{self.id} has an empty field")
        for pattern in self.patterns:
            try:
                re.compile(pattern)
            except re.error as error:
                raise ValueError(f"{self.id} has a pattern that is none: {error}") from error
            if (literal := _ESCAPES.sub("", pattern)) != literal.lower():
                raise ValueError(f"{self.id} looks for capitals in lower-case text: {pattern}")

    @property
    def world(self) -> str:
        """Where it fails: a provider, or the gateway."""
        return WORLDS[self.id[0]]


class _Table(msgspec.Struct, forbid_unknown_fields=True):
    failure: tuple[Failure, ...]


def parse(text: str) -> tuple[Failure, ...]:
    """The rows of one table. Raises ValueError for whatever is not as it should be."""
    return msgspec.convert(tomllib.loads(text), _Table).failure


@cache
def failures() -> tuple[Failure, ...]:
    """All of them, in order of reading."""
    here = Path(__file__).parent
    return tuple(
        failure
        for world in WORLDS.values()
        for failure in parse((here / f"{world}.toml").read_text(encoding="utf-8"))
    )


def seen_by(check_id: str) -> tuple[Failure, ...]:
    """Those that the check sees before the job."""
    return tuple(failure for failure in failures() if check_id in failure.checks)
