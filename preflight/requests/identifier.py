"""What some providers make of a custom_id.

Vertex AI's importer guesses types: "000000" comes back as 0 (live captures, read 2026-10), so an
id should start with a letter. Bedrock's documentation calls its recordId alphanumeric; more than
letters, digits, - and _ is more than it promises to keep.
"""

import re
import string
from collections.abc import Iterator, Sequence

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
