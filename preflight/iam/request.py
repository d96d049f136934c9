"""The question put to a policy: who, what, on what, and what else is known about it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Missing(StrEnum):
    """Why a condition key has no value."""

    ABSENT = "the request does not carry it"
    UNKNOWN = "its value is not known before the job runs"


class Kind(StrEnum):
    """What asks."""

    SERVICE = "Service"
    FEDERATED = "Federated"
    ROLE = "role"
    USER = "user"


@dataclass(frozen=True, slots=True)
class Principal:
    """Who asks.

    A service by name (`bedrock.amazonaws.com`), a federated identity by its provider (an ARN, or
    `accounts.google.com`), or a role or user by ARN. `session` names the role's session where it is
    known; `path_known` is False where only a session told of the role, whose ARN leaves out the
    role's path.
    """

    kind: Kind
    name: str
    account: str = ""
    session: str = ""
    path_known: bool = True

    @classmethod
    def of_arn(cls, arn: str) -> "Principal":
        """The role or user that an ARN names, a role's session included. Raises ValueError.

        A session stands for its role and not for itself: the next one may have another name.
        """
        role = role_of_session(arn)
        parts = role.split(":", 5)
        kind, _, path = parts[-1].partition("/")
        named = path.rpartition("/")[2]
        if len(parts) != 6 or parts[0] != "arn" or parts[2] != "iam":  # noqa: PLR2004 - an ARN
            raise ValueError(arn)
        if kind not in {Kind.ROLE, Kind.USER} or not named or not parts[4]:
            raise ValueError(arn)
        return cls(Kind(kind), role, parts[4], path_known=role == arn)

    @classmethod
    def of_session(cls, arn: str) -> "Principal":
        """The one session of a role that an ARN names. Raises ValueError where it is none."""
        role = cls.of_arn(arn)
        session = arn.split("/")
        if role.path_known or len(session) != 3 or not session[2]:  # noqa: PLR2004 - role, session
            raise ValueError(arn)
        return cls(role.kind, role.name, role.account, session[2], path_known=False)

    @property
    def partition(self) -> str:
        """`aws`, `aws-cn`, `aws-us-gov`...; "" where the name is no ARN."""
        return self.name.split(":")[1] if self.name.startswith("arn:") else ""

    @property
    def short(self) -> str:
        """The name without path: unique in its account."""
        return self.name.rpartition("/")[2]


def role_of_session(arn: str) -> str:
    """The role of a role's session; any other ARN as it is.

    A session's ARN leaves out the role's path, so a role that has one is not found by its session.
    """
    parts = arn.split(":", 5)
    resource = parts[-1].split("/")
    if parts[2:3] != ["sts"] or resource[0] != "assumed-role" or len(resource) == 1:
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
    _values: dict[str, tuple[str, ...]] = field(init=False, repr=False, compare=False)
    _absent: frozenset[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Index the keys once: a policy may look thousands of times."""
        values = {
            name.lower(): (value,) if isinstance(value, str) else tuple(value)
            for name, value in self.context.items()
        }
        object.__setattr__(self, "_values", values)
        object.__setattr__(self, "_absent", frozenset(name.lower() for name in self.absent))

    def look(self, key: str) -> tuple[str, ...] | Missing:
        """The key's values, or why there are none. Key names have no case."""
        wanted = key.lower()
        if wanted in self._values:
            values = self._values[wanted]
            # A key that lists nothing has no value. Empty text AWS takes for none here and there.
            return Missing.UNKNOWN if "" in values else values or Missing.ABSENT
        family, slash, _ = wanted.partition("/")
        if wanted in self._absent or family + slash in self._absent:
            return Missing.ABSENT
        return Missing.UNKNOWN
