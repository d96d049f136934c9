"""Three-valued logic: yes, no, and what cannot be told from the documents."""

from collections.abc import Iterable

Truth = bool | None
"""True, False, or None: it cannot be told from the documents."""


def any_of(truths: Iterable[Truth]) -> Truth:
    """True when one is; None when one might be; else False."""
    unknown = False
    for truth in truths:
        if truth:
            return True
        unknown = unknown or truth is None
    return None if unknown else False


def all_of(truths: Iterable[Truth]) -> Truth:
    """False when one is; None when one might be; else True."""
    unknown = False
    for truth in truths:
        if truth is False:
            return False
        unknown = unknown or truth is None
    return None if unknown else True


def negated(truth: Truth) -> Truth:
    """The opposite; what cannot be told stays so."""
    return None if truth is None else not truth
