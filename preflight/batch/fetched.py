"""Whether a file that was downloaded is all there: by its length, its last line and its rows."""

from dataclasses import dataclass
from pathlib import Path

import msgspec

from preflight.batch.answers import Batch
from preflight.batch.blocks import TooLong, blocks

_MARKUP = b"<"


@dataclass(frozen=True, slots=True)
class Examined:
    """A downloaded file. `wrong`: one sentence without its subject; None where nothing is."""

    rows: int
    size: int
    wrong: str | None = None


def examine(path: Path, length: int | None = None) -> Examined:
    """Read a downloaded file once, in flat memory.

    Args:
        path: the file.
        length: bytes that were announced (`Content-Length` of an answer without a
            `Content-Encoding`); None: none were.

    Raises OSError.
    """
    size = path.stat().st_size
    rows, first, last, closed = _read(path)
    wrong = None
    if length is not None and size != length:
        wrong = f"{length:,} bytes were announced, and {size:,} came"
    elif first.startswith(_MARKUP):
        wrong = "is a web page or an XML document, and no rows of results"
    elif not closed and not _is_json(last):
        wrong = f"is cut off: row {rows:,}, its last, ends in the middle"
    return Examined(rows, size, wrong)


def _read(path: Path) -> tuple[int, bytes, bytes, bool]:
    """How many rows, the first and the last one, and whether a newline is at the end."""
    rows, first, last = 0, b"", b""
    with path.open("rb", buffering=0) as file:
        for block in blocks(file):
            if isinstance(block, TooLong):
                rows, last = rows + 1, b""
                continue
            several = [line for line in map(bytes.strip, block.lines) if line]
            if several:
                first = first or several[0]
                rows, last = rows + len(several), several[-1]
        size = file.tell()
        file.seek(max(0, size - 1))
        return rows, first, last, file.read(1) in (b"", b"\n")


def _is_json(line: bytes) -> bool:
    try:
        msgspec.json.decode(line, type=msgspec.Raw)
    except (ValueError, RecursionError):
        return False
    return True


def fewer(rows: int, batch: Batch) -> str | None:
    """What is wrong with so many rows in all files of a batch that has ended, in one sentence.

    None where nothing is. More rows than the batch counts are no loss; a batch that counts nothing
    tells nothing.
    """
    counted = (batch.completed or 0) + (batch.failed or 0)
    if rows >= counted:
        return None
    return (
        f"{rows:,} rows came back, and the batch counts {counted:,} "
        f"({batch.completed or 0:,} completed, {batch.failed or 0:,} failed)"
    )
