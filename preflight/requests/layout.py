"""Whether lines that a decoder took have each key once: it takes the last and says nothing.

What has one value on all lines the decoder compares wherever it stands, and it counts messages. So
one thing is left: an id in front of the one that counts. Lines of one writer begin alike, with
their id; where these do not, keys are counted.
"""

from collections.abc import Sequence
from itertools import repeat
from operator import itemgetter
from typing import NamedTuple

from preflight.requests.lines import Block
from preflight.requests.repeats import escapes, first_id, repeated
from preflight.requests.shapes import Facts, prompt_field

LONGEST_HEAD = 200
"""Bytes in front of an id: more hold a body, which is never alike."""


class Layout(NamedTuple):
    """How lines are written.

    `head` is what is in front of their custom_id, with its quote, "" where that is not alike;
    `prompt` the key of their prompt.
    """

    head: str
    prompt: str

    def once(
        self, block: Block, lines: list[bytes], custom_ids: Sequence[str], *, prompts: bool
    ) -> bool:
        """Whether no line's id differs from the first on that line, and no prompt is repeated.

        `prompts`: that no prompt is, is known.
        """
        keys = [] if self._begin(lines, custom_ids) else ["custom_id"]
        if not prompts:
            keys.append(self.prompt)
        if not keys:
            return True
        raw = block.raw
        if not escapes(raw) and all(
            raw.count(b'"%b"' % key.encode()) == len(lines) for key in keys
        ):
            return True
        return not any(map(repeated, lines, repeat(self.prompt)))

    def _begin(self, lines: list[bytes], custom_ids: Sequence[str]) -> bool:
        """Whether each line begins with the head and its id."""
        head = self.head
        if not head:
            return False
        between = f'"\n{head}'
        expected = f'{head}{between.join(custom_ids)}"\n'.encode()
        # A backslash in the line stands for another character than it does in the id.
        if b"\\" in expected:
            return False
        length = len(custom_ids[0])
        if list(map(len, custom_ids)).count(length) == len(custom_ids):
            # Quicker than to compare them one by one: all their beginnings at once.
            begin = slice(len(head) + length + 1)
            if b"\n".join([*map(itemgetter(begin), lines), b""]) == expected:
                return True
        each = expected.split(b"\n")
        return len(each) == len(lines) + 1 and all(map(bytes.startswith, lines, each))


def layout(line: bytes, facts: Facts) -> Layout:
    """How a line is written, which is a request."""
    at = first_id(line)
    head = line[:at].decode() if at <= LONGEST_HEAD else ""
    if not line.startswith(f'{head}{facts.custom_id}"'.encode()) or "\\" in head:
        head = ""
    return Layout(head, (prompt_field(facts.url) or ("", None))[0])
