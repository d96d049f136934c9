"""The grammar of the canary: the smallest real job, for what only a real job can tell."""

import argparse

from preflight.cli_configured import configured


def canarying(parser: argparse.ArgumentParser) -> None:
    """The options of the command that checks alone."""
    parser.add_argument(
        "--canary",
        action="store_true",
        help="where no check failed, send the smallest real job of the file's first requests; it "
        "says the price, and asks",
    )
    configured(parser, "canary-wait", "canary-cancel")
    configured(parser, "runs-folder", words="that holds the folders of runs, and of canaries")
    parser.add_argument("--yes", action="store_true", help="agree to the canary's price")
