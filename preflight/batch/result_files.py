"""Files of results that came by any way: whether they can be read, and stay what they are."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from preflight.requests.lines import GZIP, looked_at, unchanged
from preflight.seams import RequestFileError, UsageError

if TYPE_CHECKING:
    from preflight.requests.source import Stat


def looked_through(requests: Path, results: Sequence[Path]) -> "Mapping[Path, Stat]":
    """What is known of the files of a merge before they are read, for `still`.

    An empty file of results is one: nothing failed, or nothing succeeded.

    Raises:
        RequestFileError: one is missing, unreadable, compressed or no regular file.
        UsageError: one is named twice.
    """
    before: dict[Path, Stat] = {}
    seen: dict[tuple[int, int], Path] = {}
    for path in (requests, *results):
        was = looked_at(path)
        _look_inside(path)
        found = path.stat()
        if (there := (found.st_dev, found.st_ino)) in seen:
            raise UsageError(str(path), f"is named twice (as {seen[there]})", "name it once")
        before[path], seen[there] = was, path
    return before


def still(before: "Mapping[Path, Stat]") -> None:
    """Raise RequestFileError where one of the files was changed meanwhile."""
    for path, was in before.items():
        unchanged(path, was)


def _look_inside(path: Path) -> None:
    try:
        with path.open("rb") as file:
            head = file.read(len(GZIP))
    except OSError as error:
        raise RequestFileError(
            str(path),
            f"cannot be read ({error.strerror or error})",
            "make it readable for this user, or name another file",
        ) from error
    if head == GZIP:
        raise RequestFileError(str(path), "is compressed", f"gunzip {path.name}")
