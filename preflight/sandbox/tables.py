"""The user's own tables in the sandbox: its clouds keep models that the real ones have retired."""

import json
import tomllib
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from preflight.sandbox.gcp.regions import MODELS as GOOGLES
from preflight.sandbox.upstream.service import MODELS as OPENAIS

VARIABLE = "PREFLIGHT_TABLES"


def write(path: Path) -> None:
    """Say of each model of the sandbox that no end of it is announced."""
    kept = {
        "openai": set(OPENAIS),
        "vertex": set(GOOGLES),
    }
    ends = {name: {"retires": dict.fromkeys(sorted(kept[name]), False)} for name in kept}
    _save(path, ends)


def change(env: Mapping[str, str], section: str, row: str, value: Any) -> None:
    """Give one row another value, or a table some more rows."""
    path = Path(env[VARIABLE])
    tables = tomllib.loads(path.read_text(encoding="utf-8"))
    rows = tables.setdefault(section, {})
    rows[row] = {**rows.get(row, {}), **value} if isinstance(value, dict) else value
    _save(path, tables)


def _save(path: Path, tables: Mapping[str, Mapping[str, Any]]) -> None:
    lines = ["# Rows of your own, before those of the tables that come with preflight."]
    for section, rows in tables.items():
        for row, value in rows.items():
            lines.append(f"{section}.{row} = {_toml(value)}")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _toml(value: Any) -> str:
    if isinstance(value, dict):
        pairs = (f"{json.dumps(name)} = {_toml(one)}" for name, one in value.items())
        return f"{{ {', '.join(pairs)} }}"
    # What is left is written alike in JSON and TOML.
    return value.isoformat() if isinstance(value, date) else json.dumps(value)
