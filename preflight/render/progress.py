"""How a batch is coming along: a bar on a terminal, one line a change where there is none."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from preflight.batch.answers import Batch
from preflight.render.printable import printable


@contextmanager
def progress(total: int) -> Iterator[Callable[[Batch], None]]:
    """Yield what shows one look at the batch. `total` counts requests."""
    if sys.stderr.isatty():
        with _bar(total) as show:
            yield show
    else:
        yield _lines(total)


def _done(batch: Batch) -> int:
    return (batch.completed or 0) + (batch.failed or 0)


def _lines(total: int) -> Callable[[Batch], None]:
    shown: set[str] = set()

    def show(batch: Batch) -> None:
        line = printable(batch.status)
        if (batch.completed, batch.failed) != (None, None):  # not every provider counts
            line += f": {_done(batch):,} of {total:,}"
        if line not in shown:
            shown.add(line)
            print(line, file=sys.stderr, flush=True)

    return show


@contextmanager
def _bar(total: int) -> Iterator[Callable[[Batch], None]]:
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as bars:
        task = bars.add_task("waiting", total=total)

        def show(batch: Batch) -> None:
            bars.update(task, description=printable(batch.status), completed=_done(batch))

        yield show
