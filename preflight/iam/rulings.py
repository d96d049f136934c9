"""One policy document against one request: ALLOW, DENY, NONE or UNKNOWN, and by which part.

Explicit deny wins. What is not understood (an operator, an element, a key whose value is not known)
never turns into a yes: if it could change the answer, the answer is UNKNOWN. One document at a
time; `decisions` weighs all that stand between an identity and a resource.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from preflight.iam.principals import Way
from preflight.iam.request import Request
from preflight.iam.shape import Document
from preflight.iam.statements import Reading, Whose, readings


class Effect(StrEnum):
    """What a document says to a request. NONE: nothing, neither yes nor no."""

    ALLOW = "allow"
    DENY = "deny"
    NONE = "none"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Ruling:
    """The effect, the statement it comes from, why, and the condition keys named there.

    `delegated`: the statement allows the whole account, so the identity's own policies must allow
    it too.
    """

    effect: Effect
    statement: str = ""
    reason: str = ""
    keys: frozenset[str] = frozenset()
    delegated: bool = False


def evaluate(document: Document, request: Request) -> Ruling:
    """What the document says. Without `request.principal` it is an identity's own policy."""
    whose = Whose.IDENTITY if request.principal is None else Whose.RESOURCE
    return ruling(tuple(readings(document, request, whose)))


def ruling(read: Iterable[Reading]) -> Ruling:
    """What the statements say together, whether of one document or of several of one kind."""
    read = tuple(read)
    for holds, effect in ((True, Effect.DENY), (None, Effect.UNKNOWN)):
        for reading in read:
            if reading.applies("Deny") is holds:
                return _by(effect, reading)
    # A grant by name decides alone; one to the account only together with the identity's own
    # policies.
    named = tuple(way for way in Way if way is not Way.ACCOUNT)
    for ways in (named, (Way.ACCOUNT,)):
        for reading in read:
            if reading.applies("Allow", *ways):
                return _by(Effect.ALLOW, reading, delegated=ways != named)
    for reading in read:
        if reading.applies("Allow") is None:
            return _by(Effect.UNKNOWN, reading)
    allows = (reading for reading in read if reading.effect == "Allow")
    nearest = max(allows, key=lambda one: one.depth, default=None)
    if nearest is None:
        return Ruling(Effect.NONE, reason="it has no statement that allows anything")
    return _by(Effect.NONE, nearest)


def _by(effect: Effect, reading: Reading, *, delegated: bool = False) -> Ruling:
    return Ruling(effect, reading.label, reading.match.why, reading.keys, delegated)
