"""The grammar of `preflight onboard`."""

import argparse
from collections.abc import Callable

from preflight.vocabulary import PROVIDERS

Command = Callable[[str, str, str], argparse.ArgumentParser]
"""Adds a command: its name, what it does, and module:function."""


def add(command: Command) -> None:
    """Add it to the grammar."""
    onboard = command(
        "onboard", "write the page that a platform team sends to a new team", "onboard:onboard"
    )
    onboard.add_argument(
        "--provider",
        action="append",
        choices=PROVIDERS,
        help="only this provider (again for more; default: all the stack promises)",
    )
    source = onboard.add_mutually_exclusive_group()
    source.add_argument("--stack", metavar="NAME", help="the Pulumi stack that made the promises")
    source.add_argument(
        "--promises", metavar="FILE", help="its outputs in a file; - for standard input"
    )
    onboard.add_argument(
        "--contact", metavar="TEXT", help="whom the new team asks, as in '#llm-platform on chat'"
    )
    onboard.add_argument(
        "--format", choices=("markdown", "html"), default="markdown", help="default: %(default)s"
    )
    onboard.set_defaults(region=None, model=None)
    onboard.epilog = """\
exit codes: 0 written; 2 wrong usage, or promises that cannot be read
environment: PREFLIGHT_PROMISES, a promise file"""
