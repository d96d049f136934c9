"""Several request files read as one task: a report of each, and the ids that they share."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, cast

from preflight.requests.digest import Hasher
from preflight.requests.fault import KEPT_PER_CODE
from preflight.requests.lines import looked_at, unchanged
from preflight.requests.portion import Portion
from preflight.requests.ranges import Cut, Stretches, cuts, stretches
from preflight.requests.scan import Scan, of_portion
from preflight.requests.shared import Shared, SharedPlace
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
        shared_each: for each file, how many of its ids an earlier one has too.
        shared_firsts: for each file, the first of those; None where there is none, or is told by
            its hash alone, as beyond 100,000 of them.
    """

    files: tuple[Scan, ...]
    shared: tuple[SharedId, ...]
    shared_each: tuple[int, ...]
    shared_firsts: tuple[SharedId | None, ...]

    @property
    def shared_total(self) -> int:
        """How many there are in all; an id of three files counts twice."""
        return sum(self.shared_each)


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
    return scans(sources, sizes, hashes, portions, shared)


def scans(
    sources: "Sequence[Source]",
    sizes: Sequence[int],
    hashes: Sequence[str],
    portions: Sequence[Portion],
    shared: Shared | None,
) -> Scans:
    """What was read of whole files, of so many bytes each, as their scans."""
    shared = shared or Shared()
    # What a check asks of a path, its name, every source has.
    paths = [cast("Path", source) for source in sources]

    def told(one: SharedPlace | None) -> SharedId | None:
        if one is None:
            return None
        first = paths[one.first_file]
        own = paths[one.file]
        return SharedId(one.custom_id, own, one.line, one.offset, first, one.first_line)

    numbers = range(len(paths))
    return Scans(
        tuple(map(of_portion, paths, sizes, hashes, portions)),
        tuple(filter(None, map(told, shared.places))),
        tuple(shared.each.get(number, 0) for number in numbers),
        tuple(told(shared.firsts.get(number)) for number in numbers),
    )


def _nothing() -> None:
    """There is nothing to do meanwhile."""
