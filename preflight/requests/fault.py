"""What can be wrong with one line of a request file, and how it is said."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from itertools import islice

KEPT_PER_CODE = 100
"""Of each code so many faults are kept with their place; all of them are counted."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing seen on one line.

    `line` counts from 1, `offset` is the byte in the file, from 0. `message` quotes the file only
    shortened and printable.
    """

    code: str
    line: int
    offset: int
    message: str

    @property
    def sentence(self) -> str:
        """Where it is and what it is."""
        return f"line {self.line:,}, byte {self.offset:,}: {self.message}"


CODES = {
    "bom": "a byte order mark; Azure OpenAI refuses it with a misleading message",
    "invalid_utf8": "bytes that are not UTF-8",
    "blank_line": "a line with nothing on it",
    "invalid_json": "not one complete JSON value (NaN, a trailing comma, two objects, cut off...)",
    "not_an_object": "JSON, but no object",
    "repeated_key": "a key twice, with different values: parsers disagree on which counts",
    "too_deep": "nested so deep that parsers give up",
    "line_too_long": "longer than any provider's request",
    "custom_id_missing": "no custom_id: the result could not be joined",
    "custom_id_type": "a custom_id that is not a string",
    "custom_id_empty": "an empty custom_id",
    "duplicate_custom_id": "a custom_id that an earlier line has too",
    "method_type": "a method that is not a string",
    "url_type": "a url that is not a string",
    "body_missing": "no body",
    "body_type": "a body that is not an object",
    "model_type": "a body.model that is not a string",
    "prompt_missing": "no messages (or input, where the url takes that)",
    "prompt_type": "messages (or input) of the wrong type",
    "prompt_empty": "empty messages (or input)",
    "stream": "stream is true; a batch cannot stream",
    "stream_type": "stream is neither true nor false",
    "length": "max_tokens (or its like) that is no whole number above 0",
    "id_number": "a custom_id that reads as a number; only Vertex AI minds",
    "id_first": "a custom_id that does not start with a letter; only Vertex AI may mind",
    "id_characters": "a custom_id beyond letters, digits, - and _; only Bedrock may mind",
    "import_depth": "nested over 15 deep once converted; only Vertex AI minds",
    "import_empty": "an empty object; only Vertex AI minds",
    "import_name": "a key its importer has no name for ($defs); only Vertex AI minds",
    "import_type": "a key that has another type on an earlier line; only Vertex AI minds",
}
"""Every code. The last seven are observations: the check of the provider that minds reads them."""


def quoted(text: str, limit: int = 60) -> str:
    """The text in double quotes (its own become single), shortened, with nothing unprintable in it.

    Control characters, line separators, direction marks and lone surrogates are escaped, so that a
    file cannot write on the terminal that reports on it.
    """
    shown = text[:limit]
    safe = "".join(
        c if c.isprintable() else c.encode("unicode_escape").decode("ascii")
        for c in shown.replace('"', "'")
    )
    return f'"{safe}{"..." if len(text) > limit else ""}"'


@dataclass(slots=True)
class Faults:
    """A growing collection: the first of each code with their place, and how many there are.

    `room`: so many of each code are kept.
    """

    room: int = KEPT_PER_CODE
    kept: list[Fault] = field(default_factory=list)
    totals: dict[str, int] = field(default_factory=dict)

    def add(self, fault: Fault) -> None:
        """Count it, and keep it while its code has room."""
        total = self.totals.get(fault.code, 0) + 1
        self.totals[fault.code] = total
        if total <= self.room:
            self.kept.append(fault)

    def several(self, code: str, count: int, faults: Iterable[Fault]) -> None:
        """Count so many of one code at once; only those there is room for are asked for."""
        if count:
            total = self.totals.get(code, 0)
            self.kept.extend(islice(faults, max(0, self.room - total)))
            self.totals[code] = total + count

    def extend(self, faults: Iterable[Fault]) -> None:
        """Add each."""
        for fault in faults:
            self.add(fault)

    def follow(self, later: "Faults", before: int) -> None:
        """Add those of what follows, behind so many lines."""
        taken = dict(self.totals)
        for fault in later.kept:
            taken[fault.code] = taken.get(fault.code, 0) + 1
            if taken[fault.code] <= self.room:
                self.kept.append(replace(fault, line=fault.line + before))
        for code, total in later.totals.items():
            self.totals[code] = self.totals.get(code, 0) + total

    def in_file_order(self) -> tuple[Fault, ...]:
        """The kept ones, by line, then by place in it."""
        return tuple(sorted(self.kept, key=lambda fault: (fault.line, fault.offset, fault.code)))
