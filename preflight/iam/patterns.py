"""A policy's text made comparable: wildcards, and variables as `${aws:username, 'nobody'}`.

Matching takes no longer than the product of the two lengths, whatever the pattern: no backtracking
over its stars. A value is the request's own, hence short, so a document is read in linear time.
"""

import re
from dataclasses import dataclass
from itertools import groupby

from preflight.iam.request import Missing, Request

Token = str | int | None
"""Plain text, a number of characters of any kind (question marks), or None: a star."""

_PIECE = re.compile(r"\*+|\?+|[^*?]+")
_VARIABLE = re.compile(r"\s*([^,\s][^,]*?)\s*(?:,\s*'([^']*)'\s*)?")


@dataclass(frozen=True, slots=True)
class Pattern:
    """Text in which stars and question marks stand for other text."""

    tokens: tuple[Token, ...]

    @property
    def literal(self) -> str:
        """The text for the operators that know no wildcards."""
        return "".join(map(_written, self.tokens))

    @property
    def wild(self) -> bool:
        """Whether it stands for more than one text."""
        return any(not isinstance(token, str) for token in self.tokens)

    def matches(self, value: str, *, ignore_case: bool = False) -> bool:
        """Whether the whole value is like the pattern."""
        tokens = self.tokens
        if ignore_case:
            value = value.lower()
            tokens = tuple(one.lower() if isinstance(one, str) else one for one in tokens)
        first, *others = _between_stars(tokens)
        at = _end(first, value, 0)
        if at is None or not others:
            return at == len(value)
        *middle, last = others
        for chunk in middle:
            at = _found(chunk, value, at)
            if at is None:
                return False
        start = len(value) - _length(last)
        return start >= at and _end(last, value, start) is not None

    def split(self) -> "tuple[Pattern, ...]":
        """The pattern's up to six parts between colons, as in an ARN."""
        parts: list[list[Token]] = [[]]
        for token in self.tokens:
            if not isinstance(token, str):
                parts[-1].append(token)
                continue
            head, *tail = token.split(":", 6 - len(parts))
            parts[-1].append(head)
            parts.extend([piece] for piece in tail)
        return tuple(Pattern(tuple(token for token in part if token != "")) for part in parts)


def plain(text: str) -> Pattern:
    """The pattern of a text that knows wildcards and no variables."""
    return Pattern(tuple(_tokens(text)))


def compiled(text: str, request: Request, *, variables: bool) -> Pattern | Missing:
    """The pattern with its variables filled in from the request.

    Variables exist only in documents of version 2012-10-17; in older ones they are plain text. What
    a variable brings in is taken literally: a star in a user's name is no wildcard. Missing where a
    variable has no value and no default, or is not well-formed.
    """
    if not variables:
        return plain(text)
    head, *rest = text.split("${")
    tokens = _tokens(head)
    for piece in rest:
        body, closed, after = piece.partition("}")
        value = _filled(body, request) if closed else Missing.UNKNOWN
        if isinstance(value, Missing):
            return value
        tokens += [value, *_tokens(after)]
    return Pattern(tuple(token for token in tokens if token != ""))


def _tokens(text: str) -> list[Token]:
    return [_token(piece) for piece in _PIECE.findall(text)]


def _token(piece: str) -> Token:
    return None if piece[0] == "*" else len(piece) if piece[0] == "?" else piece


def _written(token: Token) -> str:
    return "*" if token is None else token if isinstance(token, str) else "?" * token


def _between_stars(tokens: tuple[Token, ...]) -> list[list[str | int]]:
    chunks: list[list[str | int]] = [[]]
    for star, group in groupby(tokens, lambda token: token is None):
        if star:
            chunks.append([])
        else:
            chunks[-1].extend(token for token in group if token is not None)
    return chunks


def _length(chunk: list[str | int]) -> int:
    return sum(token if isinstance(token, int) else len(token) for token in chunk)


def _end(chunk: list[str | int], value: str, at: int) -> int | None:
    """Where the chunk ends when it begins at `at`; None where it does not fit there."""
    for token in chunk:
        if isinstance(token, int):
            at += token
        elif value.startswith(token, at):
            at += len(token)
        else:
            return None
    return at if at <= len(value) else None


def _found(chunk: list[str | int], value: str, at: int) -> int | None:
    """Where the chunk's first occurrence from `at` on ends. The first is enough: a star follows."""
    for start in range(at, len(value) - _length(chunk) + 1):
        end = _end(chunk, value, start)
        if end is not None:
            return end
    return None


def _filled(body: str, request: Request) -> str | Missing:
    """One variable's value; `${*}`, `${?}` and `${$}` stand for the character itself."""
    if body in {"*", "?", "$"}:
        return body
    parts = _VARIABLE.fullmatch(body)
    if parts is None:
        return Missing.UNKNOWN
    values = request.look(parts[1])
    if values is Missing.ABSENT and parts[2] is not None:
        return parts[2]
    if isinstance(values, Missing):
        return values
    # AWS defines no value of a variable whose key has several.
    return values[0] if len(values) == 1 else Missing.UNKNOWN
