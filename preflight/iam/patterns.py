"""A policy's text made comparable: wildcards, and variables as `${aws:username, 'nobody'}`."""

import re
from dataclasses import dataclass

from preflight.iam.request import Missing, Request

_PIECE = re.compile(r"\$\{([^}]*)\}|[*?]|[^$*?]+|\$")
_VARIABLE = re.compile(r"\s*([^,\s]+)\s*(?:,\s*'([^']*)'\s*)?")


@dataclass(frozen=True, slots=True)
class Pattern:
    """`literal` for the operators that compare exactly, `regex` for those that know wildcards."""

    literal: str
    regex: str

    def matches(self, value: str, *, ignore_case: bool = False) -> bool:
        """Whether the whole value is like the pattern."""
        flags = re.DOTALL | (re.IGNORECASE if ignore_case else 0)
        return re.fullmatch(self.regex, value, flags) is not None


def compiled(text: str, request: Request, *, variables: bool) -> Pattern | Missing:
    """The pattern with its variables filled in from the request.

    Variables exist only in documents of version 2012-10-17; in older ones they are plain text. What
    a variable brings in is taken literally: a star in a user's name is no wildcard. Missing where a
    variable has no value and no default.
    """
    literal, regex = "", ""
    for piece in _PIECE.finditer(text):
        found = piece[0]
        if found == "*":
            literal, regex = literal + found, regex + ".*"
            continue
        if found == "?":
            literal, regex = literal + found, regex + "."
            continue
        if piece[1] is not None and variables:
            value = _filled(piece[1], request)
            if isinstance(value, Missing):
                return value
            found = value
        elif piece[1] is not None:
            # Plain text, in which stars and question marks still are wildcards.
            regex += re.escape(found).replace(r"\*", ".*").replace(r"\?", ".")
            literal += found
            continue
        literal, regex = literal + found, regex + re.escape(found)
    return Pattern(literal, regex)


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
