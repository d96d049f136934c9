"""The options of what is judged, and of how it is shown."""

import argparse

from preflight import cli_choosing, cli_reading
from preflight.cli_configured import configured


def requests(parser: argparse.ArgumentParser, *, required: bool) -> None:
    """The request file."""
    parser.add_argument(
        "requests",
        metavar="REQUESTS.jsonl",
        nargs=None if required else "?",
        help="the request file, one JSON object a line",
    )
    cli_reading.jobs(parser)


def aiming(parser: argparse.ArgumentParser) -> None:
    """The options that say what is promised, and which part of it is meant."""
    configured(parser, "provider", "region", "model")
    configured(parser, "stack", "promises", group=parser.add_mutually_exclusive_group())


def asking(parser: argparse.ArgumentParser) -> None:
    """The options of every command that asks the clouds."""
    aiming(parser)
    configured(parser, "deadline", "overall-deadline")


def judging(parser: argparse.ArgumentParser) -> None:
    """The options of every command that checks."""
    asking(parser)
    configured(parser, "offline")
    cli_choosing.choosing(parser)


def formats(parser: argparse.ArgumentParser) -> None:
    """The forms of a report, several at once."""
    configured(parser, "format")


def one_format(parser: argparse.ArgumentParser) -> None:
    """The form of a result."""
    configured(parser, "format")
