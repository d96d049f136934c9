"""What a file of several models holds of each: one more reading, where there is more than one."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace

from preflight.requests.diagnose import BLANKS
from preflight.requests.fault import Fault, Faults
from preflight.requests.lines import LongLine, opened
from preflight.requests.scan import Scan
from preflight.requests.shapes import Facts
from preflight.requests.single import read_line
from preflight.requests.tally import Tally
from preflight.requests.tokens import media_and_tokens


def of_models(scan: Scan, groups: Sequence[Collection[str]]) -> tuple[Scan, ...]:
    """The scan once for each group of models, as if the file held their requests alone.

    Lines keep their numbers. What is of the file as a whole stays: its name, its encoding, its
    hash, its ids. Prompts are counted one by one.

    Raises:
        RequestFileError: the file cannot be read any more, or was changed while it was.
    """
    parts = [_Part() for _ in groups]
    part_of = {name: part for part, names in zip(parts, groups, strict=True) for name in names}
    for number, offset, line in _lines(scan):
        facts, faults = read_line(line.removesuffix(b"\n"), number, offset)
        part = part_of.get(facts.model or "") if facts else None
        if part is not None and facts is not None:
            part.take(number, line, facts, faults)
    return tuple(part.of(scan) for part in parts)


def shares(scan: Scan, groups: Sequence[Collection[str]]) -> tuple[Scan, ...]:
    """The same without the file: each group's share of it by requests, with all of its settings."""
    found = []
    for names in groups:
        own = {name: seen for name, seen in scan.models.items() if name in names}
        count = sum(seen.count for seen in own.values())
        share = count / scan.requests if scan.requests else 0
        size, tokens = round(scan.bytes * share), round(scan.tokens * share)
        found.append(replace(scan, requests=count, models=own, bytes=size, tokens=tokens))
    return tuple(found)


def _lines(scan: Scan) -> Iterator[tuple[int, int, bytes]]:
    """Number, place and bytes of each line that is not blank, nor too long for any provider."""
    number = 0
    with opened(scan.path) as reader:
        for piece in reader:
            if isinstance(piece, LongLine):
                number += 1
                continue
            offset = piece.offset
            for line in piece.lines():
                number += 1
                if line.strip(BLANKS):
                    yield number, offset, line
                offset += len(line)


@dataclass(slots=True)
class _Part:
    """What was seen of the requests of some models."""

    requests: int = 0
    size: int = 0
    tokens: int = 0
    models: Tally = field(default_factory=Tally)
    features: Tally = field(default_factory=Tally)
    settings: Tally = field(default_factory=Tally)
    media: Tally = field(default_factory=Tally)
    faults: Faults = field(default_factory=Faults)
    longest: tuple[int, int] = (0, 0)
    longest_line: tuple[int, int] = (0, 0)

    def take(self, number: int, line: bytes, facts: Facts, faults: Sequence[Fault]) -> None:
        length = len(line.removesuffix(b"\n"))
        kinds, tokens = media_and_tokens(line)
        self.requests += 1
        self.size += length + 1
        self.tokens += tokens
        self.models.add(facts.model, (number,))
        for name, _ in facts.features:
            self.features.add(name, (number,))
        for name, _ in facts.settings.used:
            self.settings.add(name, (number,))
        for kind in kinds:
            self.media.add(kind, (number,))
        self.faults.extend(faults)
        self.longest = max(self.longest, (facts.settings.longest, number), key=_first)
        self.longest_line = max(self.longest_line, (length, number), key=_first)

    def of(self, scan: Scan) -> Scan:
        return replace(
            scan,
            requests=self.requests,
            bytes=self.size,
            tokens=self.tokens,
            models=self.models.seen(),
            features=self.features.seen(),
            settings=self.settings.seen(),
            media=self.media.seen(),
            faults=self.faults.in_file_order(),
            totals=self.faults.totals,
            longest=self.longest if self.longest[0] else (0, 0),
            longest_line=self.longest_line,
        )


def _first(pair: tuple[int, int]) -> int:
    return pair[0]
