"""The grammar of choosing checks and of accepting risks, and of the commands that explain."""

import argparse
from collections.abc import Callable

from preflight.vocabulary import PROVIDERS

Command = Callable[[str, str, str], argparse.ArgumentParser]
"""Makes a subcommand: its name, what it does, and its function as `module:function`."""


def choosing(parser: argparse.ArgumentParser) -> None:
    """The options of every command that checks."""
    for option, words in (
        ("--only", "ask these checks alone, and the gates before them"),
        ("--skip", "leave these checks out"),
    ):
        parser.add_argument(
            option,
            action="append",
            metavar="ID[,ID...]",
            help=f"{words}; an id or a pattern, as in 'bedrock-gateway-*' (again for more)",
        )
    tables(parser)
    dividing(parser)
    parser.add_argument(
        "--waivers",
        metavar="FILE",
        help="accepted risks (default: preflight-waivers.toml here, if there is one)",
    )


def tables(parser: argparse.ArgumentParser) -> None:
    """The option of every command that answers by a dated table."""
    parser.add_argument(
        "--tables",
        metavar="FILE",
        help="rows of your own before those of the dated tables (default: PREFLIGHT_TABLES)",
    )


def dividing(parser: argparse.ArgumentParser) -> None:
    """The option of every command that minds how large a request file is."""
    parser.add_argument(
        "--no-split",
        action="store_true",
        help="one job of the file as it is (default: as many as its size asks for)",
    )


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
