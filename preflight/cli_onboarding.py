"""The grammar of `preflight onboard`."""

import argparse
from collections.abc import Callable

from preflight.cli_configured import configured

Command = Callable[[str, str, str], argparse.ArgumentParser]
"""Adds a command: its name, what it does, and module:function."""


def add(command: Command) -> None:
    """Add it to the grammar."""
    onboard = command(
        "onboard", "write the page that a platform team sends to a new team", "onboard:onboard"
    )
    only = "only this provider (again for more; default: all the stack promises)"
    configured(onboard, "provider", words=only)
    configured(onboard, "stack", "promises", group=onboard.add_mutually_exclusive_group())
    configured(onboard, "contact", "format")
    onboard.set_defaults(region=None, model=None)
    onboard.epilog = """\
exit codes: 0 written; 2 wrong usage, or promises that cannot be read
environment: PREFLIGHT_PROMISES, a promise file"""
