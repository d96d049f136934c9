"""How a batch is coming along: a bar on a terminal, one line a change where there is none."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from preflight.batch.answers import Batch
from preflight.render.printable import printable

_MINUTE, _HOUR, _DAY = 60, 3600, 86_400


class Display(Protocol):
    """Shows one look."""

    def __call__(self, batch: Batch, left: float | None = None) -> None:
        """Show the batch; `left` are the seconds until it ends, None where nobody can tell."""


@contextmanager
def progress(total: int) -> Iterator[Display]:
    """Yield what shows one look at the batch. `total` counts requests."""
    console = Console(stderr=True)
    # A dumb terminal cannot go back to a line: there, a bar would be shown once, at the end. What a
    # CI shows as a terminal is a log, in which each drawing of a bar stays.
    if sys.stderr.isatty() and not console.is_dumb_terminal and not os.environ.get("CI"):
        with _bar(total, console) as show:
            yield show
    else:
        yield _lines(total)


def in_words(left: float | None) -> str:
    """`about 2 h 10 min left`, never more exact than it is; "" for what nobody can tell."""
    if left is None:
        return ""
    if left < _MINUTE:
        return "less than a minute left"
    minutes = round(left / _MINUTE)
    if left < _HOUR and minutes < _HOUR // _MINUTE:
        return f"about {minutes} min left"
    if left < 2 * _DAY:
        hours, minutes = divmod(round(left / _MINUTE / 10) * 10, _HOUR // _MINUTE)
        return f"about {hours} h {minutes:02} min left" if minutes else f"about {hours} h left"
    return f"about {round(left / _DAY)} days left"


def _counts(batch: Batch, total: int) -> str:
    """`40 of 100`; "" where the provider has not counted yet, or never does."""
    return "" if batch.done is None else f"{batch.done:,} of {total:,}"


def _lines(total: int) -> Display:
    shown: set[str] = set()

    def show(batch: Batch, left: float | None = None) -> None:
        line = ": ".join(filter(None, (printable(batch.status), _counts(batch, total))))
        if line not in shown:  # a time that is another one alone is no change
            shown.add(line)
            print(", ".join(filter(None, (line, in_words(left)))), file=sys.stderr, flush=True)

    return show


@contextmanager
def _bar(total: int, console: Console) -> Iterator[Display]:
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TextColumn("{task.fields[counts]}", markup=False),
        TimeElapsedColumn(),
        TextColumn("{task.fields[left]}", markup=False),
    )
    with Progress(*columns, console=console) as bars:
        # Without a total the bar only shows that something goes on.
        task = bars.add_task("waiting", total=None, counts="", left="")

        def show(batch: Batch, left: float | None = None) -> None:
            bars.update(
                task,
                description=printable(batch.status),
                total=None if batch.done is None else total,
                completed=batch.done or 0,
                counts=_counts(batch, total),
                left=in_words(left),
            )

        yield show
