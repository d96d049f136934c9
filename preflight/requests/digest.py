"""A file's SHA-256, while others read it."""

from pathlib import Path
from threading import Thread


class Hasher:
    """Hashes a file in a thread, once it is started: hashlib lets go of the lock."""

    def __init__(self, path: Path) -> None:
        """Prepare for a file; nothing is read yet."""
        self._path = path
        self._thread: Thread | None = None
        self._found = ""
        self._error: OSError | None = None

    def start(self) -> None:
        """Begin."""
        self._thread = Thread(target=self._hash, name="sha256", daemon=True)
        self._thread.start()

    def result(self) -> str:
        """Wait for it: in hex; "" where it was not started.

        Raises:
            OSError: the file cannot be read.
        """
        if self._thread is not None:
            self._thread.join()
        if self._error is not None:
            raise self._error
        return self._found

    def _hash(self) -> None:
        import hashlib  # noqa: PLC0415 - only where it is asked for

        try:
            with self._path.open("rb") as file:
                self._found = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as error:
            self._error = error
