"""The grammar of the commands that come before checking: init, permissions, promises."""

import argparse
from collections.abc import Callable

from preflight.cli_configured import configured
from preflight.vocabulary import AUDITOR, IDENTITIES, PROVIDERS

Command = Callable[[str, str, str], argparse.ArgumentParser]
"""Makes a subcommand: its name, what it does, and its function as `module:function`."""


def add(command: Command) -> None:
    """Add the three."""
    init = command(
        "init",
        "ask a few questions; write a stack's settings, and what a team sets once",
        "init:init",
    )
    source = init.add_mutually_exclusive_group()
    source.add_argument(
        "--stack", metavar="NAME", help="writes Pulumi.NAME.yaml beside Pulumi.yaml"
    )
    source.add_argument(
        "--promises", metavar="FILE", help="writes preflight.toml alone, for this promise file"
    )
    init.add_argument(
        "--provider",
        action="append",
        choices=PROVIDERS,
        help="turn this provider on (again for more)",
    )
    init.add_argument(
        "--set",
        action="append",
        metavar="KEY=VALUE",
        help="a setting of Pulumi.yaml, which is then not asked for (again for more)",
    )
    init.add_argument(
        "--yes", action="store_true", help="ask nothing: what is not set takes its default"
    )
    init.add_argument("--force", action="store_true", help="replace the settings there are")
    team = init.add_argument_group("preflight.toml")
    # Their defaults are those of the questions.
    team.add_argument("--runs-folder", metavar="FOLDER", help="that holds the folders of runs")
    team.add_argument(
        "--waivers", metavar="FILE", help="accepted risks; made where it is missing; none for none"
    )
    team.add_argument(
        "--report",
        choices=("none", "sarif", "junit", "markdown", "html"),
        help="what each check leaves in a file for CI (default: none)",
    )
    init.epilog = """\
exit codes: 0 written; 2 wrong usage, or a file that is there already and is left as it is"""

    promises = command("promises", "print an example of a promise file, or read one", _PROMISES)
    _source(promises, "read this stack's outputs", *PROVIDERS, "all")

    permissions = command(
        "permissions", "say what each identity must be allowed, and why", _PERMISSIONS
    )
    only = "only at this provider (again for more; default: all)"
    configured(permissions, "provider", words=only)
    permissions.add_argument(
        "--identity",
        action="append",
        choices=(*IDENTITIES, AUDITOR),
        help="only of this identity (again for more; default: all that a job needs); the auditor, "
        "who runs `preflight check`, is asked for alone",
    )
    configured(permissions, "region", words="only of the stack's targets in this region")
    permissions.set_defaults(model=None)
    _source(permissions, "fill in the names that this stack promises")
    configured(permissions, "format")


_PROMISES = "promises:promises"
_PERMISSIONS = "permissions:permissions"


def _source(parser: argparse.ArgumentParser, words: str, *examples: str) -> None:
    source = parser.add_mutually_exclusive_group()
    configured(parser, "stack", words=words, group=source)
    same = "the same from a file; - for standard input"
    configured(parser, "promises", words=same, group=source)
    if examples:
        source.add_argument(
            "--example", choices=examples, help="print a promise file of it, to be filled in"
        )
