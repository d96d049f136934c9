"""The grammar of collecting answers and of judging by them."""

import argparse

from preflight.cli_configured import configured


def collecting(parser: argparse.ArgumentParser) -> None:
    """The options of `preflight collect`."""
    parser.add_argument(
        "--out",
        metavar="FILE",
        default="preflight-bundle.json",
        help="the bundle (default: %(default)s)",
    )
    configured(parser, "redact")
    parser.epilog = """\
exit codes: 0 collected, whatever the answers are; 2 wrong usage or unreadable input
environment: as for `preflight check`"""


def from_bundle(parser: argparse.ArgumentParser) -> None:
    """The option of `preflight check`."""
    parser.add_argument(
        "--from-bundle",
        metavar="FILE",
        help="ask nobody: judge by what `preflight collect` wrote there",
    )
