"""Read a request file once and say everything about it that a check may ask."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from preflight.requests.digest import Hasher
from preflight.requests.fault import KEPT_PER_CODE, Fault
from preflight.requests.lines import opened
from preflight.requests.portion import Portion
from preflight.requests.ranges import Cut, Stretches, cuts, stretches
from preflight.requests.schemas import refused
from preflight.requests.spread import Spread
from preflight.requests.tally import Seen
from preflight.requests.workers import workers

if TYPE_CHECKING:
    from concurrent.futures import Executor

_NONE = Spread()


@dataclass(frozen=True, slots=True)
class Scan:
    """What a request file holds.

    Attributes:
        path: the file.
        bytes: its size.
        sha256: of its content, in hex: a later step can tell that it is still the same; "" where
            it was not asked for.
        requests: lines that are not blank, good or bad: what a provider counts.
        methods: `method` -> on how many and which first lines; None: left out, null or empty.
        urls: `url`, likewise.
        models: `body.model`, likewise; the first 100 different ones.
        features: of `tools` and `response_format`, those that are used, likewise.
        faults: in file order, the first of each code; see `preflight.requests.fault.CODES`.
        totals: code -> how many there are in all.
        tokens: of the prompts; an estimate from lines with two megabytes in all, without images and
            audio.
        ends_with_newline: whether the last line is closed.
        settings: which other fields of the body are in use, on how many and which first lines.
        media: types of content parts that are no text, in the lines that tokens are estimated by.
        longest: the largest bound of an answer, in tokens, and its line; (0, 0): none is named.
        lengths: how the bytes of a line are spread, by the lines that tokens are estimated by.
        prompts: how the tokens of a prompt are, likewise.
        longest_line: its bytes without the newline, and its number.
        uncarried: provider -> the first line whose custom_id it cannot carry as it is.
    """

    path: Path
    bytes: int
    sha256: str
    requests: int
    methods: Mapping[str | None, Seen]
    urls: Mapping[str | None, Seen]
    models: Mapping[str | None, Seen]
    features: Mapping[str | None, Seen]
    faults: tuple[Fault, ...]
    totals: Mapping[str, int]
    tokens: int
    ends_with_newline: bool
    settings: Mapping[str | None, Seen] = field(default_factory=dict)
    media: Mapping[str | None, Seen] = field(default_factory=dict)
    longest: tuple[int, int] = (0, 0)
    lengths: Spread = _NONE
    prompts: Spread = _NONE
    longest_line: tuple[int, int] = (0, 0)
    uncarried: Mapping[str, int] = field(default_factory=dict)

    def of(self, *codes: str) -> tuple[Fault, ...]:
        """The kept faults with one of these codes, in file order."""
        return tuple(fault for fault in self.faults if fault.code in codes)

    def total(self, *codes: str) -> int:
        """How many faults with one of these codes there are in all."""
        return sum(self.totals.get(code, 0) for code in codes)


def scan(
    path: Path,
    *,
    jobs: int = 1,
    room: int = KEPT_PER_CODE,
    digest: bool = True,
    executor: "Executor | None" = None,
) -> Scan:
    """Read the file once (twice where a custom_id is repeated).

    However many processes read it, what they find is the same.

    Args:
        path: of the file.
        jobs: so many processes read it, where it is large enough to be worth that.
        room: so many faults of each code are kept with their place; all are counted.
        digest: whether its SHA-256 is wanted, which takes half as long as all the rest.
        executor: reads it in place of processes of its own: any that finds the file at this path.

    Raises:
        RequestFileError: it is missing, empty, unreadable, compressed or no regular file, or it was
            changed while it was read.
    """
    hasher = Hasher(path)
    with opened(path) as reader, workers(path, reader.stop, jobs, executor) as hands:
        try:
            cut = Cut(path, cuts(reader.stop, hands.number))
            meanwhile = hasher.start if digest else _nothing
            [whole], _ = Stretches(stretches([cut]), room, hands).read(meanwhile)
        finally:
            [sha256] = hasher.result()
    return of_portion(path, reader.stop, sha256, whole)


def _nothing() -> None:
    """There is nothing to do meanwhile."""


def of_portion(path: Path, size: int, sha256: str, whole: Portion) -> Scan:
    """What was read of a whole file of so many bytes, and what an importer says of its schemas."""
    whole.faults.extend(refused(path, whole))
    return Scan(
        path=path,
        bytes=size,
        sha256=sha256,
        requests=whole.requests,
        methods=whole.methods.seen(),
        urls=whole.urls.seen(),
        models=whole.models.seen(),
        features=whole.features.seen(),
        faults=whole.faults.in_file_order(),
        totals=whole.faults.totals,
        tokens=whole.sample.estimate(size),
        ends_with_newline=whole.closed,
        settings=whole.settings.seen(),
        media=whole.sample.media.seen(),
        longest=whole.longest,
        longest_line=whole.longest_line,
        uncarried=whole.uncarried.lines,
        lengths=whole.sample.lengths.spread(),
        prompts=whole.sample.prompts.spread(),
    )
