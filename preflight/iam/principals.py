"""The Principal element: is the asker meant, by name or as one of an account?"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from preflight.iam.conditions import Match
from preflight.iam.request import Kind, Principal, Request, Truth, any_of, negated


@dataclass(frozen=True, slots=True)
class Named:
    """Whether the statement means the asker; `by_account`: only as one of the account."""

    match: Match
    by_account: bool = False


def named(statement: Mapping[str, Any], request: Request) -> Named:
    """Match Principal or NotPrincipal. An identity's own policy has neither."""
    elements = [name for name in ("Principal", "NotPrincipal") if name in statement]
    asker = request.principal
    if asker is None:
        return Named(
            Match(None, f"an identity policy has no {elements[0]}") if elements else Match(True)
        )
    if len(elements) != 1:
        return Named(Match(None, "it has not exactly one of Principal and NotPrincipal"))
    entries = tuple(_entries(statement[elements[0]]))
    why = f"its {elements[0]} is {', '.join(value for _, value in entries)}"
    if elements[0] == "NotPrincipal":
        return Named(Match(negated(_excluded(entries, asker)), why))
    by_name = any_of(_by_name(kind, value, asker) for kind, value in entries)
    by_account = any(kind == "AWS" and _is_account(value, asker) for kind, value in entries)
    if by_account and by_name is not True:
        return Named(Match(holds=True), by_account=True)
    return Named(Match(by_name, why))


def _entries(element: object) -> Iterator[tuple[str, str]]:
    if not isinstance(element, Mapping):
        yield "*" if element == "*" else "?", str(element)
        return
    for kind, values in element.items():
        for value in values if isinstance(values, list) else [values]:
            yield str(kind), str(value)


def _is_account(value: str, asker: Principal) -> bool:
    """Whether the entry stands for the asker's whole account: its number, or its root ARN."""
    return bool(asker.account) and (
        value == asker.account or value.endswith(f":iam::{asker.account}:root")
    )


def _by_name(kind: str, value: str, asker: Principal) -> Truth:
    if kind == "*":
        return True
    if asker.kind is Kind.SERVICE:
        # Whether {"AWS": "*"} reaches services too depends on the service that reads the policy.
        return None if (kind, value) == ("AWS", "*") else kind == "Service" and value == asker.name
    if kind == "AWS":
        session = f":sts::{asker.account}:assumed-role/{asker.name.rsplit('/', 1)[-1]}/"
        # One session of the role: whether the job's own session has that name is not known.
        return None if session in value else value in {"*", asker.name}
    # A canonical user id is an account in disguise; the other kinds are never a role or a user.
    return False if kind in {"Service", "Federated"} else None


def _excluded(entries: tuple[tuple[str, str], ...], asker: Principal) -> Truth:
    """Whether NotPrincipal leaves the asker out.

    For a role AWS asks that role, session and account all be listed; who is listed only in part is
    not decided here.
    """
    if asker.kind is Kind.SERVICE:
        return any_of(_by_name(kind, value, asker) for kind, value in entries)
    mentioned = any(
        kind not in {"Service", "Federated"}
        and (value == "*" or asker.account in value or kind == "CanonicalUser")
        for kind, value in entries
    )
    return None if mentioned else False
