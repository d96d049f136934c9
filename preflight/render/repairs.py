"""What `preflight fix` repairs, and what it leaves, with a preview like a diff."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from preflight.render.outcome import document, line, shown
from preflight.render.printable import printable
from preflight.requests.leftover import OTHERWISE, WHY, Leftover
from preflight.requests.repair import KINDS, Repair
from preflight.requests.tally import Seen
from preflight.vocabulary import QUIET

AROUND = 60
"""Characters that are shown on each side of what changes; a request may be megabytes."""

MOST = 100
"""Lines that are shown; all are counted."""


MOST_LEFT = 20
"""Faults that are told in text; JSON has all that have a place."""


@dataclass(frozen=True, slots=True)
class Fixed:
    """What became of a file.

    Attributes:
        name: of the file.
        repairs: kind -> on how many and which first lines.
        left: what holds it back all the same.
        written: the repaired file; None: nothing was written.
        ids: the file that says which custom_ids were replaced; None: there is none.
    """

    name: str
    repairs: Mapping[str | None, Seen]
    left: Leftover
    written: Path | None = None
    ids: Path | None = None


def show(fixed: Fixed, form: str) -> int:
    """Print it; the exit code."""
    code = 1 if fixed.left.count else 0
    if form == "json":
        document("fixed", code, **_shape(fixed))
        return code
    if form != QUIET:
        _tell(fixed)
    if fixed.left.count:
        line(f"not repaired: {fixed.left.count:,} {'fault' if fixed.left.count == 1 else 'faults'}")
    for fault in fixed.left.faults[:MOST_LEFT]:
        line(f"  line {fault.line:,} {fault.message}: {WHY.get(fault.code, OTHERWISE)}")
    if fixed.left.count > MOST_LEFT:
        line(f"  and {fixed.left.count - MOST_LEFT:,} more (--format json)")
    return code


def _tell(fixed: Fixed) -> None:
    """What was repaired, and where the files are."""
    counts = [(KINDS[kind], fixed.repairs[kind]) for kind in KINDS if kind in fixed.repairs]
    for words, seen in counts:
        line(f"{words}: {_lines(seen)}")
    if not counts:
        safely = "nothing that can be repaired safely"
        line(safely if fixed.left.count else "nothing to repair")
    if fixed.written is not None:
        line(f"written: {shown(fixed.written)}")
    if fixed.ids is not None:
        line(f"the ids that were replaced: {shown(fixed.ids)}")


def _lines(seen: Seen) -> str:
    word = "line" if seen.count == 1 else "lines"
    more = ", ..." if seen.count > len(seen.lines) else ""
    return f"{seen.count:,} {word} ({', '.join(f'{number:,}' for number in seen.lines)}{more})"


def _shape(fixed: Fixed) -> dict[str, Any]:
    return {
        "file": fixed.name,
        "written": None if fixed.written is None else str(fixed.written),
        "ids": None if fixed.ids is None else str(fixed.ids),
        "repairs": {
            kind: {"count": fixed.repairs[kind].count, "lines": list(fixed.repairs[kind].lines)}
            for kind in KINDS
            if kind in fixed.repairs
        },
        "left": dict(fixed.left.totals),
        "faults": [
            {
                "line": fault.line,
                "code": fault.code,
                "message": fault.message,
                "why": WHY.get(fault.code, OTHERWISE),
            }
            for fault in fixed.left.faults
        ],
    }


@dataclass(slots=True)
class Preview:
    """Prints repairs as they are met, the first of them; `quiet`: prints nothing."""

    name: str
    quiet: bool
    _count: int = field(default=0)

    def take(self, repair: Repair) -> None:
        """Show one line before and after."""
        self._count += 1
        if self.quiet or self._count > MOST:
            return
        if self._count == 1:
            line(f"--- {self.name}")
            line(f"+++ {self.name}, repaired")
        for each in preview(repair):
            print(each)

    def close(self) -> None:
        """Say how many were not shown."""
        if not self.quiet and self._count > MOST:
            line(f"... and {self._count - MOST:,} more lines like these")


def preview(repair: Repair) -> Iterator[str]:
    """A line of the file before and after, no more of it than what changes and its surroundings."""
    what = ", ".join(KINDS[kind] for kind in repair.kinds)
    yield f"@@ line {repair.line:,}: {what} @@"
    before, after = (each.removesuffix(b"\n") for each in (repair.before, repair.after))
    if not after:
        yield f"-{_visible(before)}"
        return
    start = _alike(before, after, min(len(before), len(after)))
    end = _alike(before[::-1], after[::-1], min(len(before), len(after)) - start)
    yield f"-{_excerpt(before, start, len(before) - end)}"
    yield f"+{_excerpt(after, start, len(after) - end)}"


def _alike(one: bytes, other: bytes, most: int) -> int:
    """How many bytes they begin with alike, and no more than so many."""
    least = 0
    while least < most:
        middle = (least + most + 1) // 2
        if one[least:middle] == other[least:middle]:
            least = middle
        else:
            most = middle - 1
    return least


def _excerpt(line: bytes, start: int, end: int) -> str:
    """What changed between two places, and some of the line before and behind it."""
    left = line[max(0, start - 4 * AROUND) : start].decode(errors="ignore")
    changed = line[start:end].decode(errors="replace")
    right = line[end : end + 4 * AROUND].decode(errors="ignore")
    if len(left) > AROUND or start > 4 * AROUND:
        left = f"...{left[-AROUND:]}"
    if len(changed) > 2 * AROUND:
        changed = f"{changed[:AROUND]}...{changed[-AROUND:]}"
    if len(right) > AROUND or len(line) > end + 4 * AROUND:
        right = f"{right[:AROUND]}..."
    return printable(f"{left}{changed}{right}")


def _visible(blank: bytes) -> str:
    """A blank line, so that what is on it can be seen."""
    text = blank[: 2 * AROUND].decode(errors="replace")
    shown = text.encode("unicode_escape").decode("ascii")
    return shown if len(blank) <= 2 * AROUND else f"{shown}..."
