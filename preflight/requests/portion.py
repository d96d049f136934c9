"""What was read of a stretch of a file; portions of stretches that follow each other add up."""

from array import array
from dataclasses import dataclass, field

from preflight.requests.fault import Faults
from preflight.requests.identifier import Uncarried
from preflight.requests.identities import Identities
from preflight.requests.lines import Block
from preflight.requests.sample import Sample
from preflight.requests.tally import Tally

REMEMBERED = 100_000
"""Different schemas, and different keys: beyond, memory matters more than one more conflict."""


@dataclass(slots=True)
class Portion:
    """The sums of one stretch. Lines are numbered in it from 1; bytes are those of the file.

    Attributes:
        sample: of its lines.
        faults: what one line says of itself; what two lines say of each other comes later.
        identities: the custom_ids.
        lines: how many there are, blank ones too.
        requests: lines that are not blank.
        methods, urls, models, features, settings: as in `preflight.requests.scan.Scan`.
        longest: the largest bound of an answer in tokens, and its line.
        longest_line: the bytes of the longest line without its newline, and its number.
        uncarried: the first line whose custom_id a provider cannot carry.
        schema_lines, schema_offsets: lines with `tools` or a `response_format` that none before
            them has, and where each starts: what an importer has to see.
        closed: whether the last line has a newline.
        full: something was too much to be kept, so that the portion does not add up with others.
    """

    sample: Sample
    faults: Faults = field(default_factory=Faults)
    identities: Identities = field(default_factory=Identities)
    lines: int = 0
    requests: int = 0
    methods: Tally = field(default_factory=Tally)
    urls: Tally = field(default_factory=Tally)
    models: Tally = field(default_factory=Tally)
    features: Tally = field(default_factory=Tally)
    settings: Tally = field(default_factory=Tally)
    longest: tuple[int, int] = (0, 0)
    longest_line: tuple[int, int] = (0, 0)
    uncarried: Uncarried = field(default_factory=Uncarried)
    schema_lines: "array[int]" = field(default_factory=lambda: array("I"))
    schema_offsets: "array[int]" = field(default_factory=lambda: array("q"))
    closed: bool = True
    full: bool = False

    def measure(self, block: Block, lines: list[bytes]) -> None:
        """Is the longest line so far among the next ones?"""
        longest = max(map(len, lines)) - 1
        if not block.raw.endswith(b"\n"):
            longest = max(longest, len(lines[-1]))
        if longest > self.longest_line[0]:
            at = next(at for at, one in enumerate(lines) if len(one.rstrip(b"\n")) == longest)
            self.longest_line = (longest, self.lines + 1 + at)

    def follow(self, later: "Portion") -> None:
        """Add what was read of the next stretch, all but its ids."""
        before = self.lines
        self.sample.follow(later.sample, before)
        self.faults.follow(later.faults, before)
        for own, other in zip(self.tallies, later.tallies, strict=True):
            own.follow(other, before)
        if later.longest[0] > self.longest[0]:
            self.longest = (later.longest[0], later.longest[1] + before)
        if later.longest_line[0] > self.longest_line[0]:
            self.longest_line = (later.longest_line[0], later.longest_line[1] + before)
        self.uncarried.follow(later.uncarried, before)
        self.schema_lines.extend(number + before for number in later.schema_lines)
        self.schema_offsets.extend(later.schema_offsets)
        self.lines += later.lines
        self.requests += later.requests
        self.closed &= later.closed
        self.full |= later.full

    @property
    def tallies(self) -> tuple[Tally, ...]:
        """All that count values of lines."""
        return (self.methods, self.urls, self.models, self.features, self.settings)

    @property
    def overflows(self) -> bool:
        """Whether more was to be kept than there is room for."""
        return self.full or any(tally.full for tally in (*self.tallies, self.sample.media))
