"""The uploaded file, read back by the route that results take, and held against what was sent."""

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import msgspec

from preflight.batch.refusals import NOT_FOUND, Declined

LOOKS_AFTER = (0.0, 1.0, 2.0, 4.0)
"""Seconds before each try: OpenAI takes a moment to process an upload."""

_IDS = ("custom_id", "recordId", "requestId", "key")


@dataclass(frozen=True, slots=True)
class ReadBack:
    """How many bytes came back, whether they are those that were sent, and the ids not in them."""

    size: int
    same: bool
    lost: tuple[str, ...]


class Downloader(Protocol):
    """The part of the gateway that reading back needs."""

    def download(self, file_id: str, to: Path, progress: Callable[[int], None]) -> bool:
        """Download a file; False where there is none. Raises Declined, Lost."""


def read_back(
    gateway: Downloader,
    file_id: str,
    sent: Path,
    to: Path,
    sleep: Callable[[float], None] = time.sleep,
) -> ReadBack:
    """Download the uploaded file to `to`, compare it, and remove it again.

    A gateway that keeps requests in a provider's own form gives that back: then the ids are
    compared. Raises Declined, too where there is no such file; Lost.
    """
    for pause in LOOKS_AFTER:
        if pause:
            sleep(pause)
        if gateway.download(file_id, to, lambda _: None):
            break
    else:
        what = f"download: HTTP {NOT_FOUND}: the file that was just uploaded is not there"
        raise Declined(file_id, what, "repair it and run again", NOT_FOUND)
    try:
        return _compared(sent, to)
    finally:
        to.unlink(missing_ok=True)


def _compared(sent: Path, back: Path) -> ReadBack:
    if _sha256(sent) == _sha256(back):
        return ReadBack(back.stat().st_size, same=True, lost=())
    there = set(_ids(back))
    lost = tuple(custom_id for custom_id in _ids(sent) if custom_id not in there)
    return ReadBack(back.stat().st_size, same=False, lost=lost)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _ids(path: Path) -> list[str]:
    """The ids of the lines that can be read, in order."""
    found = []
    with path.open("rb") as file:
        for line in file:
            try:
                row = msgspec.json.decode(line)
            except (ValueError, RecursionError):
                continue
            if isinstance(row, dict):
                found += [str(row[name]) for name in _IDS if row.get(name) not in (None, "")][:1]
    return found
