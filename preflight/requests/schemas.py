"""The schemas of a file, shown to an importer in file order, after the file was read."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from preflight.requests.fault import Fault
from preflight.requests.portion import Portion
from preflight.requests.single import read_line

if TYPE_CHECKING:
    from preflight.requests.source import Bytes, Source

AT_ONCE = 16 << 10
"""Bytes read at a time."""


def refused(path: "Source", portion: Portion) -> Iterator[Fault]:
    """Yield what the importer refuses of the lines that the portion has noted."""
    if not portion.schema_lines:
        return
    from preflight.requests.importing import Importer  # noqa: PLC0415 - only where there are any

    importer = Importer()
    with path.open("rb", buffering=0) as file:
        for number, offset in zip(portion.schema_lines, portion.schema_offsets, strict=True):
            facts, _ = read_line(_line(file, offset), number, offset)
            for name, raw in facts.features if facts else ():
                yield from importer.look(name, raw, number, offset)


def _line(file: "Bytes", offset: int) -> bytes:
    """The line that starts at this byte, without its newline."""
    file.seek(offset)
    found = []
    while some := file.read(AT_ONCE):
        line, newline, _ = some.partition(b"\n")
        found.append(line)
        if newline:
            break
    return b"".join(found)
