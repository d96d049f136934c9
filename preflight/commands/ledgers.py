"""Which ledger a command works with: the folder's own, or one that machines share."""

import os
from argparse import Namespace
from pathlib import Path

from preflight.batch import ledger_file
from preflight.batch import plan as plans
from preflight.batch.ledger import Ledger
from preflight.batch.plan import Plan
from preflight.configuration.table import RUNS
from preflight.seams import UsageError

FOLDER = Path(RUNS)
LEDGER = "PREFLIGHT_LEDGER"
"""The environment variable for --ledger: an address with a password is seen by no one there."""

SHARED = "shared-run"
"""In the folder of a run whose ledger is elsewhere: the run's name there."""


def opened(plan: Plan, arguments: Namespace) -> Ledger:
    """The ledger of a planned run, made where there is none. Raises UsageError, RunError."""
    folder = _folder(plan, arguments)
    address = _address(arguments)
    if address is None:
        if (folder / SHARED).exists():
            raise _elsewhere(folder)
        return Ledger(folder)
    ledger = Ledger.shared(folder, address, plan.key)
    (folder / SHARED).write_text(plan.key + "\n", encoding="ascii")
    return ledger


def begun(plan: Plan, arguments: Namespace) -> bool:
    """Whether there may be a ledger of that run. Raises UsageError."""
    folder = _folder(plan, arguments)
    return _address(arguments) is not None or ledger_file.there(folder)


def existing(arguments: Namespace) -> Ledger:
    """The ledger of the run in a folder. Raises UsageError, RunError."""
    folder = Path(arguments.run)
    shared = folder / SHARED
    if ledger_file.there(folder) or not shared.is_file():
        return Ledger.of(folder)
    address = _address(arguments)
    if address is None:
        raise _elsewhere(folder)
    return Ledger.shared(folder, address, shared.read_text(encoding="utf-8").strip())


def _folder(plan: Plan, arguments: Namespace) -> Path:
    if arguments.out:
        return Path(arguments.out)
    return runs_folder(arguments) / plans.folder_name(plan)


def runs_folder(arguments: Namespace) -> Path:
    """Where runs go whose folder is not named."""
    return Path(getattr(arguments, "runs_folder", None) or FOLDER)


def _address(arguments: Namespace) -> str | None:
    given: str | None = arguments.ledger
    return given or os.environ.get(LEDGER) or None


def _elsewhere(folder: Path) -> UsageError:
    return UsageError(
        str(folder),
        "holds a run whose ledger is in a database",
        f"name it with --ledger postgresql://..., or in {LEDGER}",
    )
