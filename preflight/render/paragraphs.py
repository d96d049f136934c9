"""What a page for people is made of, before somebody draws it: with colours or without."""

from typing import NamedTuple

INDENT = 4
"""Columns before a mark."""

HANGING = INDENT + 2
"""Columns before what stands behind a mark, on each of its lines."""


class Paragraph(NamedTuple):
    """Text in parts, each with its style, in rich's words.

    With a mark (and the mark's style) it stands behind that, as a point of a list.
    """

    parts: tuple[tuple[str, str], ...] = ()
    mark: tuple[str, str] | None = None
