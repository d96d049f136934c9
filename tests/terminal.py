"""A terminal of some width, and what a command shows on it.

`python tests/terminal.py` writes what is shown today where the tests compare it: look at it.
"""

import os
import pty
import re
import select
import struct
import tempfile
import termios
from fcntl import ioctl
from pathlib import Path

from cli_world import request, started, write_promises
from gateway_double import lines

SHOWN = Path(__file__).parent / "data" / "terminal"
WIDTHS = (40, 80)
LINES = {
    "check": "check broken.jsonl --offline --quiet --promises promises.json",
    "explain": "explain requests-url",
    "config": "config settle",
}


def on_terminal(columns, *arguments, **environment):
    """The exit code, and what a terminal of this width is shown, on both streams alike."""
    ours, theirs = pty.openpty()
    ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    env = {"TERM": "xterm-256color", "COLUMNS": "", "LINES": ""} | environment
    process = started(*arguments, stdout=theirs, stderr=theirs, stdin=theirs, env=env)
    os.close(theirs)
    shown = b""
    while select.select([ours], [], [], 30)[0]:
        try:
            shown += os.read(ours, 65536)
        except OSError:  # the other end is closed
            break
    os.close(ours)
    return process.wait(30), shown.decode()


def without_styles(shown):
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", shown)


def wrong_files(folder):
    """A request file with a few faults, and the promises it is held against."""
    write_promises(folder / "promises.json")
    sent = (request("a"), request("a"), request("b", url="/v1/chat/complete"), request("c", body=1))
    (folder / "broken.jsonl").write_bytes(lines(*sent))


def plain(name, columns):
    """What one of the lines shows, without styles and times."""
    _, shown = on_terminal(columns, *LINES[name].split())
    text = without_styles(shown).replace("\r\n", "\n")
    return re.sub(r"\d\.\d s\)", "0.0 s)", text)


def renew():
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        wrong_files(Path(folder))
        SHOWN.mkdir(exist_ok=True)
        for name in LINES:
            for columns in WIDTHS:
                (SHOWN / f"{name}-{columns}.txt").write_text(plain(name, columns))


if __name__ == "__main__":
    renew()
