"""Files of a run: written beside their names and renamed, so that none is ever half there."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from preflight.seams import RunError


@contextmanager
def whole(path: Path) -> Iterator[BinaryIO]:
    """A file to write that takes its name when the block ends, and is gone where the block fails.

    It is on disk before it has its name: the ledger may say that it is there.
    """
    part = path.with_name(path.name + ".part")
    try:
        with part.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


@contextmanager
def on_disk(folder: Path) -> Iterator[None]:
    """Turn what the disk refuses (no room, no right) into a RunError: the run is resumed later."""
    try:
        yield
    except (OSError, sqlite3.OperationalError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise RunError(
            str(getattr(error, "filename", None) or folder),
            f"cannot be written or read ({reason})",
            "repair that and run the same command again: what was sent is not sent again",
        ) from error
