"""Where the report goes, and in which formats: `--format NAME[:PATH]`, several at once."""

import argparse
import io
import os
import stat
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import IO, NamedTuple

from preflight.report import Report
from preflight.seams import UsageError
from preflight.vocabulary import FORMATS, QUIET

SUMMARY = "GITHUB_STEP_SUMMARY"
"""GitHub's environment variable that names the file of the step's summary."""


class Destination(NamedTuple):
    """One format and where it goes; None is standard output."""

    form: str
    path: Path | None = None

    def __str__(self) -> str:
        """As the option has it."""
        return self.form if self.path is None else f"{self.form}:{self.path}"


def destination(text: str) -> Destination:
    """Parse `NAME` or `NAME:PATH`, for argparse; `-` is standard output."""
    form, colon, path = text.partition(":")
    if form not in FORMATS:
        raise argparse.ArgumentTypeError(f"{form!r} is none of {', '.join(FORMATS)}")
    if colon and not path:
        raise argparse.ArgumentTypeError(f"{text!r} names no file after the colon")
    return Destination(form, Path(path) if path not in {"", "-"} else None)


def wanted(named: Sequence[Destination] | None, *, quiet: bool = False) -> tuple[Destination, ...]:
    """All destinations, with text on standard output unless another format goes there.

    `quiet`: there, text has problems and the verdict alone. Raises UsageError where two go to one
    place.
    """
    text = Destination(QUIET if quiet else "text")
    several = tuple(text if one == Destination("text") else one for one in named or ())
    shown = [one.form for one in several if one.path is None]
    if len(shown) > 1:
        raise UsageError(
            f"--format {' --format '.join(shown)}",
            "would mix several formats in standard output",
            f"give all but one a file: --format {shown[1]}:FILE",
        )
    paths = [_real(one.path) for one in several if one.path is not None]
    for path in paths:
        if paths.count(path) > 1:
            raise UsageError("--format", f"names {path} twice", "give each format its own file")
    return several if shown else (text, *several)


def prepare(several: Sequence[Destination], inputs: Sequence[str]) -> None:
    """Before the work: refuse what could not be written, and remove what an earlier run left.

    What stands there afterwards is of this run, also where it ends without a report. `inputs` are
    the files that it reads. Raises UsageError.
    """
    read = {_real(Path(name)) for name in inputs}
    for one in several:
        if one.path is None:
            continue
        path = _real(one.path)
        option = f"--format {one.form}:{one.path}"
        if path in read:
            raise UsageError(option, "would overwrite what is to be read", "name another file")
        if path.is_dir():
            raise UsageError(option, "is a folder", "name a file in it")
        if not path.parent.is_dir():
            raise UsageError(option, "is in no folder that there is", f"mkdir -p {path.parent}")
        if path.is_file():
            path.unlink()


def _real(path: Path) -> Path:
    """The file itself: a link to it stays one."""
    return Path(os.path.realpath(path))


def write(report: Report, several: Sequence[Destination]) -> None:
    """Write the report everywhere; for GitHub, the step's summary too where it asks for one."""
    for one in several:
        if one.path is None:
            render(report, one.form, sys.stdout)
        else:
            _keep(_real(one.path), _rendered(report, one.form))
    summary = os.environ.get(SUMMARY)
    if summary and any(one.form == "github" for one in several):
        with Path(summary).open("ab") as file:
            file.write(_rendered(report, "markdown"))


def render(report: Report, form: str, out: IO[str]) -> None:
    """Write it in one format."""
    module = "text_quiet" if form == QUIET else FORMATS[form]
    import_module(f"preflight.render.{module}").render(report, out)


def _rendered(report: Report, form: str) -> bytes:
    out = io.StringIO()
    render(report, form, out)
    return out.getvalue().encode("utf-8", "backslashreplace")


def _keep(path: Path, content: bytes) -> None:
    """Write it whole or not at all."""
    if path.exists() and not stat.S_ISREG(path.stat().st_mode):
        path.write_bytes(content)  # a pipe or a device has nothing to be renamed onto
        return
    from preflight.batch.disk import whole  # noqa: PLC0415 - only where a file is wanted

    with whole(path) as file:
        file.write(content)
