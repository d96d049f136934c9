"""Read a request file once and say everything about it that a check may ask."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from preflight.requests.duplicates import duplicates
from preflight.requests.fault import Fault
from preflight.requests.lines import opened
from preflight.requests.reading import Reading
from preflight.requests.tally import Seen
from preflight.seams import RequestFileError


@dataclass(frozen=True, slots=True)
class Scan:
    """What a request file holds.

    Attributes:
        path: the file.
        bytes: its size.
        sha256: of its content, in hex: a later step can tell that it is still the same.
        requests: lines that are not blank, good or bad: what a provider counts.
        methods: `method` -> on how many and which first lines; None: left out, null or empty.
        urls: `url`, likewise.
        models: `body.model`, likewise; the first 100 different ones.
        features: of `tools` and `response_format`, those that are used, likewise.
        faults: in file order, the first 100 of each code; see `preflight.requests.fault.CODES`.
        totals: code -> how many there are in all.
        tokens: of the prompts; an estimate from one line in 64, without images and audio.
        ends_with_newline: whether the last line is closed.
        settings: which other fields of the body are in use, on how many and which first lines.
        media: types of content parts that are no text, in the lines that tokens are estimated by.
        longest: the largest bound of an answer, in tokens, and its line; (0, 0): none is named.
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
    longest_line: tuple[int, int] = (0, 0)
    uncarried: Mapping[str, int] = field(default_factory=dict)

    def of(self, *codes: str) -> tuple[Fault, ...]:
        """The kept faults with one of these codes, in file order."""
        return tuple(fault for fault in self.faults if fault.code in codes)

    def total(self, *codes: str) -> int:
        """How many faults with one of these codes there are in all."""
        return sum(self.totals.get(code, 0) for code in codes)


def scan(path: Path) -> Scan:
    """Read the file once (twice where a custom_id is repeated).

    Raises:
        RequestFileError: it is missing, empty, unreadable, compressed or no regular file, or it was
            changed while it was read.
    """
    reading = Reading()
    with opened(path) as reader:
        for piece in reader:
            reading.take(piece)
    if repeated := reading.identities.repeated():
        with opened(path) as again:
            reading.faults.extend(duplicates(again, repeated))
        if again.sha256 != reader.sha256:
            raise RequestFileError(
                str(path), "was changed while it was read", "wait for its writer to end"
            )
    return Scan(
        path=path,
        bytes=reader.size,
        sha256=reader.sha256,
        requests=reading.requests,
        methods=reading.methods.seen(),
        urls=reading.urls.seen(),
        models=reading.models.seen(),
        features=reading.features.seen(),
        faults=reading.faults.in_file_order(),
        totals=reading.faults.totals,
        tokens=reading.tokens.estimate(reader.size),
        ends_with_newline=reader.ends_with_newline,
        settings=reading.settings.seen(),
        media=reading.tokens.media.seen(),
        longest=reading.longest,
        longest_line=reading.longest_line,
        uncarried=reading.uncarried.lines,
    )
