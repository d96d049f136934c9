"""Read a stretch of a request file, block of lines by block of lines.

Nearly every line of a good file is like its first: a decoder made for that first request checks a
whole block in C. What it refuses goes line by line through the loose decoder, and what that refuses
through the diagnosis. Memory stays flat but for what `Identities` keeps.
"""

from dataclasses import dataclass, field
from itertools import accumulate, count, islice
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from preflight.requests.alike import Alike, specialised
from preflight.requests.encoding import is_utf8
from preflight.requests.fault import KEPT_PER_CODE, Fault, Faults
from preflight.requests.identifier import glance, observe
from preflight.requests.identities import Hash, Identities, salted
from preflight.requests.layout import Layout, layout
from preflight.requests.lines import LONGEST_LINE, Block, LongLine, opened
from preflight.requests.portion import REMEMBERED, Portion
from preflight.requests.sample import Sample, stride
from preflight.requests.shapes import Facts, features
from preflight.requests.single import read_line

if TYPE_CHECKING:
    from preflight.requests.source import Source

FEWEST = 4
"""Room for so many messages there is in any decoder."""

_custom_id = attrgetter("custom_id")


def read(
    path: "Source",
    start: int,
    stop: int,
    *,
    size: int,
    room: int = KEPT_PER_CODE,
    of: Hash = salted,
) -> Portion:
    """Read the lines whose cells start in [start, stop) of a file of so many bytes.

    `room` faults of each code are kept with their place; `of` hashes ids. A pure function of the
    file: side by side, stretches may be read in any order, anywhere.

    Raises:
        RequestFileError: as `preflight.requests.lines.opened`.
    """
    portion = Portion(Sample(stride(size)), Faults(room), Identities(of))
    reading = Reading(portion)
    with opened(path, start, stop) as reader:
        for piece in reader:
            reading.take(piece)
    reading.settle()
    portion.closed = reader.closed
    return portion


