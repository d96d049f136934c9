"""The grammar of the two commands that ask all questions: check and collect."""

import argparse
from collections.abc import Callable

from preflight.cli_canary import canarying
from preflight.cli_collecting import collecting, from_bundle
from preflight.cli_judging import asking, formats, judging, requests
from preflight.cli_reading import findings

Command = Callable[[str, str, str], argparse.ArgumentParser]
"""Adds a command: its name, what it does, and module:function."""


def add(command: Command) -> None:
    """Add them to the grammar."""
    check = command("check", "say whether the job would run, with the evidence", "judge:check")
    requests(check, required=False)
    judging(check)
    canarying(check)
    findings(check)
    formats(check)
    from_bundle(check)
    collect = command(
        "collect", "ask all that `check` asks, and keep the answers in a file", "collect:collect"
    )
    requests(collect, required=False)
    asking(collect)
    collecting(collect)
