"""What has been seen of a request file so far, block of lines by block of lines.

Nearly every line of a good file is like its first: a decoder made for that first request checks a
whole block in C. What it refuses goes line by line through the loose decoder, and what that refuses
through the diagnosis. Memory stays flat but for eight bytes per request.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import accumulate
from operator import attrgetter, itemgetter
from typing import Any

from msgspec.json import Decoder

from preflight.requests.diagnose import diagnose
from preflight.requests.duplicates import Identities
from preflight.requests.fault import Fault, Faults
from preflight.requests.identifier import Uncarried, observed, unremarkable
from preflight.requests.importing import Importer
from preflight.requests.lines import LONGEST_LINE, Block, LongLine
from preflight.requests.settings import settings
from preflight.requests.shapes import (
    FEATURES,
    LOOSE,
    PROMPT_DECODERS,
    Facts,
    features,
    held,
    prompt_field,
    specialised,
)
from preflight.requests.tally import Tally
from preflight.requests.tokens import TokenSample

_custom_id = attrgetter("custom_id")
_size = itemgetter(0)


@dataclass(slots=True)
class Reading:
    """What has been seen so far. `like` is the first request; `decode` takes lines like it.

    `longest` is the largest bound of an answer in tokens, and its line; `longest_line` the bytes of
    the longest one, and its number.
    """

    requests: int = 0
    methods: Tally = field(default_factory=Tally)
    urls: Tally = field(default_factory=Tally)
    models: Tally = field(default_factory=Tally)
    features: Tally = field(default_factory=Tally)
    faults: Faults = field(default_factory=Faults)
    identities: Identities = field(default_factory=Identities)
    settings: Tally = field(default_factory=Tally)
    longest: tuple[int, int] = (0, 0)
    longest_line: tuple[int, int] = (0, 0)
    uncarried: Uncarried = field(default_factory=Uncarried)
    importer: Importer = field(default_factory=Importer)
    tokens: TokenSample = field(default_factory=TokenSample)
    like: Facts | None = None
    decode: Callable[[bytes], Any] | None = None

    def take(self, piece: Block | LongLine) -> None:
        """Look at the next piece of the file."""
        if isinstance(piece, LongLine):
            self.requests += 1
            self.longest_line = max(self.longest_line, (piece.size, piece.number), key=_size)
            message = f"is {piece.size:,} bytes long, over {LONGEST_LINE:,}"
            self.faults.add(Fault("line_too_long", piece.number, piece.offset, message))
            return
        self.tokens.look(piece.lines, piece.first - 1)
        longest = max(map(len, piece.lines))
        if longest > self.longest_line[0]:
            number = next(n for n, one in enumerate(piece.lines) if len(one) == longest)
            self.longest_line = (longest, piece.first + number)
        if not self._take_whole(piece):
            self._take_lines(piece)

    def _take_whole(self, block: Block) -> bool:
        """Handle a block in which every line is like the first request; False: it is not."""
        if self.decode is None or self.like is None:
            return False
        try:
            # msgspec does not look at the bytes it skips; that they are UTF-8 is checked here.
            block.raw.isascii() or block.raw.decode()
            found = list(map(self.decode, block.lines))
        except (ValueError, RecursionError):
            return False  # Which line it is, and why, is told line by line.
        custom_ids = list(map(_custom_id, found))
        self.requests += len(found)
        self.identities.add(custom_ids)
        numbers = range(block.first, block.first + len(found))
        self.methods.add(self.like.method, numbers)
        self.urls.add(self.like.url, numbers)
        self.models.add(self.like.model, numbers)
        for name in self.like.settings.used:
            self.settings.add(name, numbers)
        self.uncarried.look(custom_ids, block.first)
        plain = unremarkable(custom_ids)
        if plain and not self.like.features:
            return True
        starts = accumulate((len(line) + 1 for line in block.lines), initial=block.offset)
        for request, number, offset in zip(found, numbers, starts, strict=False):
            if not plain:
                self.faults.extend(observed(request.custom_id, number, offset))
            if self.like.features:
                self._take_features(features(request.body), number, offset)
        return True

    def _take_lines(self, block: Block) -> None:
        offset = block.offset
        known = self._known()
        for number, line in enumerate(block.lines, block.first):
            facts, faults = _read(line, number, offset)
            self.faults.extend(faults)
            if not any(fault.code == "blank_line" for fault in faults):
                self.requests += 1
            if facts is not None:
                self._take_facts(facts, number, offset)
                if self.like is None and not faults:
                    self.like = facts
            offset += len(line) + 1
        if self.like is not None and known != self._known():
            self.decode = specialised(self.like, self.longest[0])

    def _known(self) -> tuple[bool, int]:
        """What lines that are like the first depend on: the decoder is made anew with each."""
        return self.like is not None, self.longest[0]

    def _take_facts(self, facts: Facts, number: int, offset: int) -> None:
        self.methods.add(facts.method, (number,))
        self.urls.add(facts.url, (number,))
        if facts.has_body:
            self.models.add(facts.model, (number,))
        for name in facts.settings.used:
            self.settings.add(name, (number,))
        if facts.settings.longest > self.longest[0]:
            self.longest = (facts.settings.longest, number)
        if facts.custom_id is not None:
            self.identities.add((facts.custom_id,))
            self.uncarried.look((facts.custom_id,), number)
            self.faults.extend(observed(facts.custom_id, number, offset))
        self._take_features(facts.features, number, offset)

    def _take_features(self, held: tuple[tuple[str, bytes], ...], number: int, offset: int) -> None:
        for name, raw in held:
            self.features.add(name, (number,))
            self.faults.extend(self.importer.look(name, raw, number, offset))


def _read(line: bytes, number: int, offset: int) -> tuple[Facts | None, list[Fault]]:
    """One line: quickly where it is a request of any kind, slowly where it is none."""
    try:
        line.isascii() or line.decode()
        request = LOOSE(line)
        body = request.body
        prompt = prompt_field(request.url or None)
        name = ""
        if prompt is not None:
            name, kind = prompt
            PROMPT_DECODERS[kind](body[name])
        model = _model(body["model"]) if "model" in body else None
    except (ValueError, TypeError, KeyError, RecursionError):
        return diagnose(line, number, offset)
    found = settings(body, name)
    if found.fault or ("stream" in body and bytes(body["stream"]).strip() not in _NO_STREAM):
        return diagnose(line, number, offset)
    facts = Facts(
        request.custom_id,
        request.method or None,
        request.url or None,
        model or None,
        held((feature, body.get(feature)) for feature in FEATURES),
        settings=found,
    )
    return facts, []


_model = Decoder(str | None).decode
_NO_STREAM = frozenset({b"false", b"null"})
