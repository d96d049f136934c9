"""`-` in the place of a request file: standard input, kept in a file while a command runs.

A request file is read more than once, by several processes, and from any place in it.
"""

import shutil
import sys
import tempfile
from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from preflight.seams import PreflightError, UsageError

NAME = "standard-input.jsonl"
_OTHERS = ("promises", "waivers", "tables", "from_bundle")


@contextmanager
def spooled(arguments: Namespace) -> Iterator[None]:
    """Put a file of what standard input holds in the place of `-`; it is removed at the end.

    Raises:
        UsageError: something else is to be read from there, too.
    """
    for other in _OTHERS:
        if getattr(arguments, other, None) == "-":
            raise UsageError(
                "standard input",
                f"is to be the request file and the {other.replace('_', ' ')}",
                "give one of them a file",
            )
    with tempfile.TemporaryDirectory(prefix="preflight-") as folder:
        path = Path(folder) / NAME
        with path.open("xb") as file:
            if sys.stdin is not None:  # closed before the command began (`<&-`)
                shutil.copyfileobj(sys.stdin.buffer, file)
        arguments.requests = str(path)
        arguments.shown = "-"
        try:
            yield
        except PreflightError as error:
            # The file will be gone when somebody reads the sentence.
            raise _told(error, str(path)) from error


def _told(error: PreflightError, path: str) -> PreflightError:
    where, what = (text.replace(path, "standard input") for text in (error.where, error.what))
    other = PreflightError(where, what, error.remedy.replace(path, "REQUESTS.jsonl"))
    other.exit_code = error.exit_code
    return other
