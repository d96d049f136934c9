"""`-` in the place of a file: standard input, kept in a file while a command runs.

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

FILES = {
    "requests": "jsonl",
    "results": "jsonl",
    "waivers": "toml",
    "tables": "toml",
    "from_bundle": "json",
}
"""Attributes of a command line that name a file to be read, and the ending of its name."""

_READ_AT_ONCE = "promises"
"""Nothing of it is read twice, so that it needs no file."""


def from_standard_input(arguments: Namespace) -> list[str]:
    """The attributes that ask for it. Raises UsageError for more than one: it is read once."""
    asking = [
        name for name in (*FILES, _READ_AT_ONCE) for one in _named(arguments, name) if one == "-"
    ]
    if len(asking) > 1:
        words = " and ".join(name.replace("_", " ") for name in asking)
        raise UsageError("standard input", f"is to be {words}", "give all but one a file")
    return [name for name in asking if name in FILES]


@contextmanager
def spooled(arguments: Namespace) -> Iterator[None]:
    """Put a file of what standard input holds in the place of `-`; it is removed at the end.

    Raises:
        UsageError: two files are to be read from there.
    """
    asking = from_standard_input(arguments)
    if not asking:
        yield
        return
    (name,) = asking
    with tempfile.TemporaryDirectory(prefix="preflight-") as folder:
        path = Path(folder) / f"standard-input.{FILES[name]}"
        with path.open("xb") as file:
            if sys.stdin is not None:  # closed before the command began (`<&-`)
                shutil.copyfileobj(sys.stdin.buffer, file)
        if isinstance(getattr(arguments, name), list):
            several = [str(path) if one == "-" else one for one in _named(arguments, name)]
            setattr(arguments, name, several)
            arguments.spooled = path
        else:
            setattr(arguments, name, str(path))
            arguments.shown = "-" if name == "requests" else None
        try:
            yield
        except PreflightError as error:
            # The file will be gone when somebody reads the sentence.
            raise _told(error, str(path)) from error


def _named(arguments: Namespace, name: str) -> list[str]:
    """The files of an attribute; some commands take several."""
    value = getattr(arguments, name, None)
    return value if isinstance(value, list) else [value] if isinstance(value, str) else []


def _told(error: PreflightError, path: str) -> PreflightError:
    where, what = (text.replace(path, "standard input") for text in (error.where, error.what))
    remedy = error.remedy.replace(path, "FILE").replace(Path(path).name, "FILE")
    other = PreflightError(where, what, remedy)
    other.exit_code = error.exit_code
    return other
