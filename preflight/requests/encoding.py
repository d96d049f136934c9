"""Whether bytes are UTF-8, which the JSON decoder does not ask of the strings that it skips."""

from codecs import utf_8_decode

AT_ONCE = 32 << 10
"""Bytes made into text at a time. The text is thrown away; so much of it stays in the cache, where
a whole block's is memory that is asked of the system and given back each time: half as fast."""


def is_utf8(raw: bytes) -> bool:
    """Whether they are."""
    if raw.isascii():
        return True
    size = len(raw)
    at = 0
    with memoryview(raw) as view:
        try:
            while at < size:
                # What is cut in the middle of a character is left to the next piece.
                at += utf_8_decode(view[at : at + AT_ONCE], "strict", at + AT_ONCE >= size)[1]
        except UnicodeDecodeError:
            return False
    return True
