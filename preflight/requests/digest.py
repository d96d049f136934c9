"""The SHA-256 of files, while others read them."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from threading import Thread

    from preflight.requests.source import Source

AT_ONCE = 1 << 20
"""Bytes read at a time."""


class Hasher:
    """Hashes files in a thread, once it is started: hashlib lets go of the lock."""

    def __init__(self, *sources: "Source") -> None:
        """Prepare for files; nothing is read yet."""
        self._sources: Sequence[Source] = sources
        self._thread: Thread | None = None
        self._found: list[str] = []
        self._error: OSError | None = None

    def start(self) -> None:
        """Begin."""
        from threading import Thread  # noqa: PLC0415 - only where it is asked for

        self._thread = Thread(target=self._hash, name="sha256", daemon=True)
        self._thread.start()

    def result(self) -> tuple[str, ...]:
        """Wait for it: of each file in hex; "" where it was not started.

        Raises:
            OSError: a file cannot be read.
        """
        if self._thread is None:
            return ("",) * len(self._sources)
        self._thread.join()
        if self._error is not None:
            raise self._error
        return tuple(self._found)

    def _hash(self) -> None:
        import hashlib  # noqa: PLC0415 - only where it is asked for

        buffer = bytearray(AT_ONCE)
        view = memoryview(buffer)
        try:
            for source in self._sources:
                digest = hashlib.sha256()
                with source.open("rb", buffering=0) as file:
                    while size := file.readinto(buffer):
                        digest.update(view[:size])
                self._found.append(digest.hexdigest())
        except OSError as error:
            self._error = error
