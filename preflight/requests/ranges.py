"""Files read in stretches, by whatever executor there is, each as one report.

Each stretch is a task without a state: `read` of a source and two bytes. What comes back is summed
up in file order; the ids of all are compared at the end (`preflight.requests.unique`).
"""

from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from functools import partial
from itertools import count, pairwise
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from preflight.requests.identities import Hash
from preflight.requests.order import entangled
from preflight.requests.portion import Portion
from preflight.requests.reading import read
from preflight.requests.stretch import Stretch
from preflight.requests.workers import Hands

if TYPE_CHECKING:
    from preflight.requests.shared import Shared
    from preflight.requests.source import Source
    from preflight.requests.spill import Spills

TYPICAL = 500
"""Bytes of a short request: how many there may be, before they are counted."""

LEAST, MOST = 4 << 20, 64 << 20
"""Bytes of a stretch: more than a task costs, few enough to be sent and kept waiting."""


def cuts(size: int, workers: int) -> tuple[int, ...]:
    """Where to cut a file of so many bytes for so many workers: from 0 to its size.

    Each stretch is a share of what is left, so that the workers end together, whoever is slower.
    """
    if workers == 1 or not size:
        return (0, size)  # Whoever reads an empty file says so.
    places = [0]
    while (left := size - places[-1]) > 0:
        places.append(places[-1] + min(left, MOST, max(LEAST, left // (2 * workers))))
    return tuple(places)


class Cut(NamedTuple):
    """A file, and where it is cut: from 0 to its size; a cut may be inside a line."""

    source: "Source"
    places: Sequence[int]


def stretches(files: Sequence[Cut]) -> tuple[tuple[Stretch, ...], ...]:
    """The stretches of each file."""
    numbers = count()
    return tuple(
        tuple(
            Stretch(next(numbers), file, source, start, stop, places[-1])
            for start, stop in pairwise(places)
        )
        for file, (source, places) in enumerate(files)
    )


class Stretches(NamedTuple):
    """Files cut up (`files`: the stretches of each), and who reads them.

    `room`: so many faults of each code are kept with their place.
    """

    files: tuple[tuple[Stretch, ...], ...]
    room: int
    hands: Hands

    def read(self, meanwhile: Callable[[], None]) -> "tuple[list[Portion], Shared | None]":
        """Read all: the sums of each file, with its duplicates; and shared ids (None: none).

        Args:
            meanwhile: is called once all reading has been given away.

        Raises:
            RequestFileError: as `preflight.requests.lines.opened`.
        """
        every = [one for own in self.files for one in own]
        with ExitStack() as stack:
            spills = self._spills(stack, every) if len(every) > 1 else None
            task = partial(self._task, spills=spills if self.hands.here else None)
            portions = self.hands.map(task, every)
            meanwhile()
            return self._summed(zip(every, portions, strict=True), spills)

    def summed(self, portions: Iterable[Portion]) -> "tuple[list[Portion], Shared | None]":
        """The same of what was read of each stretch elsewhere, in order.

        The files are read again only where that leaves something open: ids that may be repeated,
        and more to be kept than there is room for.

        Raises:
            RequestFileError: as `preflight.requests.lines.opened`.
        """
        every = [one for own in self.files for one in own]
        with ExitStack() as stack:
            spills = self._spills(stack, every) if len(every) > 1 else None
            return self._summed(zip(every, portions, strict=True), spills)

    def _summed(
        self, read: Iterable[tuple[Stretch, Portion]], spills: "Spills | None"
    ) -> "tuple[list[Portion], Shared | None]":
        before, held = [], []
        files: list[Portion] = []
        for one, portion in read:
            if spills is not None:
                spills.put(one.number, portion.identities.hashes)
            held.append(portion.identities)
            if one.file == len(files):
                files.append(portion)
                before.append(0)
            else:
                before.append(files[-1].lines)
                files[-1].follow(portion)
        files = list(map(self._all_kept, self.files, files))
        doubtful = entangled([[held[one.number] for one in own] for own in self.files])
        if not doubtful:
            return files, None
        from preflight.requests.unique import Ids  # noqa: PLC0415 - ids are in order, mostly

        ids = Ids(self.files, before, held, spills, self.room, self.hands)
        faults, shared = ids.repeated(doubtful)
        for file, found in faults.items():
            files[file].faults.follow(found, 0)
        return files, shared

    @property
    def _task(self) -> Callable[..., Portion]:
        return partial(read_away, room=self.room, of=self.hands.hash)

    def _all_kept(self, own: Sequence[Stretch], whole: Portion) -> Portion:
        """Where not all could be kept, only who reads from start to end counts what comes first."""
        if len(own) == 1 or not whole.overflows:
            return whole
        again = own[0]._replace(stop=own[-1].stop)
        return next(self.hands.map(self._task, [again]))

    @staticmethod
    def _spills(stack: ExitStack, every: Sequence[Stretch]) -> "Spills":
        from tempfile import TemporaryDirectory  # noqa: PLC0415 - one stretch needs neither

        from preflight.requests.duplicates import parts_for  # noqa: PLC0415
        from preflight.requests.spill import Spills  # noqa: PLC0415

        folder = Path(stack.enter_context(TemporaryDirectory(prefix="preflight-")))
        size = sum(one.stop - one.start for one in every)
        return Spills(folder, parts_for(size // TYPICAL))


def read_away(stretch: Stretch, *, room: int, of: Hash, spills: "Spills | None" = None) -> Portion:
    """Read a stretch; with `spills` the hashes of its ids are put there, and none are left."""
    portion = read(stretch.source, stretch.start, stretch.stop, size=stretch.size, room=room, of=of)
    if spills is not None:
        spills.put(stretch.number, portion.identities.hashes)
    return portion
