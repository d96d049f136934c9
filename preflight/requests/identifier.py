"""What some providers make of a custom_id.

Vertex AI's importer guesses types: "000000" comes back as 0 (live captures, read 2026-10), so an
id should start with a letter. Bedrock's documentation calls its recordId alphanumeric; more than
letters, digits, - and _ is more than it promises to keep. A run sends the requests of a file under
names of its own where one of them has an id that the provider may not carry.
"""

import re
import string
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from preflight.requests.fault import Fault, Faults, quoted

_LETTERS = frozenset(string.ascii_letters)
_PLAIN = (string.ascii_lowercase + string.digits).encode()
_UPPER = frozenset(string.ascii_uppercase.encode())
_NAMELY = _UPPER | frozenset(b"-_")
_OF_NUMBERS = string.digits + string.whitespace + "\x1c\x1d\x1e\x1f+-.eE"
_CHARACTERS = (string.ascii_letters + string.digits + "-_").encode()
_NUMBER = re.compile(r"\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?\s*")


class Glance(NamedTuple):
    """What all ids of some lines have in common, seen in a few passes in C as there are millions.

    `firsts`: their first characters; `others`: the characters that are no lower-case letter and no
    digit (None: there are some beyond ASCII); `shortest` and `longest`, in characters.
    """

    firsts: frozenset[str]
    others: frozenset[int] | None
    shortest: int
    longest: int

    @property
    def unremarkable(self) -> bool:
        """Whether `observed` would say nothing about any of them."""
        return self.firsts <= _LETTERS and self.others is not None and self.others <= _NAMELY


def glance(custom_ids: Sequence[str], *, increasing: bool) -> Glance:
    """Look at ids, none of them empty; `increasing`: by length, then by their characters."""
    joined = "".join(custom_ids)
    others = None
    if joined.isascii():
        others = frozenset(joined.encode().translate(None, _PLAIN))
    least, most = custom_ids[0], custom_ids[-1]
    if not increasing:
        lengths = list(map(len, custom_ids))
        return Glance(_firsts(custom_ids), others, min(lengths), max(lengths))
    same = len(least) == len(most) and least[0] == most[0]
    firsts = frozenset(least[0]) if same else _firsts(custom_ids)
    return Glance(firsts, others, len(least), len(most))


def _firsts(custom_ids: Iterable[str]) -> frozenset[str]:
    return frozenset([custom_id[0] for custom_id in custom_ids])


def observe(faults: Faults, custom_ids: Sequence[str], lines: Sequence[tuple[int, int]]) -> None:
    """Add what a provider may mind about ids (none empty), by number and offset of their lines."""

    def about(code: str, said: str, places: list[int]) -> None:
        faults.several(
            code,
            len(places),
            (
                Fault(code, *lines[at], f"custom_id {quoted(custom_ids[at])} {said}")
                for at in places
            ),
        )

    odd = [at for at, one in enumerate(custom_ids) if one[0] not in _LETTERS]
    numbers = [at for at in odd if _is_number(custom_ids[at])]
    about("id_number", "reads as a number", numbers)
    known = frozenset(numbers)
    about("id_first", "does not start with a letter", [at for at in odd if at not in known])
    strange = [at for at, one in enumerate(custom_ids) if one.encode().translate(None, _CHARACTERS)]
    about("id_characters", "has other characters than letters, digits, - and _", strange)


def _is_number(custom_id: str) -> bool:
    if custom_id.isascii() and custom_id.strip(_OF_NUMBERS):
        return False
    return _NUMBER.fullmatch(custom_id) is not None


def observed(custom_id: str, line: int, offset: int) -> tuple[Fault, ...]:
    """What a provider may mind about one custom_id (never empty)."""
    faults = Faults()
    observe(faults, (custom_id,), ((line, offset),))
    return tuple(faults.kept)


@dataclass(slots=True)
class Uncarried:
    """Which providers cannot carry some custom_id as it is; `lines`: provider -> the first line."""

    lines: dict[str, int] = field(default_factory=dict)

    def look(self, custom_ids: Sequence[str], numbers: Sequence[int], seen: Glance) -> None:
        """Look at ids, the numbers of their lines, and what they have in common."""
        for provider, (carries_all, carries) in CARRIED.items():
            if provider not in self.lines and not carries_all(custom_ids, seen):
                at = next(at for at, one in enumerate(custom_ids) if not carries(one))
                self.lines[provider] = numbers[at]

    def follow(self, later: "Uncarried", before: int) -> None:
        """Add what is known of the following lines, behind so many."""
        for provider, line in later.lines.items():
            self.lines.setdefault(provider, line + before)


LABEL = 63
"""The longest value of a label at Google Cloud, in characters."""

_ALPHANUMERIC = re.compile(r"[A-Za-z0-9]+")
_LABEL = re.compile(r"[a-z][a-z0-9_-]{0,62}")
_LOWER = frozenset(string.ascii_lowercase)
_OF_LABELS = frozenset(b"-_")
_VALUES = frozenset({"true", "false", "null", "nan", "inf", "infinity"})
"""What reads as a value that is no text, though it begins with a letter."""
_LONGEST_VALUE = max(map(len, _VALUES))


def _all_alphanumeric(_: Sequence[str], seen: Glance) -> bool:
    return seen.others is not None and seen.others <= _UPPER


def _all_labels(custom_ids: Sequence[str], seen: Glance) -> bool:
    return (
        seen.firsts <= _LOWER
        and seen.others is not None
        and seen.others <= _OF_LABELS
        and seen.longest <= LABEL
        and (seen.shortest > _LONGEST_VALUE or _VALUES.isdisjoint(custom_ids))
    )


CARRIED: Mapping[str, tuple[Callable[[Sequence[str], Glance], bool], Callable[[str], object]]] = {
    "bedrock": (_all_alphanumeric, _ALPHANUMERIC.fullmatch),
    "vertex": (_all_labels, lambda one: one not in _VALUES and _LABEL.fullmatch(one)),
}
"""Provider -> whether it carries all of several ids, and whether it carries one. Amazon Bedrock's
recordId is alphanumeric; at Vertex AI an id may be a label, and must not read as another type.
"""


SENT_DIGITS = 10
_SENT_ID = re.compile(r"r(\d{10,})", re.ASCII)


def sent_id(ordinal: int) -> str:
    """What a renamed request is called at the provider.

    A lower-case letter and ten digits: alphanumeric and 11 characters long for Bedrock, a label
    that does not read as a number for Vertex AI.
    """
    return f"r{ordinal:010d}"


def ordinal(sent_id: str) -> int | None:
    """Which request goes by that name; None: it is no name that `sent_id` makes."""
    found = _SENT_ID.fullmatch(sent_id)
    if found is None or (len(found[1]) > SENT_DIGITS and found[1].startswith("0")):
        return None
    return int(found[1])
