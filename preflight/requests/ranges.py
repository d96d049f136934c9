"""A file read in stretches, by whatever executor there is, as one report.

Each stretch is a task without a state: `read` of a path and two bytes. What comes back is summed up
in file order. Ids need a second round only where they are in no order: then their hashes are dealt
into parts, and each part is looked through by itself, so that no process ever holds all of them.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from preflight.requests.duplicates import (
    Repeated,
    Sought,
    deal,
    named,
    occurrences,
    parts_for,
    repeated,
    together,
)
from preflight.requests.identities import Hash, Identities, behind, hashes_of, salted, stable
from preflight.requests.portion import Portion
from preflight.requests.reading import read

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from preflight.requests.spill import Spills

Result = TypeVar("Result")

TYPICAL = 500
"""Bytes of a short request: how many there may be, before they are counted."""

LEAST, MOST = 8 << 20, 64 << 20
"""Bytes of a stretch: more than a task costs, few enough that the workers end together."""


def cuts(size: int, workers: int) -> tuple[int, ...]:
    """Where to cut a file of so many bytes for so many workers: from 0 to its size."""
    length = min(MOST, max(LEAST, -(-size // (4 * workers)))) if workers > 1 else size
    return (*range(0, size, max(1, length)), size)


@dataclass(frozen=True, slots=True)
class Stretches:
    """A file cut up, and who does the work.

    Attributes:
        path: of the file.
        cuts: where each stretch starts, and the file's size; a cut may be inside a line.
        room: so many faults of each code are kept with their place.
        executor: None is this process.
        forked: the executor's processes are copies of this one.
    """

    path: Path
    cuts: Sequence[int]
    room: int
    executor: "Executor | None" = None
    forked: bool = False

    def read(self, meanwhile: Callable[[], None]) -> Portion:
        """Read all of it: the sums of the whole file, with its duplicates.

        Args:
            meanwhile: is called once all reading has been given away.

        Raises:
            RequestFileError: as `preflight.requests.lines.opened`.
        """
        size = self.cuts[-1]
        task = partial(read, self.path, size=size, room=self.room, of=self._hash)
        portions = self._map(task, self.cuts[:-1], self.cuts[1:])
        meanwhile()
        whole = next(portions)
        if len(self.cuts) == 2:  # noqa: PLR2004 - the start and the end of the file
            if in_order([whole.identities]):
                return whole
            return self._with_duplicates(whole, [0], self._repeated(whole.identities))
        from tempfile import TemporaryDirectory  # noqa: PLC0415 - one process needs neither

        from preflight.requests.spill import Spills  # noqa: PLC0415

        with TemporaryDirectory(prefix="preflight-") as name:
            spills = Spills(Path(name), parts_for(size // TYPICAL))
            before, ids = [0], [spills.put_away(whole.identities)]
            for portion in portions:
                before.append(whole.lines)
                ids.append(spills.put_away(portion.identities))
                whole.follow(portion)
            if in_order(ids):
                return whole
            return self._with_duplicates(whole, before, self._repeated_on_disk(ids, spills))

    def _repeated(self, ids: Identities) -> Repeated:
        """What a file that was read in one go repeats."""
        if ids.first is None:
            hashes = ids.hashes
        else:
            hashes = hashes_of(self.path, 0, ids.ran_to or 0, self._hash)
            hashes.extend(ids.hashes)
            del ids.hashes[:]
        parts = deal(hashes, parts_for(len(hashes)))
        return together(repeated(part, self.room) for part in parts)

    def _repeated_on_disk(self, ids: Sequence[Identities], spills: "Spills") -> Repeated:
        """What stretches repeat; the runs that were not hashed are hashed now."""
        runs = [number for number, one in enumerate(ids) if one.first is not None]
        stops = [self.cuts[at + 1] if (to := ids[at].ran_to) is None else to for at in runs]
        task = partial(hashes_of, self.path, of=self._hash)
        found = self._map(task, [self.cuts[at] for at in runs], stops)
        for number, hashes in zip(runs, found, strict=True):
            spills.put_before(number, hashes)
        from preflight.requests.spill import repeated_in  # noqa: PLC0415 - as above

        look = partial(repeated_in, spills.files, self.room)
        # The files are on this machine's disk: another's processes could not read them.
        look_at = self._map if self.forked else map
        return together(look_at(look, range(spills.parts)))

    def _with_duplicates(self, whole: Portion, before: Sequence[int], seen: Repeated) -> Portion:
        if seen.more:
            sought = Sought(seen.sought, self._hash, self.room)
            task = partial(occurrences, self.path, sought=sought)
            found = self._map(task, self.cuts[:-1], self.cuts[1:])
            whole.faults.follow(named(zip(before, found, strict=True), seen, self.room), 0)
        return whole

    @property
    def _hash(self) -> Hash:
        """How ids are hashed: in every process in the same way."""
        return salted if self.executor is None or self.forked else stable

    def _map(self, task: Callable[..., Result], *arguments: Iterable[Any]) -> Iterator[Result]:
        """The results of one task for each of the arguments, in order."""
        if self.executor is None:
            return map(task, *arguments)
        return self.executor.map(task, *arguments)


def in_order(several: Iterable[Identities]) -> bool:
    """Whether the ids of stretches that follow each other are one increasing run."""
    runs = [one for one in several if one.first is not None or one.ran_to is not None]
    return all(one.ran_to is None for one in runs) and all(
        behind(str(one.last), str(later.first)) for one, later in pairwise(runs)
    )
