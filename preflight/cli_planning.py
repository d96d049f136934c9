"""The grammar of `preflight plan`."""

import argparse
from collections.abc import Callable

from preflight.cli_choosing import dividing, tables
from preflight.cli_configured import configured
from preflight.cli_judging import aiming, one_format, requests

Command = Callable[[str, str, str], argparse.ArgumentParser]
"""Adds a command: its name, what it does, and module:function."""


def add(command: Command) -> None:
    """Add it to the grammar."""
    plan = command("plan", "say shards, waves, time and money before anything is sent", "plan:plan")
    requests(plan, required=True)
    aiming(plan)
    configured(plan, "offline", words="ask nobody: take the limits of the dated tables")
    tables(plan)
    dividing(plan)
    one_format(plan)
    plan.epilog = """\
exit codes: 0 planned, whatever speaks against it; 2 wrong usage or unreadable input
environment: as for `preflight check`"""
