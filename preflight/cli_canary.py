"""The grammar of the canary: the smallest real job, for what only a real job can tell."""

import argparse

from preflight.commands.durations import seconds

WAIT_SECONDS = 1800.0


def canarying(parser: argparse.ArgumentParser) -> None:
    """The options of the command that checks alone."""
    parser.add_argument(
        "--canary",
        action="store_true",
        help="where no check failed, send the smallest real job of the file's first requests; it "
        "says the price, and asks",
    )
    parser.add_argument(
        "--canary-wait",
        type=seconds,
        default=WAIT_SECONDS,
        metavar="SECONDS",
        help="how long it is waited for (default: %(default)g)",
    )
    parser.add_argument(
        "--canary-cancel",
        action="store_true",
        help="cancel it when that time is up, rather than let it go on",
    )
    parser.add_argument("--yes", action="store_true", help="agree to the canary's price")
