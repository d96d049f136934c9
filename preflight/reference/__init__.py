"""What `list` and `explain` say of each check and of each known failure, as `make docs` wrote it.

To find it out is to import every check, to read its source and to parse every table: that takes
three times as long as to read what was found. A test compares the two.
"""

import json
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

FILE = Path(__file__).with_name("reference.json")


class Right(NamedTuple):
    """A right that a look of a check needs, as `looks` has it."""

    permission: str
    on: str
    when: str
    tells: str


class CheckEntry(NamedTuple):
    """A check; `why` are its docstring's paragraphs, `prevents` the ids of failures."""

    id: str
    title: str
    world: str
    why: Sequence[str]
    providers: Sequence[str]
    suites: Sequence[str]
    needs: Sequence[str]
    rights: Sequence[Right]
    prevents: Sequence[str]


class FailureEntry(NamedTuple):
    """A known failure, without the patterns that tell it from others."""

    id: str
    world: str
    title: str
    shows: str
    means: str
    checks: Sequence[str]
    unseen: str
    repair: str
    source: str
    confidence: str


class Reference(NamedTuple):
    """All of them by id, in order of reading."""

    checks: Mapping[str, CheckEntry]
    failures: Mapping[str, FailureEntry]

    def seen_by(self, check: CheckEntry) -> tuple[FailureEntry, ...]:
        """The failures that the check sees before the job."""
        return tuple(self.failures[name] for name in check.prevents)


@cache
def reference() -> Reference:
    """What was written."""
    written = json.loads(FILE.read_text(encoding="utf-8"))
    checks = (
        CheckEntry(**row | {"rights": [Right(**right) for right in row["rights"]]})
        for row in written["checks"]
    )
    failures = (FailureEntry(**row) for row in written["failures"])
    return Reference({one.id: one for one in checks}, {one.id: one for one in failures})
