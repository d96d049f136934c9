"""Where the configuration file is: from the working folder upwards, no further than is ours."""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from preflight.seams.errors import UsageError

if TYPE_CHECKING:
    from preflight.configuration.file import File  # it imports what parses TOML

FILE = "preflight.toml"
PROJECT = "pyproject.toml"
TABLE = ("tool", "preflight")
"""Of pyproject.toml."""

MOST_BYTES = 1_000_000
"""A file above this is none that people keep."""


VARIABLE = "PREFLIGHT_CONFIG"
"""The environment variable that names the file where no flag does."""


def configuration(named: str | None, environment: Mapping[str, str]) -> "File | None":
    """The file that holds, understood: the one named, or the nearest; None where there is none.

    Args:
        named: by a flag; /dev/null for none.
        environment: where a variable may name it.

    Raises:
        UsageError: it cannot be read, or something in it is wrong.
    """
    name = named or environment.get(VARIABLE)
    if name == os.devnull:
        return None
    found = (Path(name), read(Path(name))) if name else _nearest_here()
    if found is None:
        return None
    from preflight.configuration.file import parsed  # noqa: PLC0415 - most have no such file

    return parsed(*found)


def _nearest_here() -> tuple[Path, bytes] | None:
    try:
        here = Path.cwd()
    except OSError:  # the working folder has been removed: what is about other places still runs
        return None
    return nearest(here, _home())


def _home() -> Path | None:
    home = os.path.expanduser("~")  # noqa: PTH111 - Path raises where nobody knows
    return Path(home) if os.path.isabs(home) else None  # noqa: PTH117


def nearest(folder: Path, home: Path | None) -> tuple[Path, bytes] | None:
    """The nearest file and its content; None where there is none.

    The search ends at the repository's root, else at `home`. Where the folder is in neither, only
    the folder itself is looked at: what others put above it is none of ours.

    Raises:
        UsageError: it cannot be read, or there are two in one folder.
    """
    for one in _ours(folder, home):
        own, project = one / FILE, one / PROJECT
        there = own if os.path.lexists(own) else None
        content = read(project) if os.path.isfile(project) else b""  # noqa: PTH113 - as below
        # Most projects do not mention us: to parse each of them would take longer than all else.
        if b"preflight" in content:
            from preflight.configuration.file import holds_table  # noqa: PLC0415 - as said

            if holds_table(project, content):
                if there is not None:
                    raise UsageError(
                        shown(own),
                        f"is beside [{'.'.join(TABLE)}] in {PROJECT}",
                        "keep one of the two",
                    )
                return project, content
        if there is not None:
            return there, read(there)
    return None


def _ours(folder: Path, home: Path | None) -> Iterator[Path]:
    upwards = (folder, *folder.parents)
    # Path's own would raise for a folder that may not be looked into.
    ends = [one for one in upwards if os.path.exists(one / ".git")] or [  # noqa: PTH110
        one for one in upwards if one == home
    ]
    last = ends[0] if ends else folder
    for one in upwards:
        yield one
        if one == last:
            return


def read(path: Path) -> bytes:
    """A file's content. Raises UsageError where it cannot be read."""
    if path.is_dir():
        raise UsageError(shown(path), "is a folder", "name a configuration file")
    try:
        if path.exists() and not path.is_file():  # a pipe would keep the command waiting
            raise UsageError(shown(path), "is no file", "name a configuration file")
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except OSError as error:
        what = f"cannot be read ({error.strerror})"
        raise UsageError(shown(path), what, "repair that, or use --config FILE") from None
    if len(content) > MOST_BYTES:
        raise UsageError(shown(path), f"is above {MOST_BYTES:,} bytes", "name another file")
    return content


def shown(path: Path) -> str:
    """A path as short as it can be written from here."""
    return min(os.path.relpath(path), str(path), key=len)
