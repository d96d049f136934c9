"""A request file at a URL, which is read in ranges and must stay what it was at first.

It goes to other processes, on whatever machine, as its address, its size and its mark: each of them
finds credentials of its own.
"""

import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from types import TracebackType
from typing import Literal, Self

from preflight.requests.lines import GZIP, refused
from preflight.requests.ranged import Ranged
from preflight.requests.storage import scheme, storage

MARKS = ("generation", "ETag", "etag", "LastModified", "last_modified")
"""What a storage calls that which changes with the content, the best first."""


@dataclass(frozen=True, slots=True)
class Looked:
    """What was known of it when it was pinned, named as in `os.stat_result`."""

    st_size: int
    st_mode: int = stat.S_IFREG
    st_mtime_ns: int = 0


@dataclass(frozen=True, slots=True)
class Remote:
    """A file at a URL, as it was when `pinned` looked at it.

    Attributes:
        url: where it is.
        size: bytes.
        mark: its generation or ETag: another content has another one.
        head: its first bytes.
    """

    url: str
    size: int
    mark: str
    head: bytes = b""

    def __str__(self) -> str:
        """The URL."""
        return self.url

    @property
    def name(self) -> str:
        """The last part of its path."""
        return PurePosixPath(self.url.partition("://")[2]).name

    @property
    def stem(self) -> str:
        """That without its suffix."""
        return PurePosixPath(self.name).stem

    def stat(self) -> Looked:
        """What it was when it was pinned: that it still is, is asked when it is closed."""
        return Looked(self.size)

    def is_dir(self) -> bool:
        """Whether it is a folder: such a thing is not pinned."""
        return False

    def open(self, mode: Literal["rb"] = "rb", buffering: int = 0) -> "Reading":
        """Open it for reading."""
        del mode, buffering
        return Reading(self)

    def unchanged(self) -> None:
        """Raise RequestFileError where it is no longer what was pinned."""
        now = _looked_at(self.url)
        if (now.size, now.mark) != (self.size, self.mark):
            what = "was changed while it was read"
            raise refused(self.url, what, "wait for its writer to end, then start again")


class Reading(Ranged):
    """The file, open: when it is closed without an error, it is looked at again."""

    def __init__(self, remote: Remote) -> None:
        """Ask nobody yet."""
        super().__init__(storage(remote.url), remote.size, remote.head)
        self._remote = remote

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Forget what was asked for in advance. Raises RequestFileError where it was changed."""
        self.close()
        # What was changed may be shorter, or gone: then that is the reason, and not what it led to.
        if self.asked and (error is None or isinstance(error, Exception)):
            self._remote.unchanged()


def pinned(url: str) -> Remote:
    """Look at a file, so that whoever reads it knows whether it is still the same.

    Raises:
        RequestFileError: it is missing, a folder, empty or compressed.
        UsageError: what reads it is not installed.
        LookError: the look was refused, there is nobody to ask as, or no answer came.
    """
    found = _looked_at(url)
    if not found.size:
        raise refused(url, "is empty", "write one request per line into it")
    there = storage(url)
    head = bytes(there.answer(there.block(0, len(GZIP))))
    if head == GZIP:
        raise refused(url, "is compressed", "store it as it is, without gzip")
    return replace(found, head=head)


def _looked_at(url: str) -> Remote:
    known = storage(url).known()
    if known.get("type") == "directory":
        raise refused(url, "is a folder, not a file", f"name a file, or {url.rstrip('/')}/*.jsonl")
    mark = next((str(known[name]) for name in MARKS if known.get(name)), "")
    return Remote(url, int(known["size"] or 0), mark)


def sources(names: Iterable[str]) -> "Iterator[Path | Remote]":
    """The request files of these names: paths, and URLs, which are pinned.

    A URL with `*` in its name stands for all that match it, in order of their names: a shell cannot
    look there.

    Raises:
        RequestFileError: none matches; or as `pinned`.
    """
    for name in names:
        if not scheme(name):
            yield Path(name)
        elif "*" in name:
            found = storage(name).matching()
            if not found:
                raise refused(name, "matches no file", "name an existing .jsonl file")
            yield from map(pinned, found)
        else:
            yield pinned(name)
