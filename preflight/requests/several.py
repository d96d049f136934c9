"""Several request files read as one task: a report of each, and the ids that they share."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, cast

from preflight.requests.digest import Hasher
from preflight.requests.fault import KEPT_PER_CODE
from preflight.requests.lines import looked_at, unchanged
from preflight.requests.ranges import Cut, Stretches, cuts, stretches
from preflight.requests.scan import Scan, of_portion
from preflight.requests.workers import workers

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from preflight.requests.source import Source


class SharedId(NamedTuple):
    """A custom_id of one file that an earlier one has too: the first line of it in each."""

    custom_id: str
    path: Path
    line: int
    offset: int
    first_path: Path
    first_line: int


@dataclass(frozen=True, slots=True)
class Scans:
    """What several request files hold.

    Attributes:
        files: each by itself, in the order they were named.
        shared: the first ids that a file has and an earlier one too, by file and line.
        shared_total: how many there are in all; an id of three files counts twice.
    """

    files: tuple[Scan, ...]
    shared: tuple[SharedId, ...]
    shared_total: int


def scan_files(
    sources: "Sequence[Source]",
    *,
    jobs: int = 1,
    room: int = KEPT_PER_CODE,
    digest: bool = False,
    executor: "Executor | None" = None,
) -> Scans:
    """Read files once (again where ids may be repeated), side by side.

    However many processes read them, what they find is the same; and each file's scan is that of
    `preflight.requests.scan.scan`.

    Args:
        sources: the files.
        jobs: so many processes read them, where they are large enough to be worth that.
        room: so many faults of each code, and shared ids, are kept with their place.
        digest: whether the SHA-256 of each is wanted.
        executor: reads them in place of processes of its own; its workers find all sources.

    Raises:
        RequestFileError: a file is missing, empty, unreadable, compressed or no regular file, or it
            was changed while it was read.
    """
    before = [looked_at(source) for source in sources]
    sizes = [one.st_size for one in before]
    # What a check asks of a path, its name, every source has.
    paths = [cast("Path", source) for source in sources]
    hasher = Hasher(*sources)
    with workers(", ".join(map(str, sources)), sum(sizes), jobs, executor) as hands:
        try:
            places = [cuts(size, hands.number) for size in sizes]
            files = stretches(list(map(Cut, sources, places)))
            meanwhile = hasher.start if digest else _nothing
            portions, shared = Stretches(files, room, hands).read(meanwhile)
        finally:
            hashes = hasher.result()
    for source, stat in zip(sources, before, strict=True):
        unchanged(source, stat)
    found = tuple(
        SharedId(
            one.custom_id,
            paths[one.file],
            one.line,
            one.offset,
            paths[one.first_file],
            one.first_line,
        )
        for one in shared.places
    )
    return Scans(tuple(map(of_portion, paths, sizes, hashes, portions)), found, shared.total)


def _nothing() -> None:
    """There is nothing to do meanwhile."""
