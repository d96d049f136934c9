"""What the onboarding page is made of, whichever markup it is written in.

A plain string is this project's own words. What comes from outside (names, addresses) stands in
`Code` or in a `Source`, so that each markup has to escape it in two places and no others.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Code:
    """A name, shown as it is."""

    text: str


Words = tuple[str | Code, ...]
"""A sentence, or a cell of a table."""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A few sentences."""

    words: Words


@dataclass(frozen=True, slots=True)
class Listing:
    """Points of a list."""

    points: tuple[Words, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows below the heads of their columns."""

    heads: tuple[str, ...]
    rows: tuple[tuple[Words, ...], ...]


@dataclass(frozen=True, slots=True)
class Source:
    """Text to be copied: `kind` is console, json or python; it ends in no line break."""

    kind: str
    text: str


Block = Paragraph | Listing | Table | Source


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and what stands below it; `level` is 2 or 3."""

    level: int
    title: Words
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """The whole page."""

    title: str
    sections: tuple[Section, ...]


def say(*words: str | Code) -> Paragraph:
    """A paragraph of these words."""
    return Paragraph(words)


def worded(text: str) -> Words:
    """Words of this project's own in which names stand between backticks.

    Never for a text from outside, which may have backticks of its own.
    """
    pieces = enumerate(text.split("`"))
    return tuple(Code(piece) if number % 2 else piece for number, piece in pieces if piece)
