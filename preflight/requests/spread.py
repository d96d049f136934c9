"""How a quantity is spread over the requests: a histogram of few numbers that adds up."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

FINE = 3
"""Bits kept behind the first: eight steps from each power of two to the next, 12 % at most."""


@dataclass(frozen=True, slots=True)
class Spread:
    """A histogram.

    `steps`: from small to large, the least value of a step and how many values are in it; a step
    ends where the next possible one begins, at most 12.5 % above.
    """

    steps: tuple[tuple[int, int], ...] = ()

    @property
    def count(self) -> int:
        """How many values there are."""
        return sum(count for _, count in self.steps)

    def quantile(self, share: float) -> int:
        """The value (its step's least) that this share of all are not above; 0 where none are.

        `quantile(0.5)` is the median.
        """
        due = share * self.count
        for least, count in self.steps:
            due -= count
            if due <= 0:
                return least
        return self.steps[-1][0] if self.steps else 0


@dataclass(slots=True)
class Spreading:
    """A growing histogram. `counts`: of each value, how often it was seen."""

    counts: Counter[int] = field(default_factory=Counter)

    def add(self, values: Iterable[int]) -> None:
        """Count each value."""
        self.counts.update(values)

    def follow(self, later: "Spreading") -> None:
        """Add another."""
        self.counts.update(later.counts)

    def spread(self) -> Spread:
        """The result, frozen."""
        steps: Counter[int] = Counter()
        for value, count in self.counts.items():
            steps[_step(value)] += count
        return Spread(tuple(sorted(steps.items())))


def _step(value: int) -> int:
    """The value with all but its first bits cleared."""
    spare = max(0, value.bit_length() - 1 - FINE)
    return value >> spare << spare
