"""The tables that come with preflight: TOML files beside this one."""

import tomllib
from pathlib import Path
from typing import Any


def shipped(name: str) -> dict[str, Any]:
    """What NAME.toml says."""
    # As a path: `importlib.resources` would add zipfile, tempfile and random to every start.
    return tomllib.loads(Path(__file__).with_name(f"{name}.toml").read_text(encoding="utf-8"))
