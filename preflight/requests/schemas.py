"""The schemas of a file, shown to an importer in file order, after the file was read."""

from collections.abc import Iterator
from pathlib import Path

from preflight.requests.fault import Fault
from preflight.requests.portion import Portion
from preflight.requests.single import read_line


def refused(path: Path, portion: Portion) -> Iterator[Fault]:
    """Yield what the importer refuses of the lines that the portion has noted."""
    if not portion.schema_lines:
        return
    from preflight.requests.importing import Importer  # noqa: PLC0415 - only where there are any

    importer = Importer()
    with path.open("rb") as file:
        for number, offset in zip(portion.schema_lines, portion.schema_offsets, strict=True):
            file.seek(offset)
            facts, _ = read_line(file.readline().removesuffix(b"\n"), number, offset)
            for name, raw in facts.features if facts else ():
                yield from importer.look(name, raw, number, offset)
