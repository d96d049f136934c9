"""The Condition element: does it hold? What is not understood is neither yes nor no."""

import ipaddress
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from operator import eq, ge, gt, le, lt
from typing import Any

from preflight.iam.patterns import Pattern, compiled
from preflight.iam.request import Missing, Request, Truth, all_of, any_of, negated

Comparison = Callable[[str, Pattern], Truth]


@dataclass(frozen=True, slots=True)
class Match:
    """Whether part of a statement fits the request; `why` says what stands against it."""

    holds: Truth
    why: str = ""


def matching(conditions: object, request: Request, *, variables: bool) -> Match:
    """Whether every condition holds; if not, the first that fails or cannot be told."""
    if not isinstance(conditions, Mapping):
        return Match(None, "its Condition is not an object")
    unknown = Match(holds=True)
    for operator, keys in conditions.items():
        if not isinstance(keys, Mapping):
            return Match(None, f"its {operator} is not an object")
        for key, expected in keys.items():
            texts = tuple(_text(item) for item in _listed(expected))
            holds = _holds(operator, key, texts, request, variables=variables)
            if holds is True:
                continue
            match = Match(holds, _worded(operator, key, texts, request))
            if holds is False:
                return match
            unknown = unknown if unknown.holds is None else match
    return unknown


def _listed(value: object) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _worded(operator: str, key: str, texts: tuple[str, ...], request: Request) -> str:
    values = request.look(key)
    has = values.value if isinstance(values, Missing) else f"it is {', '.join(values)}"
    return f"it asks {operator} {key} {' or '.join(texts)}, but {has}"


# --- operators ------------------------------------------------------------------------------------


def _equals(value: str, pattern: Pattern) -> bool:
    return value == pattern.literal


def _equals_ignoring_case(value: str, pattern: Pattern) -> bool:
    return value.lower() == pattern.literal.lower()


def _like(value: str, pattern: Pattern) -> bool:
    return pattern.matches(value)


def _arn_like(value: str, pattern: Pattern) -> Truth:
    """AWS compares ARNs part by part: a star does not reach over a colon, save in the last part.

    A pattern that fits only as one text (`arn:aws:bedrock:*`) is not an ARN pattern at all: cannot
    tell.
    """
    whole = pattern.matches(value)
    parts = "[^:]*:" * 5
    by_part = re.fullmatch(parts + ".*", pattern.literal, re.DOTALL) is not None
    if not by_part:
        return None if whole else False
    head = pattern.regex.split(":", 5)
    bounded = ":".join([piece.replace(".*", "[^:]*") for piece in head[:5]] + head[5:])
    return re.fullmatch(bounded, value, re.DOTALL) is not None


def _bool(value: str, pattern: Pattern) -> Truth:
    asked = pattern.literal.lower()
    return value.lower() == asked if asked in {"true", "false"} else None


def _ip(value: str, pattern: Pattern) -> Truth:
    try:
        return ipaddress.ip_address(value) in ipaddress.ip_network(pattern.literal, strict=False)
    except ValueError:
        return None


def _numeric(compare: Callable[[Any, Any], bool]) -> Comparison:
    def compared(value: str, pattern: Pattern) -> Truth:
        try:
            return compare(float(value), float(pattern.literal))
        except ValueError:
            return None

    return compared


def _moment(text: str) -> datetime:
    """A date as IAM writes it: ISO 8601, or seconds since 1970. Raises ValueError."""
    if re.fullmatch(r"\d{5,}(\.\d+)?", text):
        return datetime.fromtimestamp(float(text), UTC)
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _date(compare: Callable[[Any, Any], bool]) -> Comparison:
    def compared(value: str, pattern: Pattern) -> Truth:
        try:
            return compare(_moment(value), _moment(pattern.literal))
        except ValueError:
            return None

    return compared


_COMPARISONS: dict[str, Comparison] = {
    "StringEquals": _equals,
    "StringEqualsIgnoreCase": _equals_ignoring_case,
    "StringLike": _like,
    # For ARNs AWS documents the two as the same.
    "ArnEquals": _arn_like,
    "ArnLike": _arn_like,
    "Bool": _bool,
    "IpAddress": _ip,
    "NumericEquals": _numeric(eq),
    "NumericLessThan": _numeric(lt),
    "NumericLessThanEquals": _numeric(le),
    "NumericGreaterThan": _numeric(gt),
    "NumericGreaterThanEquals": _numeric(ge),
    "DateEquals": _date(eq),
    "DateLessThan": _date(lt),
    "DateLessThanEquals": _date(le),
    "DateGreaterThan": _date(gt),
    "DateGreaterThanEquals": _date(ge),
}

_OPPOSITES = {
    "StringNotEquals": "StringEquals",
    "StringNotEqualsIgnoreCase": "StringEqualsIgnoreCase",
    "StringNotLike": "StringLike",
    "ArnNotEquals": "ArnEquals",
    "ArnNotLike": "ArnLike",
    "NotIpAddress": "IpAddress",
    "NumericNotEquals": "NumericEquals",
    "DateNotEquals": "DateEquals",
}

_OPERATOR = re.compile(r"(?:(ForAnyValue|ForAllValues):)?(\w+?)(IfExists)?")


def _holds(
    operator: str, key: str, texts: tuple[str, ...], request: Request, *, variables: bool
) -> Truth:
    """One operator over one key; None for an operator that is not known here."""
    values = request.look(key)
    if operator == "Null":
        return _null(texts, values)
    parts = _OPERATOR.fullmatch(operator)
    over, name, if_exists = parts.groups() if parts else (None, operator, None)
    opposite = name in _OPPOSITES
    compare = _COMPARISONS.get(_OPPOSITES.get(name, name))
    if compare is None or values is Missing.UNKNOWN:
        return None
    if isinstance(values, Missing):
        return bool(if_exists) or over == "ForAllValues" or (over is None and opposite)

    patterns = [compiled(text, request, variables=variables) for text in texts]
    likes = [
        any_of(_compared(compare, value, pattern, opposite=opposite) for pattern in patterns)
        for value in values
    ]
    truths = [negated(like) if opposite else like for like in likes]
    if over == "ForAllValues":
        return all_of(truths)
    if over == "ForAnyValue":
        return any_of(truths)
    # AWS does not define a single-valued operator over several values.
    return truths[0] if len(truths) == 1 else None


def _compared(
    compare: Comparison, value: str, pattern: Pattern | Missing, *, opposite: bool
) -> Truth:
    if isinstance(pattern, Pattern):
        return compare(value, pattern)
    # A variable without a value matches nothing. What "not equal to nothing" is, AWS does not say.
    return None if opposite or pattern is Missing.UNKNOWN else False


def _null(texts: tuple[str, ...], values: tuple[str, ...] | Missing) -> Truth:
    if values is Missing.UNKNOWN:
        return None
    words = {"true": values is Missing.ABSENT, "false": values is not Missing.ABSENT}
    return any_of(words.get(text.lower()) for text in texts)
