"""Conditions of Google's IAM policies: the part of CEL that people write, and nothing by a guess.

Comparisons of a resource's name, type and service and of the request's time, joined by `&&`, `||`,
`!` and parentheses. What is outside that part, or about something that is not known here, cannot be
told. Source: IAM's "Attribute reference" and "Overview of IAM Conditions", 2026-10.
"""

import operator
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from preflight.iam.truth import Truth, all_of, any_of, negated

_TOKEN = re.compile(
    r"\s*(?:(?P<text>\"[^\"\\\n]*\"|'[^'\\\n]*')"
    r"|(?P<word>[A-Za-z_][A-Za-z0-9_.]*)"
    r"|(?P<sign>&&|\|\||==|!=|<=|>=|[!<>()]))"
)
_MOMENT = re.compile(
    r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,6})?(Z|[+-]\d{2}:\d{2})", re.ASCII
)
_LONGEST, _DEEPEST = 4096, 32
"""Characters and parentheses; IAM takes a dozen operators."""

_ORDER: dict[str, Callable[[datetime, datetime], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_TURNED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}


@dataclass(frozen=True, slots=True)
class Name:
    """A resource's name; where it is not `whole`, what the names of several begin with."""

    text: str
    whole: bool = True


@dataclass(frozen=True, slots=True)
class Seen:
    """What a condition is asked about, as far as it is known: None for what is not.

    The requests come at some time from `begins` to `ends`; both know their zone.
    """

    begins: datetime
    ends: datetime
    service: str | None = None
    type: str | None = None
    name: Name | None = None


class _NotReadError(Exception):
    """The expression is outside the part that is read."""


def holds(expression: str, seen: Seen) -> Truth:
    """Whether the condition holds for every one of these requests, or for none.

    None where it holds for some and not for others, and for what is not understood.
    """
    try:
        return _Reading(expression, seen).whole()
    except _NotReadError:
        return None


class _Reading:
    """One pass over the expression. Both sides of `&&` and `||` are read, whatever the first is."""

    def __init__(self, expression: str, seen: Seen) -> None:
        self._tokens = _tokens(expression)
        self._at = 0
        self._depth = 0
        self._seen = seen

    def whole(self) -> Truth:
        found = self._either()
        if self._next():
            raise _NotReadError
        return found

    def _next(self) -> str:
        return self._tokens[self._at] if self._at < len(self._tokens) else ""

    def _take(self) -> str:
        part = self._next()
        self._at += 1
        return part

    def _expect(self, part: str) -> None:
        if self._take() != part:
            raise _NotReadError

    def _either(self) -> Truth:
        parts = [self._both()]
        while self._next() == "||":
            self._at += 1
            parts.append(self._both())
        return any_of(parts)

    def _both(self) -> Truth:
        parts = [self._one()]
        while self._next() == "&&":
            self._at += 1
            parts.append(self._one())
        return all_of(parts)

    def _one(self) -> Truth:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise _NotReadError
        part = self._take()
        if part == "!":
            found = negated(self._one())
        elif part == "(":
            found = self._either()
            self._expect(")")
        elif part in {"true", "false"}:
            found = part == "true"
        else:
            found = self._comparison(part)
        self._depth -= 1
        return found

    def _comparison(self, left: str) -> Truth:
        method = left.removeprefix("resource.name.")
        if method in {"startsWith", "endsWith"}:
            self._expect("(")
            end = _text(self._take())
            self._expect(")")
            return _affix(self._seen.name, end, at_the_end=method == "endsWith")
        first = self._operand(left)
        sign = self._take()
        second = self._operand(self._take())
        if sign not in _TURNED:
            raise _NotReadError
        if not isinstance(first, str):
            first, sign, second = second, _TURNED[sign], first
        if not isinstance(first, str) or isinstance(second, str):
            raise _NotReadError  # two attributes, or two constants
        return self._judged(first, sign, second)

    def _operand(self, part: str) -> "str | _Text | datetime":
        """An attribute's name, a constant text, or a constant moment."""
        if part in {"resource.name", "resource.type", "resource.service", "request.time"}:
            return part
        if part == "timestamp":
            self._expect("(")
            moment = _moment(_text(self._take()))
            self._expect(")")
            return moment
        return _Text(_text(part))

    def _judged(self, attribute: str, sign: str, constant: "_Text | datetime") -> Truth:
        if isinstance(constant, datetime):
            if attribute != "request.time" or sign not in _ORDER:
                raise _NotReadError
            return _in_time(self._seen, _ORDER[sign], constant)
        if attribute == "request.time" or sign not in {"==", "!="}:
            raise _NotReadError
        if attribute == "resource.name":
            same = _equals(self._seen.name, constant.text)
        else:
            known = getattr(self._seen, attribute.removeprefix("resource."))
            same = None if known is None else known == constant.text
        return same if sign == "==" else negated(same)


@dataclass(frozen=True, slots=True)
class _Text:
    text: str


def _tokens(expression: str) -> list[str]:
    if len(expression) > _LONGEST:
        raise _NotReadError
    found, at, text = [], 0, expression.rstrip()
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise _NotReadError
        found.append(match[match.lastgroup or 0])
        at = match.end()
    return found


def _text(part: str) -> str:
    if part[:1] not in {'"', "'"}:
        raise _NotReadError
    return part[1:-1]


def _moment(text: str) -> datetime:
    if not _MOMENT.fullmatch(text):
        raise _NotReadError
    try:
        return datetime.fromisoformat(text)
    except ValueError as error:
        raise _NotReadError from error


def _in_time(seen: Seen, order: Callable[[datetime, datetime], bool], moment: datetime) -> Truth:
    first, last = order(seen.begins, moment), order(seen.ends, moment)
    return first if first == last else None


def _equals(name: Name | None, text: str) -> Truth:
    if name is None:
        return None
    if name.whole:
        return name.text == text
    return None if text.startswith(name.text) else False


def _affix(name: Name | None, part: str, *, at_the_end: bool) -> Truth:
    if name is None:
        return None
    if at_the_end:
        return name.text.endswith(part) if name.whole or not part else None
    if name.text.startswith(part):
        return True
    return None if not name.whole and part.startswith(name.text) else False
