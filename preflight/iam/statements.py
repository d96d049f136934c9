"""One policy document against one request: ALLOW, DENY, NONE or UNKNOWN, and by which part.

Explicit deny wins. What is not understood (an operator, an element, a key whose value is not known)
never turns into a yes: if it could change the answer, the answer is UNKNOWN. One document at a
time, without permissions boundaries and organization policies: those are asked of AWS's own
simulator.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from preflight.iam.conditions import Match, matching
from preflight.iam.patterns import Pattern, compiled
from preflight.iam.principals import named
from preflight.iam.request import Missing, Request, Truth, any_of, negated


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


_ELEMENTS = frozenset(
    {"Sid", "Effect", "Action", "NotAction", "Resource", "NotResource"}
    | {"Principal", "NotPrincipal", "Condition"}
)
_VERSION_WITH_VARIABLES = "2012-10-17"


@dataclass(frozen=True, slots=True)
class _Reading:
    """A statement beside the request. `depth` counts the elements that fit up to a misfit."""

    label: str
    effect: str
    match: Match
    keys: frozenset[str] = frozenset()
    delegated: bool = False
    depth: int = 0


def evaluate(document: Mapping[str, Any], request: Request) -> Ruling:
    """What the document says. Without `request.principal` it is an identity's own policy."""
    readings = tuple(_readings(document, request))
    for effect, holds in (("Deny", True), ("", None), ("Deny", None)):
        for reading in readings:
            if reading.effect == effect and reading.match.holds is holds:
                decided = Effect.DENY if holds else Effect.UNKNOWN
                return _ruling(decided, reading)
    allows = [reading for reading in readings if reading.effect == "Allow"]
    # A grant by name decides alone; one to the account only together with the identity's own
    # policies.
    for reading in sorted(allows, key=lambda one: one.delegated):
        if reading.match.holds:
            return _ruling(Effect.ALLOW, reading)
    for reading in allows:
        if reading.match.holds is None:
            return _ruling(Effect.UNKNOWN, reading)
    nearest = max(allows, key=lambda one: one.depth, default=None)
    if nearest is None:
        return Ruling(Effect.NONE, reason="it has no statement that allows anything")
    return _ruling(Effect.NONE, nearest)


def _ruling(effect: Effect, reading: _Reading) -> Ruling:
    return Ruling(effect, reading.label, reading.match.why, reading.keys, reading.delegated)


def _readings(document: Mapping[str, Any], request: Request) -> Iterator[_Reading]:
    statements = document.get("Statement")
    variables = document.get("Version") == _VERSION_WITH_VARIABLES
    listed = statements if isinstance(statements, list) else [statements]
    for number, statement in enumerate(listed, start=1):
        label = f"statement {number}"
        if not isinstance(statement, Mapping):
            yield _Reading(label, "", Match(None, "it is not an object"))
            continue
        label = f'statement "{statement["Sid"]}"' if statement.get("Sid") else label
        yield _read(label, statement, request, variables=variables)


def _read(
    label: str, statement: Mapping[str, Any], request: Request, *, variables: bool
) -> _Reading:
    effect = statement.get("Effect")
    strange = sorted(set(statement) - _ELEMENTS)
    principal = named(statement, request)
    conditions = statement.get("Condition", {})
    matches = (
        _actions(statement, request),
        principal.match,
        _resources(statement, request, variables=variables),
        matching(conditions, request, variables=variables),
    )
    if effect not in {"Allow", "Deny"}:
        effect, found, depth = "", Match(None, f"its Effect is {effect!r}"), 0
    elif strange:
        found, depth = Match(None, f"its element {strange[0]} is not known"), 0
    else:
        found, depth = _joined(matches)
    return _Reading(label, effect, found, _keys(conditions), principal.by_account, depth)


def _joined(matches: tuple[Match, ...]) -> tuple[Match, int]:
    for depth, match in enumerate(matches):
        if match.holds is False:
            return match, depth
    unknown = next((match for match in matches if match.holds is None), None)
    return unknown or Match(holds=True), len(matches)


def _keys(conditions: object) -> frozenset[str]:
    if not isinstance(conditions, Mapping):
        return frozenset()
    return frozenset(
        key.lower() for keys in conditions.values() if isinstance(keys, Mapping) for key in keys
    )


def _listed(value: object) -> list[str]:
    return [str(item) for item in value] if isinstance(value, list) else [str(value)]


def _actions(statement: Mapping[str, Any], request: Request) -> Match:
    if ("Action" in statement) == ("NotAction" in statement):
        return Match(None, "it has not exactly one of Action and NotAction")
    name = "Action" if "Action" in statement else "NotAction"
    # Actions have no case and no variables.
    fits: Truth = any(
        not isinstance(pattern := compiled(text, request, variables=False), Missing)
        and pattern.matches(request.action, ignore_case=True)
        for text in _listed(statement[name])
    )
    holds = fits if name == "Action" else negated(fits)
    return Match(holds, f"its {name} is {', '.join(_listed(statement[name]))}")


def _resources(statement: Mapping[str, Any], request: Request, *, variables: bool) -> Match:
    names = [name for name in ("Resource", "NotResource") if name in statement]
    if not names and request.principal is not None:
        return Match(holds=True)  # A trust policy is about its own role.
    if len(names) != 1:
        return Match(None, "it has not exactly one of Resource and NotResource")
    texts = _listed(statement[names[0]])
    excluding = names[0] == "NotResource"
    fits = any_of(
        _resource(compiled(text, request, variables=variables), request, excluding=excluding)
        for text in texts
    )
    holds = negated(fits) if excluding else fits
    return Match(holds, f"its {names[0]} is {', '.join(texts)}")


def _resource(pattern: Pattern | Missing, request: Request, *, excluding: bool) -> Truth:
    if isinstance(pattern, Pattern):
        return pattern.matches(request.resource)
    # A variable without a value names no resource; what that excludes, AWS does not say.
    return None if excluding or pattern is Missing.UNKNOWN else False
