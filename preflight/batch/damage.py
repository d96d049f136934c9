"""A ledger that cannot be made sense of."""

import json
from pathlib import Path
from typing import Any

from preflight.seams import UsageError

NAME = "ledger.sqlite3"


def damaged(folder: Path, why: str) -> UsageError:
    """The error for a ledger that cannot be made sense of."""
    return UsageError(
        str(folder / NAME),
        f"is damaged, or is no run's ledger ({why})",
        "restore it, or look at the provider for the batch before starting anew with --out",
    )


def read_object(folder: Path, text: object) -> dict[str, Any]:
    """A column that holds a JSON object. Raises UsageError where it holds none."""
    try:
        value = json.loads(str(text))
    except (ValueError, RecursionError) as error:
        raise damaged(folder, "it holds no JSON") from error
    if not isinstance(value, dict):
        raise damaged(folder, "it holds JSON of another kind")
    return value
