"""What some providers make of a custom_id.

Vertex AI's importer guesses types: "000000" comes back as 0 (live captures, read 2026-10), so an
id should start with a letter. Bedrock's documentation calls its recordId alphanumeric; more than
letters, digits, - and _ is more than it promises to keep. A run sends the requests of a file under
names of its own where one of them has an id that the provider may not carry.
"""

import re
import string
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from preflight.requests.fault import Fault, quoted

_LETTERS = frozenset(string.ascii_letters)
_CHARACTERS = (string.ascii_letters + string.digits + "-_").encode()
_NUMBER = re.compile(r"\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?\s*")


def unremarkable(custom_ids: Sequence[str]) -> bool:
    """Whether `observed` would say nothing about any of these: two passes in C."""
    return _LETTERS.issuperset({custom_id[0] for custom_id in custom_ids}) and not "".join(
        custom_ids
    ).encode().translate(None, _CHARACTERS)


def observed(custom_id: str, line: int, offset: int) -> Iterator[Fault]:
    """Yield what a provider may mind about one custom_id (never empty)."""
    if _NUMBER.fullmatch(custom_id):
        yield Fault("id_number", line, offset, f"custom_id {quoted(custom_id)} reads as a number")
    elif custom_id[0] not in _LETTERS:
        message = f"custom_id {quoted(custom_id)} does not start with a letter"
        yield Fault("id_first", line, offset, message)
    if custom_id.encode().translate(None, _CHARACTERS):
        message = (
            f"custom_id {quoted(custom_id)} has other characters than letters, digits, - and _"
        )
        yield Fault("id_characters", line, offset, message)


@dataclass(slots=True)
class Uncarried:
    """Which providers cannot carry some custom_id as it is; `lines`: provider -> the first line."""

    lines: dict[str, int] = field(default_factory=dict)

    def look(self, custom_ids: Sequence[str], first: int) -> None:
        """Look at those of consecutive lines; `first` is the first one's number."""
        for provider, (carries_all, carries) in _CARRIED.items():
            if provider not in self.lines and not carries_all(custom_ids):
                numbered = enumerate(custom_ids, first)
                self.lines[provider] = next(number for number, one in numbered if not carries(one))


LABEL = 63
"""The longest value of a label at Google Cloud, in characters."""

_ALPHANUMERIC = re.compile(r"[A-Za-z0-9]+")
_LABEL = re.compile(r"[a-z][a-z0-9_-]{0,62}")
_LOWER = frozenset(string.ascii_lowercase)
_OF_LABELS = (string.ascii_lowercase + string.digits + "-_").encode()
_VALUES = frozenset({"true", "false", "null", "nan", "inf", "infinity"})
"""What reads as a value that is no text, though it begins with a letter."""


def _all_alphanumeric(custom_ids: Iterable[str]) -> bool:
    joined = "".join(custom_ids)
    return joined.isascii() and joined.isalnum()


def _all_labels(custom_ids: Sequence[str]) -> bool:
    """In passes in C, as there may be millions."""
    return (
        _LOWER.issuperset({custom_id[0] for custom_id in custom_ids})
        and not "".join(custom_ids).encode().translate(None, _OF_LABELS)
        and max(map(len, custom_ids)) <= LABEL
        and _VALUES.isdisjoint(custom_ids)
    )


_CARRIED: Mapping[str, tuple[Callable[[Sequence[str]], bool], Callable[[str], object]]] = {
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
