"""The grammar of choosing checks and of accepting risks, and of the commands that explain."""

import argparse
from collections.abc import Callable

from preflight.cli_configured import configured
from preflight.vocabulary import PROVIDERS

Command = Callable[[str, str, str], argparse.ArgumentParser]
"""Makes a subcommand: its name, what it does, and its function as `module:function`."""


def choosing(parser: argparse.ArgumentParser) -> None:
    """The options of every command that checks."""
    configured(parser, "only", "skip")
    tables(parser)
    dividing(parser)
    configured(parser, "waivers")


def tables(parser: argparse.ArgumentParser) -> None:
    """The option of every command that answers by a dated table."""
    configured(parser, "tables")


def dividing(parser: argparse.ArgumentParser) -> None:
    """The option of every command that minds how large a request file is."""
    configured(parser, "split")


def add(command: Command) -> None:
    """Add list and explain."""
    checks = command("list", "name every check there is", "list:list_checks")
    checks.add_argument(
        "--provider",
        action="append",
        choices=PROVIDERS,
        help="only those asked for this provider (again for more; default: all)",
    )
    _format(checks)

    explain = command(
        "explain", "say what a check asks and why, or what an error text means", "explain:explain"
    )
    explain.add_argument(
        "what",
        metavar="ID|TEXT|-",
        nargs="+",
        help="the id of a check (bedrock-bucket) or of a failure (B08), the text of an error, or "
        "- for standard input, as long as it may be",
    )
    explain.epilog = """\
exit codes: 0 explained; 2 an id that there is not, or unreadable input; 3 nothing is known of it"""
    _format(explain)


def _format(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--format", choices=("text", "json"), default="text", help="default: %(default)s"
    )
