"""The grammar of the command line, and the command itself.

Nothing is imported here but what help needs: all the rest waits until a command was parsed.
"""

import argparse
import sys
from collections.abc import Sequence
from functools import partial
from shutil import get_terminal_size
from typing import Any, NoReturn

from preflight import (
    cli_canary,
    cli_choosing,
    cli_collecting,
    cli_completing,
    cli_config,
    cli_files,
    cli_onboarding,
    cli_planning,
    cli_provisioning,
    cli_reading,
    cli_running,
    cli_scanning,
)
from preflight.cli_everywhere import everywhere
from preflight.cli_judging import asking, formats, judging, requests
from preflight.render.printable import printable
from preflight.render.streams import harden
from preflight.version import VERSION

EXIT_CODES = """\
exit codes: 0 ready (or done); 1 not ready (or not every request has a result);
            2 wrong usage or unreadable input; 3 cannot tell (a question got no answer)
environment: TFY_API_KEY, the gateway's key; PREFLIGHT_PROMISES, a promise file;
             and each cloud's own variables for the credentials to look with"""


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one sentence."""

    def __init__(self, **words: Any) -> None:
        # An abbreviated option is another one as soon as an option is added.
        super().__init__(**words, allow_abbrev=False)

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"preflight: {printable(message)}; see `{self.prog} --help`\n")


def parser() -> argparse.ArgumentParser:
    """The whole grammar."""
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

    cli_provisioning.add(command)
    cli_onboarding.add(command)
    cli_choosing.add(command)

    check = command("check", "say whether the job would run, with the evidence", "judge:check")
    requests(check, required=False)
    judging(check)
    cli_canary.canarying(check)
    cli_reading.findings(check)
    formats(check)
    cli_collecting.from_bundle(check)
    collect = command(
        "collect", "ask all that `check` asks, and keep the answers in a file", "collect:collect"
    )
    requests(collect, required=False)
    asking(collect)
    cli_collecting.collecting(collect)

    cli_scanning.add(command)
    cli_files.add(command)
    cli_planning.add(command)
    cli_running.add(command)

    sandbox = command("sandbox", "local clouds and a gateway on loopback", "sandbox:sandbox")
    sandbox.add_argument(
        "action",
        choices=("up", "down", "env", "break", "list"),
        help="start it, stop it, print its environment for `eval`, break one thing, list the "
        "breakages",
    )
    sandbox.add_argument("name", nargs="?", metavar="NAME", help="of the breakage, for `break`")

    command("demo", "the whole job for four providers on this machine", "demo:demo")
    cli_completing.add(command)
    cli_config.add(command)
    everywhere(commands.choices, width)
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit code."""
    parsed = parser().parse_args(arguments)
    from preflight.dispatch import dispatch  # noqa: PLC0415 - whoever asked for help has gone

    return dispatch(parsed)


def console() -> None:
    """The entry point of the `preflight` command."""
    harden()
    parsed = parser().parse_args()
    from preflight.dispatch import dispatch, heed_termination  # noqa: PLC0415 - as above

    heed_termination()
    sys.exit(dispatch(parsed))