@dataclass(slots=True)
class Reading:
    """What has been seen so far: `portion`.

    `like` is the first request; `alike` takes lines like it, `layout` says how they are written.
    The last `run` lines were all of them and wait to be counted. `most`: messages of a line, about.
    """

    portion: Portion
    like: Facts | None = None
    alike: Alike | None = None
    layout: Layout | None = None
    run: int = 0
    most: int = FEWEST
    _schemas: set[int] = field(default_factory=set)

    def take(self, piece: Block | LongLine) -> None:
        """Look at the next piece of the file."""
        portion = self.portion
        if isinstance(piece, LongLine):
            self.settle()
            portion.lines += 1
            portion.requests += 1
            if piece.size > portion.longest_line[0]:
                portion.longest_line = (piece.size, portion.lines)
            message = f"is {piece.size:,} bytes long, over {LONGEST_LINE:,}"
            portion.faults.add(Fault("line_too_long", portion.lines, piece.offset, message))
            return
        lines = piece.lines()
        portion.sample.look(piece, lines, portion.lines + 1)
        portion.measure(piece, lines)
        if self.like is None:
            self._meet(lines[0].removesuffix(b"\n"), portion.lines + 1, piece.offset)
        if not self._take_whole(piece, lines):
            self.settle()
            self._take_lines(piece, lines)
        portion.lines += len(lines)

    def _meet(self, line: bytes, number: int, offset: int) -> None:
        """Take a line as the first request, if it is one: its whole block may be like it."""
        facts, faults = read_line(line, number, offset)
        if facts is None or faults:
            return
        self._follow(line, facts)
        if facts.settings.longest > self.portion.longest[0]:
            self.portion.longest = (facts.settings.longest, number)
        self._specialise()

    def _specialise(self) -> None:
        if self.like is not None and self.layout is not None:
            longest, closed = self.portion.longest[0], self.layout.closed
            self.alike = specialised(self.like, longest, self.most, closed=closed)

    def _follow(self, line: bytes, facts: Facts) -> None:
        """Note what a line holds that others are compared with."""
        while facts.prompts > self.most:
            self.most *= 2
        if self.like is None:
            self.like = facts
            self.layout = layout(line, facts)

    def settle(self) -> None:
        """Count the lines that were like the first."""
        if not self.run or self.like is None:
            return
        portion, like = self.portion, self.like
        numbers = range(portion.lines - self.run + 1, portion.lines + 1)
        self.run = 0
        portion.requests += len(numbers)
        portion.methods.add(like.method, numbers)
        portion.urls.add(like.url, numbers)
        portion.models.add(like.model, numbers)
        for name, _ in like.settings.used:
            portion.settings.add(name, numbers)
        for name, _ in like.features:
            portion.features.add(name, numbers)

    def _take_whole(self, block: Block, lines: list[bytes]) -> bool:
        """Handle a block in which every line is like the first request; False: it is not."""
        alike, written = self.alike, self.layout
        if alike is None or written is None:
            return False
        found: list[Any] = []
        alike.seen.clear()
        try:
            # msgspec does not look at the bytes it skips; that they are UTF-8 is checked here.
            if not is_utf8(block.raw):
                return False
            if alike.plain:
                custom_ids = list(map(_custom_id, map(alike.decode, lines)))
            else:
                found = list(map(alike.decode, lines))
                custom_ids = list(map(_custom_id, found))
                if not alike.harmless(found):
                    return False
        except (ValueError, RecursionError):
            return False  # Which line it is, and why, is told line by line.
        once = len(alike.seen) == len(lines)
        if not once or not written.once(block, lines, custom_ids, prompts=alike.counts):
            return False
        self.run += len(lines)
        places = self._take_ids(block, custom_ids, lines)
        if alike.features:
            for one, place in zip(found, places or self._places(block, lines), strict=True):
                self._show(features(one.body), *place)
        return True

    def _take_ids(
        self, block: Block, custom_ids: list[str], lines: list[bytes]
    ) -> list[tuple[int, int]]:
        """Look at the ids of lines that all have one; what was found out of their places."""
        portion = self.portion
        increasing = portion.identities.add(custom_ids, block.cell_start)
        seen = glance(custom_ids, increasing=increasing)
        numbers = range(portion.lines + 1, portion.lines + 1 + len(lines))
        portion.uncarried.look(custom_ids, numbers, seen)
        if seen.unremarkable:
            return []
        places = self._places(block, lines)
        observe(portion.faults, custom_ids, places)
        return places

    def _places(self, block: Block, lines: list[bytes]) -> list[tuple[int, int]]:
        """The number of each line, and where it starts in the file."""
        starts = accumulate(map(len, lines), initial=block.offset)
        return list(zip(count(self.portion.lines + 1), islice(starts, len(lines))))

    def _take_lines(self, block: Block, lines: list[bytes]) -> None:
        portion = self.portion
        known = self._known()
        custom_ids: list[str] = []
        places: list[tuple[int, int]] = []
        for line, place in zip(lines, self._places(block, lines), strict=True):
            facts, faults = read_line(line.removesuffix(b"\n"), *place)
            if faults:
                portion.faults.extend(faults)
            if not faults or not any(fault.code == "blank_line" for fault in faults):
                portion.requests += 1
            if facts is None:
                continue
            self._take_facts(facts, *place)
            if facts.custom_id is not None:
                custom_ids.append(facts.custom_id)
                places.append(place)
            if not faults and (self.like is None or facts.prompts > self.most):
                self._follow(line, facts)
        if custom_ids:
            increasing = portion.identities.add(custom_ids, block.cell_start)
            seen = glance(custom_ids, increasing=increasing)
            portion.uncarried.look(custom_ids, [number for number, _ in places], seen)
            observe(portion.faults, custom_ids, places)
        if known != self._known():
            self._specialise()

    def _known(self) -> tuple[bool, int, int]:
        """What lines that are like the first depend on: the decoder is made anew with each."""
        return self.like is not None, self.portion.longest[0], self.most

    def _take_facts(self, facts: Facts, number: int, offset: int) -> None:
        portion = self.portion
        portion.methods.add(facts.method, (number,))
        portion.urls.add(facts.url, (number,))
        if facts.has_body:
            portion.models.add(facts.model, (number,))
        for name, _ in facts.settings.used:
            portion.settings.add(name, (number,))
        if facts.settings.longest > portion.longest[0]:
            portion.longest = (facts.settings.longest, number)
        if facts.features:
            for name, _ in facts.features:
                portion.features.add(name, (number,))
            self._show(facts.features, number, offset)

    def _show(self, held: tuple[tuple[str, bytes], ...], number: int, offset: int) -> None:
        """Note a line with schemas that no line before it has."""
        fresh = {hash(one) for one in held} - self._schemas
        if not fresh:
            return
        self.portion.schema_lines.append(number)
        self.portion.schema_offsets.append(offset)
        if len(self._schemas) < REMEMBERED:
            self._schemas |= fresh
        else:
            self.portion.full = True
