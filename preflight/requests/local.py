"""A file on a disk that several machines share, as it was when it was looked at.

Whoever reads it by its path, wherever, finds the same file there, or says so.
"""

import os
import socket
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Literal

from preflight.requests.lines import looked_at, refused

if TYPE_CHECKING:
    from preflight.requests.source import Bytes


@dataclass(frozen=True, slots=True)
class Local:
    """A file, as it was when `on_disk` looked at it.

    Attributes:
        shown: its path as it was named.
        path: from the root on: another process may have been started elsewhere.
        size: bytes.
        mark: when it was written last, in nanoseconds.
    """

    shown: str
    path: str
    size: int
    mark: str

    def __str__(self) -> str:
        """As it was named."""
        return self.shown

    @property
    def name(self) -> str:
        """The last part of its path."""
        return PurePath(self.shown).name

    @property
    def stem(self) -> str:
        """That without its suffix."""
        return PurePath(self.shown).stem

    def stat(self) -> os.stat_result:
        """What is known of it now. Raises RequestFileError where it is another, or not there."""
        try:
            found = Path(self.path).stat()
        except FileNotFoundError as error:
            raise refused(
                self.shown,
                f"is not at {self.path} on {socket.gethostname()}",
                "put it where every worker sees it: on a shared disk, or at s3://, gs:// or az://",
            ) from error
        if (found.st_size, str(found.st_mtime_ns)) != (self.size, self.mark):
            what = f"is another at {self.path} on {socket.gethostname()}, or was changed meanwhile"
            raise refused(self.shown, what, "wait for its writer to end, then start again")
        return found

    def is_dir(self) -> bool:
        """Whether it is a folder: such a thing is not looked at."""
        return False

    def open(self, mode: Literal["rb"] = "rb", buffering: Literal[0] = 0) -> "Bytes":
        """Open it for reading."""
        return Path(self.path).open(mode, buffering=buffering)


def on_disk(name: str) -> Local:
    """Look at a file. Raises RequestFileError where it is missing, or no regular file."""
    found = looked_at(Path(name))
    return Local(name, str(Path(name).absolute()), found.st_size, str(found.st_mtime_ns))
