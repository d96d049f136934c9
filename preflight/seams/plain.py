"""Plain answers that more than one cloud gives."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Caller:
    """Whom the provider takes the asker for.

    The account (or project, or tenant) and the identity's full name.
    """

    account: str
    name: str


@dataclass(frozen=True, slots=True)
class LifecycleRule:
    """A rule that deletes objects: their age in days, and the key prefix it holds for.

    Looked up by "" = the whole bucket.
    """

    days: int
    prefix: str = ""
