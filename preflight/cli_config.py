"""The grammar of `preflight config`."""

import argparse
from collections.abc import Callable

Command = Callable[[str, str, str], argparse.ArgumentParser]
"""Adds a command: its name, what it does, and module:function."""


def add(command: Command) -> None:
    """Add it to the grammar."""
    config = command("config", "show each option's value and where it came from", "config:config")
    config.add_argument(
        "--schema",
        action="store_true",
        help="print the JSON Schema of the configuration file, for editors",
    )
    config.add_argument(
        "--config",
        metavar="FILE",
        help="the configuration file (default: PREFLIGHT_CONFIG, or the nearest; /dev/null: none)",
    )
    config.add_argument(
        "line",
        nargs=argparse.REMAINDER,
        metavar="COMMAND ...",
        help="a command, with its options or without: show what would hold for it",
    )
    config.epilog = """\
exit codes: 0 shown; 2 the file, a variable or the command line holds what there is not"""
