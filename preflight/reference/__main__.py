"""Writes it: `python -m preflight.reference`."""

from preflight.reference import FILE
from preflight.reference.making import made

if __name__ == "__main__":
    FILE.write_text(made(), encoding="utf-8")
