"""What each condition operator compares, for one value and one pattern.

Source of the list: the IAM user guide, "IAM JSON policy elements: Condition operators", 2026-10.
"""

import binascii
import ipaddress
import re
from base64 import b64decode
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from operator import eq, ge, gt, le, lt
from typing import Any

from preflight.iam.arns import arn_like
from preflight.iam.patterns import Pattern
from preflight.iam.truth import Truth

Comparison = Callable[[str, Pattern], Truth]
"""Whether the value is what the pattern asks; None where the two cannot be compared."""

_NUMBER = re.compile(r"[+-]?[0-9]{1,40}(\.[0-9]{1,40})?")
_EPOCH = re.compile(r"[0-9]{5,11}")
_DAY = re.compile(r"([0-9]{4})-([0-9]{2})(?:-([0-9]{2}))?")
_MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?"
    r"(Z|[+-][0-9]{2}:[0-9]{2})"
)
_NETWORK = re.compile(r"[0-9a-fA-F.:]+(/[0-9]{1,3})?")


def _equals(value: str, pattern: Pattern) -> bool:
    return value == pattern.literal


def _equals_ignoring_case(value: str, pattern: Pattern) -> bool:
    return value.lower() == pattern.literal.lower()


def _like(value: str, pattern: Pattern) -> bool:
    return pattern.matches(value)


def _bool(value: str, pattern: Pattern) -> Truth:
    asked, has = pattern.literal.lower(), value.lower()
    return has == asked if {asked, has} <= {"true", "false"} else None


def _binary(value: str, pattern: Pattern) -> Truth:
    """Two byte strings, both written in base 64."""
    try:
        return b64decode(value, validate=True) == b64decode(pattern.literal, validate=True)
    except (binascii.Error, ValueError):
        return None


def _ip(value: str, pattern: Pattern) -> Truth:
    if not _NETWORK.fullmatch(pattern.literal):
        return None
    try:
        return ipaddress.ip_address(value) in ipaddress.ip_network(pattern.literal, strict=False)
    except ValueError:
        return None


def _number(text: str) -> Decimal:
    """An integer or a decimal number. Raises ValueError."""
    if not _NUMBER.fullmatch(text):
        raise ValueError(text)
    return Decimal(text)


def _moment(text: str) -> datetime:
    """A date as IAM takes it. Raises ValueError.

    A W3C profile of ISO 8601, or whole seconds since 1970. Four digits and less could be either a
    year or seconds; a time without its zone could be anywhere's: neither is taken for a date.
    """
    if _EPOCH.fullmatch(text):
        return datetime.fromtimestamp(int(text), UTC)
    day = _DAY.fullmatch(text)
    if day:
        return datetime(int(day[1]), int(day[2]), int(day[3] or 1), tzinfo=UTC)
    if not _MOMENT.fullmatch(text):
        raise ValueError(text)
    return datetime.fromisoformat(text)


def _ordered(read: Callable[[str], Any], compare: Callable[[Any, Any], bool]) -> Comparison:
    def compared(value: str, pattern: Pattern) -> Truth:
        try:
            return compare(read(value), read(pattern.literal))
        except (ValueError, OverflowError):
            return None

    return compared


COMPARISONS: dict[str, Comparison] = {
    "StringEquals": _equals,
    "StringEqualsIgnoreCase": _equals_ignoring_case,
    "StringLike": _like,
    # For ARNs AWS documents the two as the same.
    "ArnEquals": arn_like,
    "ArnLike": arn_like,
    "Bool": _bool,
    "BinaryEquals": _binary,
    "IpAddress": _ip,
    "NumericEquals": _ordered(_number, eq),
    "NumericLessThan": _ordered(_number, lt),
    "NumericLessThanEquals": _ordered(_number, le),
    "NumericGreaterThan": _ordered(_number, gt),
    "NumericGreaterThanEquals": _ordered(_number, ge),
    "DateEquals": _ordered(_moment, eq),
    "DateLessThan": _ordered(_moment, lt),
    "DateLessThanEquals": _ordered(_moment, le),
    "DateGreaterThan": _ordered(_moment, gt),
    "DateGreaterThanEquals": _ordered(_moment, ge),
}

OPPOSITES = {
    "StringNotEquals": "StringEquals",
    "StringNotEqualsIgnoreCase": "StringEqualsIgnoreCase",
    "StringNotLike": "StringLike",
    "ArnNotEquals": "ArnEquals",
    "ArnNotLike": "ArnLike",
    "NotIpAddress": "IpAddress",
    "NumericNotEquals": "NumericEquals",
    "DateNotEquals": "DateEquals",
}
"""Each negated operator and what it negates."""

WITH_VARIABLES = frozenset(
    name for name in (*COMPARISONS, *OPPOSITES) if name.startswith(("String", "Arn"))
)
"""The operators in whose values AWS fills in variables."""
