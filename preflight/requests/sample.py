"""What a file holds beyond what is checked of each line, from a sample of its lines.

Lines with some two megabytes in all are decoded as a whole: a prompt's tokens, lengths, images.
Which lines those are depends only on where they stand in the file, so a sample taken in stretches
is the same.
"""

from dataclasses import dataclass, field

from preflight.requests.lines import Block
from preflight.requests.spread import Spreading
from preflight.requests.tally import Tally
from preflight.requests.tokens import media_and_tokens

ENOUGH = 2 << 20
"""Bytes of a sample: thousands of short lines, and what costs a few hundredths of a second."""

SELDOM = 1_024
"""Of the largest file, one line in so many."""

_SCATTER = 0x9E3779B1
"""Knuth's multiplier: as cells go by, the first line that is taken is now this one, now that."""


def stride(size: int) -> int:
    """Of a file of so many bytes, one line in how many is taken."""
    return min(SELDOM, 1 + size // ENOUGH)


@dataclass(slots=True)
class Sample:
    """The lines taken so far. `every`: one in how many.

    `size` is their bytes; `prompts` are the tokens of each, `lengths` the bytes; `media` the types
    of its content parts that are no text.
    """

    every: int
    tokens: int = 0
    size: int = 0
    media: Tally = field(default_factory=Tally)
    prompts: Spreading = field(default_factory=Spreading)
    lengths: Spreading = field(default_factory=Spreading)

    def look(self, block: Block, lines: list[bytes], first: int) -> None:
        """Take what is due of a block; `first` is the number of its first line."""
        start = (block.cell * _SCATTER >> 9) % self.every
        taken = lines[start :: self.every]
        if not taken:
            return
        told = list(map(media_and_tokens, taken))
        for at, (kinds, _) in enumerate(told):
            for kind in kinds:
                self.media.add(kind, (first + start + at * self.every,))
        tokens = [counted for _, counted in told]
        self.tokens += sum(tokens)
        self.prompts.add(tokens)
        lengths = list(map(len, taken))
        self.size += sum(lengths)
        self.lengths.add(lengths)

    def follow(self, later: "Sample", before: int) -> None:
        """Add the sample of what follows, behind so many lines."""
        self.tokens += later.tokens
        self.size += later.size
        self.media.follow(later.media, before)
        self.prompts.follow(later.prompts)
        self.lengths.follow(later.lengths)

    def estimate(self, size: int) -> int:
        """About how many prompt tokens a file of so many bytes holds."""
        # In whole numbers, so that the sum of stretches is exactly that of the whole.
        return (self.tokens * size + self.size // 2) // self.size if self.size else 0
