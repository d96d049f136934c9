"""What is read at a time: a stretch of a file, which any process can read by itself."""

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from preflight.requests.source import Source


class Stretch(NamedTuple):
    """A stretch of a file to be read: which of all it is, of which file (both from 0), and where.

    `start` and `stop` may be inside a line; `size` is the whole file's.
    """

    number: int
    file: int
    source: "Source"
    start: int
    stop: int
    size: int
