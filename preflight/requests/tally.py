"""How often a value was seen, and on which lines first."""

from collections.abc import Sequence
from dataclasses import dataclass, field

FIRST_LINES = 5
"""So many line numbers are kept per value: enough to find it, little enough to print."""

DISTINCT = 100
"""So many distinct values are kept: two are already one too many for a batch."""

LONGEST_NAME = 200
"""Characters; a longer name than this is no model's."""


@dataclass(frozen=True, slots=True)
class Seen:
    """How many lines hold a value, and the numbers of the first few of them."""

    count: int
    lines: tuple[int, ...]


@dataclass(slots=True)
class Tally:
    """Counts per value, in order of appearance; None: the line leaves the value out.

    `full`: there were more distinct values than are kept, so tallies of two stretches cannot be
    added up to that of both.
    """

    counts: dict[str | None, int] = field(default_factory=dict)
    lines: dict[str | None, list[int]] = field(default_factory=dict)
    full: bool = False

    def add(self, value: str | None, numbers: Sequence[int]) -> None:
        """Count one value for all of these lines."""
        self._count(value if value is None else value[:LONGEST_NAME], len(numbers), numbers)

    def follow(self, later: "Tally", before: int) -> None:
        """Add the tally of what follows, behind so many lines."""
        for name, count in later.counts.items():
            self._count(name, count, [number + before for number in later.lines[name]])
        self.full |= later.full

    def _count(self, name: str | None, count: int, numbers: Sequence[int]) -> None:
        if name not in self.counts:
            if len(self.counts) >= DISTINCT:
                self.full = True
                return
            self.counts[name] = 0
            self.lines[name] = []
        self.counts[name] += count
        lines = self.lines[name]
        if len(lines) < FIRST_LINES:
            lines.extend(numbers[: FIRST_LINES - len(lines)])

    def seen(self) -> dict[str | None, Seen]:
        """The result, frozen."""
        return {name: Seen(n, tuple(self.lines[name])) for name, n in self.counts.items()}
