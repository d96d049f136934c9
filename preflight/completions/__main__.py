"""Writes the scripts: `python -m preflight.completions`."""

from pathlib import Path

from preflight.completions.scripts import script
from preflight.vocabulary import SHELLS

if __name__ == "__main__":
    for shell, name in SHELLS.items():
        (Path(__file__).parent / name).write_text(script(shell), encoding="utf-8")
