"""`preflight fix`: repair what can be repaired safely in a request file, and say what cannot."""

import hashlib
import os
import shutil
import stat
import tempfile
from argparse import Namespace
from collections.abc import Iterator
from dataclasses import dataclass, field
from filecmp import cmp
from pathlib import Path
from typing import IO, BinaryIO

from preflight.commands.judge import scanned
from preflight.render import repairs as rendered
from preflight.requests.leftover import Expected, Leftover, leftover
from preflight.requests.lines import looked_at, unchanged
from preflight.requests.placing import whole_file
from preflight.requests.relabel import legal
from preflight.requests.renames import SUFFIX, Head, Rename, RenamesWriter
from preflight.requests.repair import Piece, Repair, Repairing, Untouched
from preflight.requests.scan import Scan
from preflight.requests.tally import Tally
from preflight.seams import RequestFileError, UsageError


def fix(arguments: Namespace) -> int:
    """Repair it, or show what would be repaired; 1 where something is left."""
    source = Path(arguments.requests)
    target = _target(source, arguments)
    found = scanned(arguments.requests, jobs=arguments.jobs)
    name = getattr(arguments, "shown", arguments.requests)
    if not found.requests:
        raise _empty(source)
    work = _Work(found, name, tuple(dict.fromkeys(arguments.provider)))
    if arguments.diff:
        return rendered.show(work.previewed(arguments.format), arguments.format)
    if arguments.in_place and not work.wanted:
        return rendered.show(work.untouched(), arguments.format)
    return rendered.show(work.written(target, in_place=arguments.in_place), arguments.format)


def _target(source: Path, arguments: Namespace) -> Path:
    """Where the repaired file goes. Raises UsageError."""
    if not (arguments.diff or arguments.in_place or arguments.to):
        raise UsageError(
            "the command line",
            "does not say where the repaired file goes",
            "look first with --diff; then add --in-place, or --to FILE",
        )
    if not arguments.to:
        if arguments.in_place:
            if getattr(arguments, "shown", None) is not None:
                raise UsageError(
                    "--in-place", "there is no file to repair", "write one with --to FILE"
                )
            _refuse_other_names(source)
        return source
    target = Path(arguments.to)
    if os.path.lexists(target):
        if target.is_symlink() or not target.is_file():
            raise UsageError(str(target), "is there, and is no regular file", "name a new file")
        if source.exists() and target.samefile(source):
            raise UsageError(str(target), "is the file itself", "say --in-place in place of --to")
    return target


def _refuse_other_names(source: Path) -> None:
    """A file with further names would be repaired under one of them alone."""
    if source.is_symlink():
        what, remedy = "is a symbolic link", f"name the file itself: {source.resolve()}"
    elif source.is_file() and source.stat().st_nlink > 1:
        what, remedy = "has another name (a hard link)", "write a new file with --to FILE"
    else:
        return
    raise UsageError(str(source), what, remedy)


def _empty(source: Path) -> UsageError:
    return UsageError(str(source), "holds no request", "write one request per line into it")


@dataclass(slots=True)
class _Work:
    """The repair of one file that was scanned."""

    scan: Scan
    name: str
    providers: tuple[str, ...]
    _repairs: Tally = field(default_factory=Tally)

    @property
    def numbers(self) -> bool:
        """Whether some custom_id may be a number; behind two marks nobody has seen it yet."""
        return not self.scan.totals.keys().isdisjoint({"custom_id_type", "bom"})

    @property
    def wanted(self) -> bool:
        """Whether there may be anything to repair."""
        uncarried = not self.scan.uncarried.keys().isdisjoint(self.providers)
        return uncarried or not self.scan.totals.keys().isdisjoint(_REPAIRABLE)

    def untouched(self) -> rendered.Fixed:
        """What is said of a file that needs no repair."""
        return self._fixed(leftover(self.scan, self.providers))

    def previewed(self, form: str) -> rendered.Fixed:
        """Show the repairs, and write nothing."""
        expected = Expected(self.scan)
        preview = rendered.Preview(self.name, quiet=form != "text")
        for piece in self._pieces() if self.wanted else ():
            if isinstance(piece, Repair):
                expected.take(piece)
                preview.take(piece)
        preview.close()
        return self._fixed(expected.leftover(self.providers))

    def written(self, target: Path, *, in_place: bool) -> rendered.Fixed:
        """Write the repaired file, and the ids that were replaced beside it."""
        was, before = self.scan.path.stat(), looked_at(self.scan.path)
        mode = stat.S_IMODE(was.st_mode)
        owner = (was.st_uid, was.st_gid) if in_place else None
        with whole_file(target, mode, owner) as file, tempfile.TemporaryFile() as ids:
            renames = RenamesWriter(ids)
            after = self._write(file, renames)
            # What is written is read again before it takes its name.
            left = leftover(scanned(file.name, digest=False), self.providers)
            if in_place and not self._repairs.counts:
                Path(file.name).unlink()
                return self._fixed(left)
            if not in_place and target.exists():
                _refuse_another(target, Path(file.name), "name a new file with --to")
            unchanged(self.scan.path, before)  # what was added since would be lost
            kept = Path(f"{target}{SUFFIX}") if renames.count else None
            if kept is not None:
                renames.close(Head(self.scan.sha256, after, renames.count, self.providers))
                _keep(ids, kept, mode)
        return self._fixed(left, target, kept)

    def _write(self, file: BinaryIO, renames: RenamesWriter) -> str:
        """Write the repaired lines; their SHA-256."""
        digest = hashlib.sha256()
        line = 0
        for piece in self._pieces():
            if isinstance(piece, Untouched):
                line += piece.lines
                made = piece.raw
            else:
                line += bool(piece.after)
                made = piece.after
                if piece.custom_id is not None:
                    renames.add(Rename(line, legal(piece.custom_id), piece.custom_id))
            digest.update(made)
            file.write(made)
        file.flush()
        if not line:
            raise _empty(self.scan.path)
        return digest.hexdigest()

    def _pieces(self) -> Iterator[Piece]:
        """All of the file, which is the one that was scanned; repairs are counted."""
        digest = hashlib.sha256()
        for piece in Repairing(self.scan.path, self.providers, self.numbers).pieces():
            if isinstance(piece, Repair):
                for kind in piece.kinds:
                    self._repairs.add(kind, (piece.line,))
            digest.update(piece.before if isinstance(piece, Repair) else piece.raw)
            yield piece
        if digest.hexdigest() != self.scan.sha256:
            raise RequestFileError(
                str(self.scan.path), "was changed while it was read", "wait for its writer to end"
            )

    def _fixed(
        self, left: Leftover, written: Path | None = None, ids: Path | None = None
    ) -> rendered.Fixed:
        return rendered.Fixed(self.name, self._repairs.seen(), left, written, ids)


_REPAIRABLE = frozenset({"bom", "blank_line", "custom_id_type"})
"""Codes of faults some of which can be repaired."""


def _refuse_another(there: Path, made: Path, remedy: str) -> None:
    """Raise UsageError where a file is there that is not the same."""
    if not there.is_file() or not cmp(there, made, shallow=False):
        raise UsageError(str(there), "is there, and holds something else", remedy)


def _keep(ids: IO[bytes], kept: Path, mode: int) -> None:
    """Put the ids in their place, where no other repair's are."""
    ids.seek(0)
    with whole_file(kept, mode) as file:
        shutil.copyfileobj(ids, file)
        file.flush()
        if os.path.lexists(kept):
            _refuse_another(
                kept, Path(file.name), "it undoes another repair: write a new file with --to"
            )
