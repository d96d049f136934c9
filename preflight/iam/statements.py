"""One statement of a policy beside the request: does each of its elements fit?"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

from preflight.iam.arns import resource_like
from preflight.iam.conditions import Match, condition_keys, matching
from preflight.iam.patterns import Pattern, compiled, plain
from preflight.iam.principals import OWN, Named, Way, named
from preflight.iam.request import Missing, Request
from preflight.iam.shape import Document, Unreadable, listed, quoted
from preflight.iam.truth import Truth, all_of, any_of, negated

_ELEMENTS = frozenset(
    {"Sid", "Effect", "Action", "NotAction", "Resource", "NotResource"}
    | {"Principal", "NotPrincipal", "Condition"}
)
_VERSIONS = {None: False, "2008-10-17": False, "2012-10-17": True}
"""Each version of the language, and whether it has variables; none means the first."""


class Whose(Enum):
    """Where a document stands: an identity's own has no Principal, a resource's must have one."""

    IDENTITY = auto()
    RESOURCE = auto()


@dataclass(frozen=True, slots=True)
class Reading:
    """A statement beside the request. `depth` counts the elements that fit up to a misfit.

    `effect` is "" where it could be either. `match` leaves the Principal in; `ways` says how it
    applies, for each way in which it means the asker.
    """

    label: str
    effect: str
    match: Match
    ways: Mapping[Way, Truth]
    keys: frozenset[str] = frozenset()
    depth: int = 0

    def applies(self, effect: str, *ways: Way) -> Truth:
        """Whether it allows or denies, in any of those ways, or in any at all."""
        if self.effect and self.effect != effect:
            return False
        return any_of(self.ways.get(way, False) for way in ways or self.ways)


def readings(
    document: Document, request: Request, whose: Whose, *, bounded: bool = False
) -> Iterator[Reading]:
    """Each statement beside the request; `bounded`: the asker has a permissions boundary."""
    if isinstance(document, Unreadable):
        yield _unknown("the document", document.reason)
        return
    version = document.get("Version")
    strange = [key for key in document if key not in {"Version", "Id", "Statement"}]
    if strange or (version is not None and not isinstance(version, str)):
        yield _unknown(
            "the document", f"its element {quoted(*strange or ['Version'])} is not known"
        )
    elif version not in _VERSIONS:
        yield _unknown("the document", f"its Version {quoted(version)} is not known")
    else:
        for number, statement in enumerate(listed(document.get("Statement")), start=1):
            label = f"statement {number}"
            if not isinstance(statement, Mapping):
                yield _unknown(label, "it is not an object")
                continue
            sid = statement.get("Sid")
            label = f'statement "{quoted(sid)}"' if sid and isinstance(sid, str) else label
            matter = _Matter(statement, request, whose, variables=_VERSIONS[version])
            yield _read(label, matter, bounded=bounded)


def _unknown(label: str, why: str) -> Reading:
    return Reading(label, "", Match(None, why), dict.fromkeys(Way))


@dataclass(frozen=True, slots=True)
class _Matter:
    """A statement and what it is held against."""

    statement: Mapping[str, Any]
    request: Request
    whose: Whose
    variables: bool


def _read(label: str, matter: _Matter, *, bounded: bool) -> Reading:
    statement = matter.statement
    effect = statement.get("Effect")
    if not isinstance(effect, str) or effect not in {"Allow", "Deny"}:
        return _unknown(label, f"its Effect is {quoted(effect)}")
    keys = condition_keys(statement.get("Condition"))
    strange = [key for key in statement if key not in _ELEMENTS]
    if strange:
        match = Match(None, f"its element {quoted(*strange)} is not known")
        return Reading(label, effect, match, dict.fromkeys(Way), keys)
    principal = _principal(matter, bounded=bounded)
    matches: list[Match] = []
    for element in (_actions, principal, _resources, _conditions):
        match = element(matter) if callable(element) else Match(element.holds, element.why)
        if match.holds is False:
            return Reading(label, effect, match, {}, keys, len(matches))
        matches.append(match)
    doubt = next((match for match in matches if match.holds is None), Match(holds=True))
    actions, _, resources, conditions = matches
    others = all_of((actions.holds, resources.holds, conditions.holds))
    ways = {way: all_of((holds, others)) for way, holds in principal.ways.items()}
    if Way.ANYONE in ways and "aws:principalarn" in keys:
        # Of anyone, those with that ARN: AWS takes it for a grant to who asks, without limits.
        ways[Way.ITSELF] = any_of((ways.get(Way.ITSELF, False), ways.pop(Way.ANYONE)))
    return Reading(label, effect, doubt, ways, keys, len(matches))


def _principal(matter: _Matter, *, bounded: bool) -> Named:
    if matter.whose is Whose.RESOURCE:
        return named(matter.statement, matter.request, bounded=bounded)
    elements = [name for name in ("Principal", "NotPrincipal") if name in matter.statement]
    if elements:
        return Named({Way.ITSELF: None}, f"an identity policy has no {elements[0]}")
    return OWN


def _conditions(matter: _Matter) -> Match:
    if "Condition" not in matter.statement:
        return Match(holds=True)
    return matching(matter.statement["Condition"], matter.request, variables=matter.variables)


def _texts(statement: Mapping[str, Any], name: str) -> list[str] | None:
    """The element's texts; None where it has none, or something else among them."""
    texts = listed(statement[name])
    plain = [text for text in texts if isinstance(text, str) and text]
    return plain if texts and len(plain) == len(texts) else None


def _one_of(statement: Mapping[str, Any], *names: str) -> tuple[str, list[str] | None, Match]:
    """The one of two elements that is there, its texts, and what is wrong with it."""
    there = [name for name in names if name in statement]
    if len(there) != 1:
        return "", None, Match(None, f"it has not exactly one of {' and '.join(names)}")
    texts = _texts(statement, there[0])
    return there[0], texts, Match(None, f"its {there[0]} is neither text nor a list of texts")


def _actions(matter: _Matter) -> Match:
    name, texts, wrong = _one_of(matter.statement, "Action", "NotAction")
    if texts is None:
        return wrong
    fits = any_of(_action(text, matter.request) for text in texts)
    holds = negated(fits) if name == "NotAction" else fits
    return Match(holds, f"its {name} is {quoted(*texts)}")


def _action(text: str, request: Request) -> Truth:
    # Actions have no case and no variables.
    if not plain(text).matches(request.action, ignore_case=True):
        return False
    # AWS takes none without a service but the star.
    return True if ":" in text or text == "*" else None


def _resources(matter: _Matter) -> Match:
    statement, request = matter.statement, matter.request
    of_a_role = matter.whose is Whose.RESOURCE and request.action.lower().startswith("sts:")
    if of_a_role and "Resource" not in statement and "NotResource" not in statement:
        return Match(holds=True)  # A trust policy is about its own role.
    name, texts, wrong = _one_of(statement, "Resource", "NotResource")
    if texts is None:
        return wrong
    patterns = (compiled(text, request, variables=matter.variables) for text in texts)
    fits = any_of(_resource(pattern, request) for pattern in patterns)
    holds = negated(fits) if name == "NotResource" else fits
    return Match(holds, f"its {name} is {quoted(*texts)}")


def _resource(pattern: Pattern | Missing, request: Request) -> Truth:
    if isinstance(pattern, Pattern):
        return resource_like(request.resource, pattern)
    # A variable without a value names no resource.
    return None if pattern is Missing.UNKNOWN else False
