"""`preflight runs`: which runs there are, and how far each has come by its ledger."""

import os
from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path

from preflight.batch import ledger_file, ledger_shared
from preflight.batch import plan as plans
from preflight.batch import run as runs_of
from preflight.batch.ledger import Ledger
from preflight.batch.stage import stage
from preflight.commands.ledgers import LEDGER
from preflight.render.run_list import ListedRun, show_runs
from preflight.seams import PreflightError


def runs(arguments: Namespace) -> int:
    """Print them; nobody is asked but the ledgers."""
    folder = Path(arguments.folder or arguments.runs_folder)
    return show_runs(there(folder, arguments.ledger), arguments.format)


def there(folder: Path, ledger: str | None) -> list[ListedRun]:
    """The runs of a folder; of a shared ledger, where one is named. Raises PreflightError."""
    address = ledger or os.environ.get(LEDGER)
    found = _shared(address) if address else _in(folder)
    return sorted(found, key=lambda one: one.place)


def _in(folder: Path) -> Iterator[ListedRun]:
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        try:
            if path.is_dir() and ledger_file.there(path):
                with Ledger.of(path) as ledger:
                    yield _listed(ledger, str(path))
        except PreflightError as error:
            yield ListedRun(str(path), "", "", 0, {}, problem=f"{error.where} {error.what}")


def _shared(address: str) -> Iterator[ListedRun]:
    for name in ledger_shared.names(address):
        try:
            with Ledger.shared(Path(), address, name) as ledger:
                yield _listed(ledger, name)
        except PreflightError as error:
            yield ListedRun(name, "", "", 0, {}, problem=f"{error.where} {error.what}")


def _listed(ledger: Ledger, place: str) -> ListedRun:
    plan = plans.read(ledger)
    entries = ledger.every_line()
    stands: dict[str, int] = {}
    for shard in plan.shards:
        at = stage(ledger.journal(shard.number), entries.get(shard.number, ()))
        word = "fetched" if at.fetched else at.status or ("created" if at.created else "not sent")
        stands[word] = stands.get(word, 0) + 1
    done = runs_of.done(ledger, plan)
    return ListedRun(
        place,
        plan.provider,
        plan.promised.provider_name,
        plan.count,
        stands,
        results=done.summary.results if done else None,
    )
