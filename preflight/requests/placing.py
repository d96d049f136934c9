"""Files and folders that appear whole, under a name of their own, or not at all.

They are written beside the name, brought to the disk, and renamed: whoever looks, and whatever
breaks off, there is never a half of one. What is there already is never overwritten, but for a file
that is repaired in its own place.
"""

import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from filecmp import cmp
from pathlib import Path
from tempfile import mkdtemp, mkstemp
from typing import BinaryIO

from preflight.seams import UsageError


@contextmanager
def whole_folder(path: Path, marker: str) -> Iterator[Path]:
    """An empty folder that takes the name `path` when the block ends; gone where the block fails.

    A folder of that name may be there if it is empty, or holds the very same files.

    Args:
        path: where it is to be.
        marker: a file that it will have: without that, other files there are refused at once.

    Raises:
        UsageError: something else is there, or it cannot be written; nothing is left of it then.
    """
    there = _there(path, marker)
    with _written(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        made = Path(mkdtemp(prefix=_beside(path), dir=path.parent))
        try:
            yield made
            made.chmod(0o777 & ~_umask() if there is None else stat.S_IMODE(path.stat().st_mode))
            if there:
                _refuse_others(path, made)
                return
            for each in made.iterdir():
                _on_disk(each)
            made.rename(path)
            _name_on_disk(path)
        finally:
            shutil.rmtree(made, ignore_errors=True)


def _there(path: Path, marker: str) -> set[str] | None:
    """The names of the files in the folder; None where there is none. Raises UsageError."""
    with _written(path):
        if not os.path.lexists(path):
            return None
        if path.is_symlink() or not path.is_dir():
            raise UsageError(str(path), "is there, and is no folder", "name a new folder with --to")
        if path.samefile(Path.cwd()):
            raise UsageError(
                str(path), "is the folder this was started in", "name a new folder with --to"
            )
        names = {each.name for each in path.iterdir()}
    if names and marker not in names:
        raise _occupied(path)
    return names


def _refuse_others(path: Path, made: Path) -> None:
    """Raise UsageError unless both folders hold the same files."""
    names = {each.name for each in path.iterdir()}
    if names != {each.name for each in made.iterdir()} or not all(
        (path / name).is_file() and cmp(path / name, made / name, shallow=False) for name in names
    ):
        raise _occupied(path)


def _occupied(path: Path) -> UsageError:
    return UsageError(
        str(path), "holds other files, which are left as they are", "name a new folder with --to"
    )


@contextmanager
def whole_file(
    path: Path, mode: int | None = None, owner: tuple[int, int] | None = None
) -> Iterator[BinaryIO]:
    """A file that takes the name `path` when the block ends; gone where the block fails.

    In the meantime it can be read by its `name`; where it is deleted by that, nothing happens.

    Args:
        path: where it is to be. A file that is there is replaced.
        mode: its permissions; None: as any new file.
        owner: user and group it is to have; None: those of whoever writes it.

    Raises:
        UsageError: it cannot be written; nothing is left of it then.
    """
    with _written(path):
        handle, name = mkstemp(prefix=_beside(path), dir=path.parent)
        os.close(handle)
        made = Path(name)
        try:
            with made.open("wb") as file:
                handle = file.fileno()
                if owner is not None and owner != _owner(handle):
                    os.fchown(handle, *owner)
                os.fchmod(handle, 0o666 & ~_umask() if mode is None else mode)
                yield file
                file.flush()
                os.fsync(handle)
            if made.exists():
                made.replace(path)
                _name_on_disk(path)
        finally:
            made.unlink(missing_ok=True)


@contextmanager
def _written(path: Path) -> Iterator[None]:
    """Turn what the disk refuses into a sentence."""
    try:
        yield
    except OSError as error:
        named = error.filename if isinstance(error.filename, str) else None
        where = str(path) if named is None or _beside(path) in named else named
        raise UsageError(
            where,
            f"cannot be written or read ({error.strerror or error}), and nothing was left of it",
            "repair that (free some room, or grant the right), or name another place with --to",
        ) from error


def _beside(path: Path) -> str:
    """How the name begins that it is written under."""
    return f".{path.name[:40]}."


def _owner(handle: int) -> tuple[int, int]:
    made = os.fstat(handle)
    return made.st_uid, made.st_gid


def _umask() -> int:
    """What this process takes away of the permissions of what it makes."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def _name_on_disk(path: Path) -> None:
    """Bring the name to the disk: it is there by now, and not every file system has this call."""
    with suppress(OSError):
        _on_disk(path.parent)


def _on_disk(path: Path) -> None:
    """Bring what is written to the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
