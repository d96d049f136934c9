"""The grammar of the command line, and the command itself.

Nothing is imported here but what help needs: all the rest waits until a command was parsed.
"""

import argparse
import atexit
import gc
import sys
from collections.abc import Sequence
from functools import partial
from importlib import import_module
from shutil import get_terminal_size
from typing import Any, NoReturn

from preflight.cli_everywhere import everywhere
from preflight.render.printable import printable
from preflight.render.streams import harden
from preflight.version import VERSION

EXIT_CODES = """\
exit codes: 0 ready (or done); 1 not ready (or not every request has a result);
            2 wrong usage or unreadable input; 3 cannot tell (a question got no answer)
environment: TFY_API_KEY, the gateway's key; PREFLIGHT_PROMISES, a promise file;
             and each cloud's own variables for the credentials to look with"""

PARTS = {
    "provisioning": ("init", "promises", "permissions"),
    "onboarding": ("onboard",),
    "choosing": ("list", "explain"),
    "checking": ("check", "collect"),
    "scanning": ("scan",),
    "files": ("split", "merge", "fix"),
    "planning": ("plan",),
    "running": ("run", "submit", "status", "fetch", "cancel", "retry", "settle", "runs"),
    "at_home": ("sandbox", "demo"),
    "completing": ("completion",),
    "config": ("config",),
}
"""Of the grammar, each in `cli_` and its name -> the commands that it adds, in order of reading."""


NEW_OBJECTS = 10_000
"""So many more than there were, and garbage is looked for among them; Python says 700."""


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one sentence."""

    def __init__(self, **words: Any) -> None:
        # An abbreviated option is another one as soon as an option is added.
        super().__init__(**words, allow_abbrev=False)

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"preflight: {printable(message)}; see `{self.prog} --help`\n")


def parser(asked: str = "") -> argparse.ArgumentParser:
    """The grammar: all of it or, where one command is asked for, the part that has this one."""
    # argparse looks how wide the terminal is for each option that it is told of.
    width = get_terminal_size().columns - 2
    form = partial(argparse.RawDescriptionHelpFormatter, width=width)
    top = _Parser(
        prog="preflight",
        formatter_class=form,
        description="Know that an LLM batch will run before it is sent, then run it.",
        epilog=EXIT_CODES,
    )
    top.add_argument(
        "--version",
        action="version",
        version=f"preflight {VERSION}",
        help="show the version and exit",
    )
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def command(name: str, words: str, function: str) -> argparse.ArgumentParser:
        made = commands.add_parser(
            name,
            help=words,
            description=f"{words[0].upper()}{words[1:]}.",
            epilog=EXIT_CODES,
            formatter_class=form,
        )
        made.set_defaults(function=function)
        return made

    alone = [part for part, names in PARTS.items() if asked in names]
    for part in alone or PARTS:
        import_module(f"preflight.cli_{part}").add(command)
    everywhere(commands.choices, width)
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit code."""
    given = sys.argv[1:] if arguments is None else arguments
    parsed = parser(*given[:1]).parse_args(given)
    from preflight.dispatch import dispatch  # noqa: PLC0415 - whoever asked for help has gone

    return dispatch(parsed)


def console() -> None:
    """The entry point of the `preflight` command."""
    harden()
    # Most of what a short command makes is classes, which stay to its end and are nothing to look
    # through every 700 objects, nor once more when it ends: a sixth of its time.
    gc.set_threshold(NEW_OBJECTS)
    atexit.register(gc.freeze)
    parsed = parser(*sys.argv[1:2]).parse_args()
    from preflight.dispatch import dispatch, heed_termination  # noqa: PLC0415 - as above

    heed_termination()
    sys.exit(dispatch(parsed))
