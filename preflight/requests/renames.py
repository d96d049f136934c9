"""The file that says which requests were renamed, and what their own ids are: FILE.ids.

Its first line says of which two files it speaks, by their SHA-256; then there is a line for each
renamed request, in the order of the file: `line` (in the repaired file), `sent`, `custom_id`.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import BinaryIO

from msgspec import DecodeError, Struct, ValidationError
from msgspec.json import Decoder, encode

from preflight.seams import UsageError

FORMAT, VERSION = "preflight-ids", 1
SUFFIX = ".ids"
"""What the file is called, behind the name of the repaired one."""

_HEAD_BYTES = 1024
"""Of the first line, filled up with blanks: it is written last."""


@dataclass(frozen=True, slots=True)
class Head:
    """What renames are of. `before` and `after`: SHA-256 of the file, and of the repaired one."""

    before: str
    after: str
    renamed: int
    providers: tuple[str, ...] = ()


class Rename(Struct, frozen=True, gc=False):
    """One request that was renamed."""

    line: int
    sent: str
    custom_id: str | int


_rename = Decoder(Rename).decode


class RenamesWriter:
    """Writes one to an open file; the head comes last."""

    def __init__(self, file: BinaryIO) -> None:
        """Leave room for the head."""
        self._file = file
        file.write(b" " * _HEAD_BYTES + b"\n")
        self.count = 0

    def add(self, rename: Rename) -> None:
        """Write one."""
        self._file.write(encode(rename) + b"\n")
        self.count += 1

    def close(self, head: Head) -> None:
        """Write the head."""
        written = {"format": FORMAT, "version": VERSION, **asdict(head)}
        self._file.seek(0)
        self._file.write(json.dumps(written).encode().ljust(_HEAD_BYTES))


def head(path: Path) -> Head:
    """The first line of such a file. Raises UsageError for any other file; OSError."""
    with path.open("rb") as file:
        first = file.readline(_HEAD_BYTES * 4)
    try:
        found = json.loads(first)
        if found.pop("format") != FORMAT:
            raise _other(path)
        if found.pop("version") != VERSION:
            raise UsageError(str(path), "is of another version", "use the preflight that wrote it")
        return Head(**found | {"providers": tuple(found["providers"])})
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise _other(path) from error


def _other(path: Path) -> UsageError:
    return UsageError(
        str(path),
        "is not what `preflight split` or `preflight fix` wrote beside its files",
        f"name a manifest.json, or a file that ends in {SUFFIX}",
    )


@dataclass(slots=True)
class Renames:
    """The renames of a file, taken up one by one as its requests are met in their order."""

    path: Path
    _entries: Iterator[Rename] | None = None
    _next: Rename | None = None

    def own(self, sent: Sequence[str]) -> list[str]:
        """What requests that follow each other are called by their owner."""
        return [self._own(name) for name in sent]

    def sent(self, custom_ids: Sequence[str | int]) -> list[str]:
        """What requests of the file before the repair are called in the repaired one."""
        return [self._sent(one) for one in custom_ids]

    def _own(self, name: str) -> str:
        found = self._due()
        if found is None or found.sent != name:
            return name
        self._next = None
        return str(found.custom_id)

    def _sent(self, custom_id: str | int) -> str:
        found = self._due()
        if found is None or found.custom_id != custom_id:
            return str(custom_id)
        self._next = None
        return found.sent

    def _due(self) -> Rename | None:
        if self._entries is None:
            self._entries = self._read()
        if self._next is None:
            self._next = next(self._entries, None)
        return self._next

    def _read(self) -> Iterator[Rename]:
        with self.path.open("rb") as file:
            file.readline()
            for number, line in enumerate(file, 2):
                try:
                    yield _rename(line)
                except (DecodeError, ValidationError) as error:
                    raise UsageError(
                        f"{self.path}:{number}",
                        "is no rename: the file was changed or cut off",
                        "restore it, or repair the request file anew",
                    ) from error
