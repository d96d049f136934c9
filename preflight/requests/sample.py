"""What a file holds beyond what is checked of each line, from a sample of its lines.

One line in 64 is decoded as a whole: its prompt's tokens, its length, its images. Which lines those
are depends only on where they stand in the file, so a sample taken in stretches is the same.
"""

from dataclasses import dataclass, field

from preflight.requests.lines import Block
from preflight.requests.spread import Spreading
from preflight.requests.tally import Tally
from preflight.requests.tokens import media_and_tokens

EVERY = 64
KNOWN = 1 << 20
"""Bytes of a file that is looked at as a whole; the larger it is, the fewer of its lines are."""

_SCATTER = 37
"""Prime to 64: as cells go by, the first line that is taken visits every place in turn."""


def stride(size: int) -> int:
    """Of a file of so many bytes, one line in how many is taken."""
    return min(EVERY, 1 + size // KNOWN)


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
        start = block.cell * _SCATTER % self.every
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
