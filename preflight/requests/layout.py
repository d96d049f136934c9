"""Whether lines that a decoder took have each key once: it takes the last and says nothing.

What has one value on all lines the decoder compares wherever it stands, and it counts bodies and
conversations. So one thing is left: an id in front of the one that counts. Lines of one writer
begin alike, with their id, or end so, with nothing but the body in front. Where they do not, keys
are counted.
"""

from collections.abc import Sequence
from itertools import repeat
from operator import itemgetter
from typing import NamedTuple

from preflight.requests.lines import Block
from preflight.requests.repeats import BODY, MESSAGES, TOP, escapes, keys_of, repeated
from preflight.requests.shapes import Facts, prompt_field

LONGEST = 200
"""Bytes in front of an id, or behind it: more hold a body, which is never alike."""

FIRST = 2
"""Where the first key of a line begins, as in `{"body"`."""


class Layout(NamedTuple):
    """How lines are written.

    `head` is what is in front of their custom_id, with its quote. `before` and `after` are what is
    around it, from the end of the body to that of the line, in lines of which the body is the first
    key. Each is "" where it is not so. `prompt` is the key of their prompt.
    """

    head: str
    before: str
    after: str
    prompt: str

    @property
    def closed(self) -> bool:
        """Whether lines like this one must have no keys that it has not."""
        return not self.head and bool(self.before)

    def once(
        self, block: Block, lines: list[bytes], custom_ids: Sequence[str], *, prompts: bool
    ) -> bool:
        """Whether no line's id differs from the first on that line, and no messages are repeated.

        `prompts`: that no prompt is, is known.
        """
        keys = []
        if not self._begin(lines, custom_ids) and not self._end(lines, custom_ids):
            keys.append(TOP[0])
        if not prompts and self.prompt.encode() == MESSAGES:
            keys.append(MESSAGES)
        if not keys:
            return True
        raw = block.raw
        if all(raw.count(b'"%b"' % key) == len(lines) for key in keys) and not escapes(raw):
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
        if len(custom_ids[0]) == len(custom_ids[-1]):
            # Quicker than to compare them one by one: all their beginnings at once. They are not
            # equal where a length is another, as no line goes on with a newline behind its id.
            begin = itemgetter(slice(len(head) + len(custom_ids[0]) + 1))
            if b"\n".join([*map(begin, lines), b""]) == expected:
                return True
        each = expected.split(b"\n")
        return len(each) == len(lines) + 1 and all(map(bytes.startswith, lines, each))

    def _end(self, lines: list[bytes], custom_ids: Sequence[str]) -> bool:
        """Whether in each line the body comes first, and then its id, and nothing unknown."""
        if not self.closed or set(map(itemgetter(FIRST), lines)) != {BODY[0]}:
            return False
        before, after = self.before, self.after
        expected = f"{before}{f'{after}{before}'.join(custom_ids)}{after}".encode()
        if b"\\" in expected:
            return False
        if len(custom_ids[0]) == len(custom_ids[-1]):
            end = itemgetter(slice(-len(before) - len(custom_ids[0]) - len(after), None))
            if b"".join(map(end, lines)) == expected:
                return True
        each = expected.splitlines(keepends=True)
        return len(each) == len(lines) and all(map(bytes.endswith, lines, each))


def layout(line: bytes, facts: Facts) -> Layout:
    """How a line is written, which is a request."""
    keys = keys_of(line)
    at = line.index(b'"', keys[TOP[0]][0]) + 1
    body_ends = line.rindex(b"}", 0, keys[BODY][1])
    head, before, after = line[:at], line[body_ends:at], line[at + len(str(facts.custom_id)) :]
    plain = line.startswith(f'{facts.custom_id}"'.encode(), at)
    first = line.startswith(b'{"b') and keys.keys() <= set(TOP)
    return Layout(
        _text(head) if plain else "",
        _text(before) if plain and first and body_ends < at else "",
        _text(after + b"\n"),
        (prompt_field(facts.url) or ("", None))[0],
    )


def _text(part: bytes) -> str:
    """As text; "" where it is too long to be alike on other lines, or may be read as another."""
    return part.decode() if len(part) <= LONGEST and b"\\" not in part else ""
