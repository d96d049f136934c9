"""The Principal element: is the asker meant, by which kind of name, or as one of an account?"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum, auto

from preflight.iam.patterns import plain
from preflight.iam.request import Kind, Principal, Request
from preflight.iam.shape import listed, quoted
from preflight.iam.truth import Truth, any_of, negated


class Way(Enum):
    """How a statement means the asker: AWS weighs a grant by it."""

    ITSELF = auto()
    """As exactly who asks: a user, a session, a service, a provider; or in its own policy."""
    ROLE = auto()
    """As a session of the role that is named: boundary and session policies limit the grant."""
    ANYONE = auto()
    """As anyone: `*`, or everybody but others."""
    ACCOUNT = auto()
    """As one of the account: the identity's own policies must allow it too."""


@dataclass(frozen=True, slots=True)
class Named:
    """The ways in which a statement means the asker; a way that is left out: it does not."""

    ways: Mapping[Way, Truth]
    why: str = ""

    @property
    def holds(self) -> Truth:
        """Whether it means the asker in any way."""
        return any_of(self.ways.values())


OWN = Named({Way.ITSELF: True})
"""An identity's own policy means that identity and has no Principal."""

_UNIQUE_ID = re.compile(r"A(?:ROA|IDA)[A-Z0-9]{12,}")
_ACCOUNT_ID = re.compile(r"[0-9]{12}")
_NOT_AWS = ("Service", "Federated")


def named(statement: Mapping[str, object], request: Request, *, bounded: bool) -> Named:
    """Match Principal or NotPrincipal; `bounded`: the asker has a permissions boundary."""
    asker = request.principal
    elements = [name for name in ("Principal", "NotPrincipal") if name in statement]
    if len(elements) != 1 or asker is None:
        why = "it has not exactly one of Principal and NotPrincipal"
        return Named(dict.fromkeys(Way), why)
    entries = tuple(_entries(statement[elements[0]]))
    why = f"its {elements[0]} is {quoted(*(value for _, value in entries))}"
    if elements[0] == "Principal":
        ways: dict[Way, Truth] = {}
        for kind, value in entries:
            for way, holds in _meant(kind, value, asker):
                ways[way] = any_of((ways.get(way, False), holds))
        return Named(ways, why)
    # Whom a deny leaves out makes no difference to one with a permissions boundary.
    regardless = bounded if statement.get("Effect") == "Deny" else False
    return Named({Way.ANYONE: any_of((regardless, negated(_excluded(entries, asker))))}, why)


def _entries(element: object) -> Iterator[tuple[str, object]]:
    if not isinstance(element, Mapping):
        yield "*" if element == "*" else "?", element
        return
    for kind, values in element.items():
        for value in listed(values):
            yield str(kind), value


def _meant(kind: str, value: object, asker: Principal) -> Iterator[tuple[Way, Truth]]:
    """The ways in which one entry means the asker."""
    if kind == "*":
        yield Way.ANYONE, True
    elif not isinstance(value, str) or kind not in {"AWS", "CanonicalUser", *_NOT_AWS}:
        yield Way.ITSELF, None
    elif kind in _NOT_AWS:
        yield Way.ITSELF, asker.kind == kind and value == asker.name
    elif asker.kind in _NOT_AWS:
        # Whether {"AWS": "*"} reaches services too depends on the service that reads the policy.
        yield Way.ANYONE, None if (kind, value) == ("AWS", "*") else False
    elif kind == "CanonicalUser":
        # An account in disguise: whose, the policy does not say.
        yield Way.ACCOUNT, None
    elif value == "*":
        yield Way.ANYONE, True
    elif _is_account(value, asker):
        yield Way.ACCOUNT, True
    else:
        yield from _by_arn(value, asker)


def _is_account(value: str, asker: Principal) -> bool:
    """Whether the entry stands for the asker's whole account: its number, or its root ARN."""
    root = f"arn:{asker.partition}:iam::{asker.account}:root"
    return value in {asker.account, root}


def _by_arn(value: str, asker: Principal) -> Iterator[tuple[Way, Truth]]:
    if not value.startswith("arn:"):
        # A unique id is shown where the role or user is gone; whoever has its name now is another.
        known = _UNIQUE_ID.fullmatch(value) or _ACCOUNT_ID.fullmatch(value)
        yield Way.ITSELF, False if known else None
        return
    role = asker.kind is Kind.ROLE
    sessions = f"arn:{asker.partition}:sts::{asker.account}:assumed-role/{asker.short}/"
    roles = f"arn:{asker.partition}:iam::{asker.account}:role/"
    if role and value.startswith(sessions):
        # Whether the session to come has that name is not known.
        yield Way.ITSELF, value == sessions + asker.session if asker.session else None
    elif value == asker.name:
        yield (Way.ROLE if role else Way.ITSELF), True
    elif role and value.startswith(roles) and value.endswith("/" + asker.short):
        # Role names are unique in an account, so one of another path is the same role.
        yield Way.ROLE, not asker.path_known
    else:
        yield Way.ITSELF, None if _like(value, asker) else False


def _like(value: str, asker: Principal) -> bool:
    """Whether the entry is a pattern that fits: AWS takes no wildcard in part of a principal."""
    return plain(value).matches(asker.name)


def _excluded(entries: tuple[tuple[str, object], ...], asker: Principal) -> Truth:
    """Whether NotPrincipal leaves the asker out.

    AWS asks that a role, its session and its account all be listed, or a user and its account; for
    who is listed only in part it may go either way.
    """
    ways = [way for kind, value in entries for way in _meant(kind, value, asker)]
    meant = {way: any_of(holds for one, holds in ways if one is way) for way, _ in ways}
    if asker.kind in _NOT_AWS or meant.get(Way.ANYONE):
        return any_of(meant.values())
    needed = [Way.ITSELF, Way.ACCOUNT] + ([Way.ROLE] if asker.kind is Kind.ROLE else [])
    if all(meant.get(way) for way in needed):
        return True
    return None if any_of(meant.values()) is not False else False
