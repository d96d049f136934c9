"""What a merge writes, and how many lines of each."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import BinaryIO

NAMES = ("results", "errors", "missing", "again", "unmatched", "duplicates")
ONLY_IF_ANY = ("unmatched", "duplicates")
FILES = tuple(f"{name}.jsonl" for name in NAMES)
"""What a merge writes."""


@dataclass(frozen=True, slots=True)
class Summary:
    """How many requests there were, and what became of them.

    Attributes:
        requests: in the file.
        results: requests that succeeded.
        errors: requests that failed.
        missing: requests that nothing came back for.
        unmatched: rows that belong to no request.
        duplicates: rows of requests that have another row, without the failures that were tried
            again.
    """

    requests: int
    results: int
    errors: int
    missing: int
    unmatched: int
    duplicates: int = 0

    @property
    def complete(self) -> bool:
        """Whether every request has a result; no request is no success."""
        return self.results == self.requests > 0

    def as_dict(self) -> dict[str, int]:
        """For the ledger and for JSON."""
        return asdict(self)


@dataclass(slots=True)
class Outputs:
    """The files that come out, and how many lines each has."""

    files: dict[str, BinaryIO]
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(("requests", *NAMES), 0))

    def put(self, name: str, line: bytes) -> None:
        """Write one line."""
        self.counts[name] += 1
        self.files[name].write(line + b"\n")

    def put_lines(self, name: str, lines: Iterator[bytes], count: int) -> None:
        """Write some lines, several of which may come in one piece."""
        self.counts[name] += count
        for several in lines:
            self.files[name].write(several)
            self.files[name].write(b"\n")

    def stray(self, line: bytes) -> None:
        """See `returned_rows.Apart`."""
        self.put("unmatched", line)

    def duplicate(self, line: bytes) -> None:
        """See `returned_rows.Apart`."""
        self.put("duplicates", line)

    def without_result(self, name: str, line: bytes, request: bytes) -> None:
        """Write a line about a request, and the request to be sent again."""
        self.put(name, line)
        self.put("again", request)
