"""The question put to a policy: who, what, on what, and what else is known about it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

Truth = bool | None
"""True, False, or None: it cannot be told from the documents."""


def any_of(truths: Iterable[Truth]) -> Truth:
    """True when one is; None when one might be; else False."""
    seen = tuple(truths)
    return True if True in seen else None if None in seen else False


def all_of(truths: Iterable[Truth]) -> Truth:
    """False when one is; None when one might be; else True."""
    seen = tuple(truths)
    return False if False in seen else None if None in seen else True


def negated(truth: Truth) -> Truth:
    """The opposite; what cannot be told stays so."""
    return None if truth is None else not truth


class Missing(StrEnum):
    """Why a condition key has no value."""

    ABSENT = "the request does not carry it"
    UNKNOWN = "its value is not known before the job runs"


class Kind(StrEnum):
    """What asks."""

    SERVICE = "Service"
    ROLE = "role"
    USER = "user"


@dataclass(frozen=True, slots=True)
class Principal:
    """Who asks: a service by name (`bedrock.amazonaws.com`), or a role or user by ARN."""

    kind: Kind
    name: str
    account: str = ""

    @classmethod
    def of_arn(cls, arn: str) -> "Principal":
        """The role or user that an ARN names, a role's session included. Raises ValueError."""
        parts = role_of_session(arn).split(":", 5)
        kind = parts[-1].split("/", 1)[0]
        if parts[2:3] != ["iam"] or kind not in {Kind.ROLE, Kind.USER}:
            raise ValueError(arn)
        return cls(Kind(kind), ":".join(parts), parts[4])


def role_of_session(arn: str) -> str:
    """The role of a role's session; any other ARN as it is.

    A session's ARN leaves out the role's path, so a role that has one is not found by its session.
    """
    parts = arn.split(":", 5)
    resource = parts[-1].split("/")
    if parts[2:3] != ["sts"] or resource[0] != "assumed-role":
        return arn
    return f"arn:{parts[1]}:iam::{parts[4]}:role/{resource[1]}"


@dataclass(frozen=True, slots=True)
class Request:
    """One action on one resource.

    `context` maps condition keys, in any case, to their value or values. `absent` names the keys
    the request surely does not carry; one that ends in "/" stands for all that begin so. Every
    other key is unknown, which is not the same: an absent key has an outcome, an unknown one makes
    the answer unknown.
    """

    action: str
    resource: str
    principal: Principal | None = None
    context: Mapping[str, str | tuple[str, ...]] = field(default_factory=dict)
    absent: frozenset[str] = frozenset()

    def look(self, key: str) -> tuple[str, ...] | Missing:
        """The key's values, or why there are none. Key names have no case."""
        wanted = key.lower()
        for name, value in self.context.items():
            if name.lower() == wanted:
                return (value,) if isinstance(value, str) else value
        for name in self.absent:
            gone = name.lower()
            if gone == wanted or (gone.endswith("/") and wanted.startswith(gone)):
                return Missing.ABSENT
        return Missing.UNKNOWN
