"""Where a fact was read, and how long ago: every table has both, and every answer cites them."""

from datetime import UTC, date, datetime
from typing import NamedTuple

OLD_AFTER_DAYS = 180
"""A table that was read longer ago than this is warned about wherever an answer rests on it."""


def today() -> date:
    """The day, in UTC: retirements and ages are counted from it."""
    return datetime.now(tz=UTC).date()


class Source(NamedTuple):
    """A page and when it was read: a month (`2026-10`), a day, or "" where nobody says."""

    title: str
    read_on: str = ""

    @property
    def days(self) -> int | None:
        """How long ago it was read, in days, counted from the first of a month; None: unknown."""
        if not self.read_on:
            return None
        day = self.read_on if self.read_on.count("-") > 1 else f"{self.read_on}-01"
        return max(0, (today() - date.fromisoformat(day)).days)

    @property
    def warning(self) -> str:
        """What to say of an old table; "" for a young one."""
        days = self.days
        if days is None or days <= OLD_AFTER_DAYS:
            return ""
        return f"that table is {days} days old: compare it with {self.title}"

    def __str__(self) -> str:
        """`OpenAI's Batch API guide, read 2026-10, 1 month ago`."""
        days = self.days
        if days is None:
            return self.title
        return f"{self.title}, read {self.read_on}, {_ago(days)}"


def _ago(days: int) -> str:
    months = days // 30
    if not months:
        return "this month"
    return f"{months} month{'s' * (months > 1)} ago"


def caveats(*sentences: str) -> str:
    """Those that say something, as one caveat."""
    return "; ".join(filter(None, sentences))
