"""Another name for a custom_id that is not legal, such that it can be undone.

The name is made of the id alone: the same id has the same name on every line and in every file, so
that what was a duplicate stays one, and a second repair finds nothing to do.
"""

import re
from collections.abc import Collection, Sequence
from hashlib import blake2b
from itertools import islice

from msgspec import Raw, Struct
from msgspec.json import Decoder, encode

from preflight.requests.identifier import CARRIED, glance

_CUSTOM_ID = re.compile(rb'"custom_id"[ \t\r\n]*:[ \t\r\n]*("(?:[^"\\]|\\.)*"|-?[0-9]+)')
_TRIED = 32
"""Places that look like the custom_id, at most: a line is decoded for each."""


class _Identified(Struct, gc=False):
    custom_id: str | int


_identified = Decoder(_Identified).decode
_fields = Decoder(dict[str, Raw]).decode


def legal(custom_id: str | int) -> str:
    """A name that every provider carries: alphanumeric, a label, and not read as a number."""
    return "r" + blake2b(encode(custom_id), digest_size=16).hexdigest()


def carried(custom_id: str, providers: Collection[str]) -> bool:
    """Whether each of these providers carries an id as it is."""
    return all(CARRIED[name][1](custom_id) for name in providers if name in CARRIED)


def all_carried(custom_ids: Sequence[str], providers: Collection[str]) -> bool:
    """The same of several ids, none of them empty."""
    rules = [CARRIED[name][0] for name in providers if name in CARRIED]
    if not rules or not custom_ids:
        return True
    seen = glance(custom_ids, increasing=False)
    return all(rule(custom_ids, seen) for rule in rules)


def identity(line: bytes) -> str | int | None:
    """The custom_id of a line; None where it has none that is a text or a whole number."""
    try:
        line.isascii() or line.decode()  # msgspec does not look at the bytes it skips
        return _identified(line).custom_id
    except (ValueError, RecursionError):
        return None


def relabelled(line: bytes, name: str) -> bytes:
    """The line with its custom_id (there is one) replaced, and every other byte as it was.

    A line that spells the key in a way of its own is written anew, with the same values.
    """
    whole = _fields(line)
    whole["custom_id"] = Raw(encode(name))
    for found in islice(_CUSTOM_ID.finditer(line), _TRIED):
        start, end = found.span(1)
        made = b"".join((line[:start], encode(name), line[end:]))
        # What was found may stand deeper, or before another of its name.
        if _same(made, whole):
            return made
    return encode(whole) + (b"\n" if line.endswith(b"\n") else b"")


def _same(line: bytes, whole: dict[str, Raw]) -> bool:
    try:
        return _fields(line) == whole
    except (ValueError, RecursionError):
        return False
