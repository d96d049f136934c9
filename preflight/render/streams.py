"""Standard output and standard error that outlive their readers and take every character.

A run takes hours and its exit code is its result: neither may hang on whoever reads along. `| head`
ends the showing, not the run.
"""

import io
import os
import sys

TYPE_CHECKING = False  # typing's own constant would double the time of `preflight --version`
if TYPE_CHECKING:
    from typing import TextIO

    from _typeshed import ReadableBuffer

STDOUT, STDERR = 1, 2


class _Outliving(io.FileIO):
    """A descriptor that swallows what is written when its reader has gone.

    Another trouble (a full disk) is raised once: what comes after it goes nowhere.
    """

    def write(self, data: "ReadableBuffer", /) -> int:
        left = memoryview(data).cast("B")
        size = left.nbytes
        try:
            while left:
                left = left[super().write(left) :]
        except OSError as error:
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, self.fileno())
            os.close(nowhere)
            if not isinstance(error, BrokenPipeError):
                raise
        return size


def harden() -> None:
    """Put such streams in the place of Python's own. Called once, by the command itself."""
    sys.stdout = _stream(sys.stdout, STDOUT)
    sys.stderr = _stream(sys.stderr, STDERR)


def _stream(now: "TextIO | None", descriptor: int) -> "TextIO":
    if now is None:  # it was closed before the command began (`>&-`)
        return open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123 - for good
    now.flush()
    raw = _Outliving(descriptor, "w", closefd=False)
    # No buffer of bytes in between: one that is interrupted while it writes would write twice.
    return io.TextIOWrapper(
        raw,
        encoding=now.encoding,
        errors="backslashreplace",  # a name that the terminal's encoding lacks is no reason to die
        line_buffering=descriptor == STDERR or raw.isatty(),
    )
