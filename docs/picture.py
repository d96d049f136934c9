"""Draws docs/check.svg from a real demonstration: `python docs/picture.py`, after `make setup`.

What is in the picture is what the demonstration printed, from the first breakage on.
"""

import io
import os
import pty
import re
import sys
from pathlib import Path

from rich.console import Console
from rich.text import Text

COLUMNS = 112
TARGET = Path(__file__).with_name("check.svg")
FIRST = "6. One thing broken per provider"
FONT = re.compile(r"\s*@font-face \{.*?\}", re.DOTALL)


def demonstrated() -> str:
    """What `preflight demo` writes to a terminal."""
    written = bytearray()

    def read(terminal: int) -> bytes:
        block = os.read(terminal, 65536)
        written.extend(block)
        return block

    os.environ |= {"TERM": "xterm-256color", "COLUMNS": str(COLUMNS)}
    status = pty.spawn([sys.executable, "-m", "preflight", "demo"], read)
    if status:
        sys.exit(f"the demonstration failed with status {status}")
    return written.decode()


def main() -> None:
    """Record, cut, draw."""
    shown = demonstrated().replace("\r\n", "\n")
    shown = shown[shown.index(FIRST) :]
    page = Console(record=True, width=COLUMNS, file=io.StringIO())
    page.print(Text.from_ansi(shown), soft_wrap=True)
    drawing = page.export_svg(title="preflight demo")
    # The fonts would be fetched from elsewhere; a reader's own monospaced font serves.
    TARGET.write_text(FONT.sub("", drawing).replace("Fira Code", "monospace"), encoding="utf-8")


if __name__ == "__main__":
    main()
