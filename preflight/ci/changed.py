"""Which request files a change touches, by git; names may hold anything that a name may."""

import os
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from preflight.seams import UsageError

_NOWHERE = "0" * 40
"""What a forge names as the commit before the first one."""


@dataclass(frozen=True, slots=True)
class Changed:
    """The files, relative to the working directory, and what is to be said about the choice."""

    files: tuple[str, ...]
    notes: tuple[str, ...] = ()


def changed(base: str, patterns: Sequence[str]) -> Changed:
    """Request files that differ from `base`; all of them where there is nothing to compare with.

    Links are left out: what they lead to is no part of the change. Raises UsageError outside of a
    checkout.
    """
    specs = [f":(glob){pattern}" for pattern in patterns]
    notes = []
    known = bool(base) and base != _NOWHERE and _fetched(base)
    if known:
        # Of the trees, not of the histories: a shallow clone has no common ancestor.
        listed = [
            "diff",
            "--relative",
            "--name-only",
            "-z",
            "--no-renames",
            "--diff-filter=d",
            base,
            "HEAD",
        ]
    else:
        listed = ["ls-files", "-z"]
        if base and base != _NOWHERE:
            notes.append(f"commit {base} is not in this clone: every request file is checked")
    names = [os.fsdecode(name) for name in _git(*listed, "--", *specs).split(b"\0") if name]
    links = [name for name in names if Path(name).is_symlink()]
    notes += [f"{name} is a link, and is not followed" for name in links]
    files = [name for name in names if name not in links and Path(name).is_file()]
    return Changed(tuple(files), tuple(notes))


def _fetched(commit: str) -> bool:
    """Whether the commit is there, also where it first had to be fetched."""
    if not commit.isalnum():
        raise UsageError(f"commit {commit}", "is no commit's id", "give the id that git shows")
    if _is_there(commit):
        return True
    fetch = ["git", "fetch", "--quiet", "--no-tags", "--depth=1", "origin", commit]
    subprocess.run(fetch, capture_output=True, check=False)  # noqa: S603 - an id, checked above
    return _is_there(commit)


def _is_there(commit: str) -> bool:
    look = ["git", "cat-file", "-e", f"{commit}^{{commit}}"]
    return subprocess.run(look, capture_output=True, check=False).returncode == 0  # noqa: S603 - likewise


def _git(*arguments: str) -> bytes:
    try:
        done = subprocess.run(  # noqa: S603 - no shell
            ["git", *arguments],  # noqa: S607 - the git of the CI's own machine
            capture_output=True,
            check=False,
        )
    except FileNotFoundError:
        raise UsageError("git", "is not on the PATH", "use an image that has git") from None
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise UsageError(
            "git",
            f"does not list the files ({said[-1] if said else 'no reason given'})",
            "run this in a checkout",
        )
    return done.stdout
