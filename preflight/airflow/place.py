"""Where a task keeps its run: the same place for each of its tries, and no other task's."""

import hashlib
import re
from dataclasses import dataclass, field
from pathlib import Path

from preflight.batch import ledger_file
from preflight.batch.ledger import Ledger
from preflight.batch.ledger_shared import parsed
from preflight.commands.ledgers import SHARED
from preflight.seams import UsageError

_LONGEST = 80
_UNMAPPED = -1


@dataclass(frozen=True, slots=True)
class Task:
    """Which task of which DAG run; the number of the try is no part of it, on purpose."""

    dag: str
    run: str
    task: str
    index: int = _UNMAPPED

    @property
    def parts(self) -> tuple[str, ...]:
        """Names of nested folders: readable, and different for different tasks."""
        names = (self.dag, self.run, self.task)
        mapped = () if self.index == _UNMAPPED else (str(self.index),)
        return (*map(_plain, names), *mapped)


@dataclass(frozen=True, slots=True)
class Place:
    """A run's folder on this machine and, where machines share it, the database with its ledger.

    `address` may hold a password and is shown nowhere; `name` is the run's in the database.
    """

    folder: Path
    address: str | None = field(default=None, repr=False)
    name: str = ""


def place(folder: str, task: Task, address: str | None = None) -> Place:
    """The task's place in a folder that holds the runs of many. Raises UsageError."""
    if not folder.strip():
        raise UsageError("folder", "is empty", "name one that each worker sees under this path")
    return Place(Path(folder).joinpath(*task.parts), address, "/".join(task.parts))


def open_address(address: str) -> str:
    """The address of a ledger as a DAG may name it: without a password. Raises UsageError."""
    if parsed(address).password is not None:
        raise UsageError(
            "ledger",
            "has a password in it, which Airflow would keep and show with the task",
            "make it a connection of the type postgres, and name that with ledger_conn_id",
        )
    return address


def opened(place: Place) -> Ledger:
    """The ledger there, made where there is none. Raises UsageError, RunError."""
    mark = place.folder / SHARED
    if place.address is not None:
        ledger = Ledger.shared(place.folder, place.address, place.name)
        mark.write_text(place.name + "\n", encoding="utf-8")
        return ledger
    if mark.exists():
        remedy = "name that with ledger_conn_id, as before"
        raise UsageError(str(place.folder), "holds a run whose ledger is in a database", remedy)
    return Ledger(place.folder)


def there(place: Place) -> bool:
    """Whether a run's ledger is to be found here. Raises UsageError."""
    return place.address is not None or ledger_file.there(place.folder)


def existing(place: Place) -> Ledger:
    """The ledger of a run that somebody began. Raises UsageError where there is none."""
    mark = place.folder / SHARED
    if place.address is None or not mark.is_file():
        return Ledger.of(place.folder)
    name = mark.read_text(encoding="utf-8").strip()
    return Ledger.shared(place.folder, place.address, name)


def _plain(name: str) -> str:
    """The name as a folder's: itself where it can be, else with some digits of its hash."""
    plain = re.sub(r"[^\w.+-]", "-", name, flags=re.ASCII)[:_LONGEST].lstrip(".-") or "run"
    if plain == name:
        return name
    return f"{plain}-{hashlib.sha256(name.encode()).hexdigest()[:8]}"
