"""The grammar of what runs on this machine alone: sandbox and demo."""

import argparse
from collections.abc import Callable

Command = Callable[[str, str, str], argparse.ArgumentParser]
"""Adds a command: its name, what it does, and module:function."""


def add(command: Command) -> None:
    """Add them to the grammar."""
    sandbox = command("sandbox", "local clouds and a gateway on loopback", "sandbox:sandbox")
    sandbox.add_argument(
        "action",
        choices=("up", "down", "env", "break", "list"),
        help="start it, stop it, print its environment for `eval`, break one thing, list the "
        "breakages",
    )
    sandbox.add_argument("name", nargs="?", metavar="NAME", help="of the breakage, for `break`")

    command("demo", "the whole job for four providers on this machine", "demo:demo")
