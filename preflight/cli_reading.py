"""The options of every command that reads request files."""

import argparse

from preflight.cli_configured import configured


def jobs(parser: argparse.ArgumentParser) -> None:
    """How many processes read."""
    configured(parser, "jobs")


def findings(parser: argparse.ArgumentParser) -> None:
    """How much is shown of what is wrong on lines."""
    configured(parser, "max-findings")


def within(text: str, most: int) -> int:
    """A whole number above 0. Raises ArgumentTypeError."""
    if text.isdecimal() and text.isascii() and len(text) < len(str(most)) + 1:
        number = int(text)
        if 1 <= number <= most:
            return number
    raise argparse.ArgumentTypeError(f"{text!r} is no number from 1 to {most:,}")
