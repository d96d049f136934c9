"""The Condition element: does it hold? What is not understood is neither yes nor no."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from preflight.iam.operators import COMPARISONS, OPPOSITES, WITH_VARIABLES, Comparison
from preflight.iam.patterns import Pattern, compiled
from preflight.iam.request import Missing, Request
from preflight.iam.shape import listed, quoted, scalar
from preflight.iam.truth import Truth, all_of, any_of, negated

_OPERATOR = re.compile(r"(?:(ForAnyValue|ForAllValues):)?(\w+?)(IfExists)?")


@dataclass(frozen=True, slots=True)
class Match:
    """Whether part of a statement fits the request; `why` says what stands against it."""

    holds: Truth
    why: str = ""


def matching(conditions: object, request: Request, *, variables: bool) -> Match:
    """Whether every condition holds; if not, the first that fails, or else cannot be told."""
    if not isinstance(conditions, Mapping):
        return Match(None, "its Condition is not an object")
    doubt = Match(holds=True)
    for operator, keys in conditions.items():
        matches = (
            [
                _one(operator, key, value, request, variables=variables)
                for key, value in keys.items()
            ]
            if isinstance(keys, Mapping)
            else [Match(None, f"its {quoted(operator)} is not an object")]
        )
        for match in matches:
            if match.holds is False:
                return match
            doubt = match if doubt.holds else doubt
    return doubt


def condition_keys(conditions: object) -> frozenset[str]:
    """The keys that a Condition element asks of, in lower case."""
    if not isinstance(conditions, Mapping):
        return frozenset()
    blocks = [keys for keys in conditions.values() if isinstance(keys, Mapping)]
    return frozenset(str(key).lower() for keys in blocks for key in keys)


def _one(operator: str, key: str, expected: object, request: Request, *, variables: bool) -> Match:
    texts = tuple(map(scalar, listed(expected)))
    if None in texts or not texts:
        return Match(None, f"the values of its {quoted(operator)} {quoted(key)} are not plain")
    values = request.look(key)
    asked = tuple(text for text in texts if text is not None)
    if operator == "Null":
        holds = _null(asked, values)
    else:
        holds = _holds(operator, asked, values, request, variables=variables)
    if holds:
        return Match(holds=True)
    has = values.value if isinstance(values, Missing) else f"it is {quoted(*values)}"
    why = f"it asks {quoted(operator)} {quoted(key)} {quoted(*asked, joint=' or ')}, but {has}"
    return Match(holds, why)


def _holds(
    operator: str,
    texts: tuple[str, ...],
    values: tuple[str, ...] | Missing,
    request: Request,
    *,
    variables: bool,
) -> Truth:
    """One operator over one key; None for an operator that is not known here."""
    parts = _OPERATOR.fullmatch(operator)
    over, name, if_exists = parts.groups() if parts else (None, operator, None)
    opposite = name in OPPOSITES
    compare = COMPARISONS.get(OPPOSITES.get(name, name))
    strange = variables and name not in WITH_VARIABLES and any("${" in text for text in texts)
    if compare is None or values is Missing.UNKNOWN or strange:
        return None
    if isinstance(values, Missing):
        return _absent(over, if_exists=bool(if_exists), opposite=opposite)

    patterns = [compiled(text, request, variables=variables) for text in texts]
    likes = [any_of(_compared(compare, value, pattern) for pattern in patterns) for value in values]
    truths = [negated(like) if opposite else like for like in likes]
    if over == "ForAllValues":
        return all_of(truths)
    if over == "ForAnyValue":
        return any_of(truths)
    # AWS does not define a single-valued operator over several values.
    return truths[0] if len(truths) == 1 else None


def _absent(over: str | None, *, if_exists: bool, opposite: bool) -> Truth:
    if over == "ForAnyValue":
        # It asks for a value, IfExists for none: which of them wins, AWS does not say.
        return None if if_exists else False
    return if_exists or over == "ForAllValues" or opposite


def _compared(compare: Comparison, value: str, pattern: Pattern | Missing) -> Truth:
    if isinstance(pattern, Pattern):
        return compare(value, pattern)
    # A variable without a value equals nothing, so that a negated operator holds against it.
    return None if pattern is Missing.UNKNOWN else False


def _null(texts: tuple[str, ...], values: tuple[str, ...] | Missing) -> Truth:
    if values is Missing.UNKNOWN:
        return None
    words = {"true": values is Missing.ABSENT, "false": values is not Missing.ABSENT}
    return any_of(words.get(text.lower()) for text in texts)
