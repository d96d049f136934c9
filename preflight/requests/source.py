"""Where the bytes of a request file are: a path on this machine, or what can stand for one.

A source goes to other processes with the stretch that is read of it, so it can be pickled.
"""

from types import TracebackType
from typing import Literal, Protocol, Self


class Stat(Protocol):
    """What is asked of a file before it is read and after, named as in `os.stat_result`.

    `st_mode` says that it is a regular file; the others, when they change, that it was written.
    """

    @property
    def st_mode(self) -> int:
        """Its kind."""

    @property
    def st_size(self) -> int:
        """Bytes."""

    @property
    def st_mtime_ns(self) -> int:
        """When it was written last, in nanoseconds."""


class Bytes(Protocol):
    """An open file. It is asked for 256 kB at a time: what is far away reads ahead by itself."""

    def readinto(self, buffer: bytearray, /) -> int | None:
        """Fill the buffer from its start; how many bytes there were, 0 at the end."""

    def read(self, size: int = -1, /) -> bytes | None:
        """Up to so many bytes."""

    def seek(self, offset: int, whence: int = 0, /) -> int:
        """Go to a byte (1: so many on from here)."""

    def __enter__(self) -> Self:
        """Itself."""

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
        /,
    ) -> bool | None:
        """Close it."""


class Source(Protocol):
    """A request file; `pathlib.Path` is one. Its text is the name that messages have."""

    @property
    def name(self) -> str:
        """The last part of its path."""

    @property
    def stem(self) -> str:
        """That without its suffix."""

    def stat(self) -> Stat:
        """What is known of it. Raises OSError."""

    def is_dir(self) -> bool:
        """Whether it is a folder."""

    def open(self, mode: Literal["rb"], buffering: Literal[0]) -> Bytes:
        """Open it for reading. Raises OSError."""
