"""The command line: it parses, dispatches, prints what went wrong, and exits."""

import argparse
import json
import signal
import sys
import traceback
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any, NoReturn

from preflight import (
    cli_canary,
    cli_choosing,
    cli_collecting,
    cli_onboarding,
    cli_planning,
    cli_provisioning,
    cli_running,
)
from preflight.cli_judging import asking, formats, judging, requests
from preflight.render.destinations import Destination
from preflight.render.printable import printable
from preflight.render.streams import harden
from preflight.seams import LookError, PreflightError

INTERRUPTED = 130
TERMINATED = 143
SENDING = ("run", "submit")
EXIT_CODES = """\
exit codes: 0 ready (or done); 1 not ready (or not every request has a result);
            2 wrong usage or unreadable input; 3 cannot tell (a question got no answer)
environment: TFY_API_KEY, the gateway's key; PREFLIGHT_PROMISES, a promise file;
             and each cloud's own variables for the credentials to look with"""


class _Terminated(KeyboardInterrupt):
    """Told to end, as by a CI job that is cancelled: what is open is closed on the way out."""


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one sentence."""

    def __init__(self, **words: Any) -> None:
        # An abbreviated option is another one as soon as an option is added.
        super().__init__(
            **words, allow_abbrev=False, formatter_class=argparse.RawDescriptionHelpFormatter
        )

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"preflight: {printable(message)}; see `{self.prog} --help`\n")


class _Version(argparse.Action):
    """Asked of the installation only when it is to be shown."""

    def __call__(self, parser: argparse.ArgumentParser, *_: Any) -> NoReturn:
        from importlib.metadata import version  # noqa: PLC0415 - only here

        parser.exit(0, f"preflight {version('batch-preflight')}\n")


def parser() -> argparse.ArgumentParser:
    """The whole grammar."""
    top = _Parser(
        prog="preflight",
        description="Know that an LLM batch will run before it is sent, then run it.",
        epilog=EXIT_CODES,
    )
    top.add_argument("--version", action=_Version, nargs=0, help="show the version and exit")
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def command(name: str, words: str, function: str) -> argparse.ArgumentParser:
        made = commands.add_parser(
            name, help=words, description=f"{words[0].upper()}{words[1:]}.", epilog=EXIT_CODES
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
    formats(check)
    cli_collecting.from_bundle(check)
    collect = command(
        "collect", "ask all that `check` asks, and keep the answers in a file", "collect:collect"
    )
    requests(collect, required=False)
    asking(collect)
    cli_collecting.collecting(collect)

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
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit code."""
    parsed = parser().parse_args(arguments)
    module, _, name = parsed.function.partition(":")
    try:
        function: Callable[[argparse.Namespace], int] = getattr(
            import_module(f"preflight.commands.{module}"), name
        )
        code = function(parsed)
        sys.stdout.flush()
    except PreflightError as error:
        return _failed(parsed, error)
    except OSError as error:
        where = str(error.filename or "this machine")
        what = f"refuses to be read or written ({error.strerror or error})"
        return _failed(parsed, LookError(where, what, "repair that, then try again"))
    except KeyboardInterrupt as error:
        ended = PreflightError(
            parsed.command,
            "interrupted",
            "a batch that was created goes on: the same command takes the run up again"
            if parsed.command in SENDING
            else "start it again",
        )
        ended.exit_code = TERMINATED if isinstance(error, _Terminated) else INTERRUPTED
        return _failed(parsed, ended)
    except Exception as error:  # noqa: BLE001 - a fault of ours is no verdict: not "not ready", either
        traceback.print_exc()
        what = f"broke off ({type(error).__name__}: {error})"
        return _failed(parsed, LookError(parsed.command, what, "report this fault, with the above"))
    return code


def _failed(parsed: argparse.Namespace, error: PreflightError) -> int:
    """Say the one sentence; where JSON was asked for, it is the one document too."""
    print(f"preflight: {printable(str(error))}", file=sys.stderr)
    if _wants_json(parsed):
        shape = {
            "format": "preflight-error",
            "version": 1,
            "where": error.where,
            "what": error.what,
            "remedy": error.remedy,
            "exit_code": error.exit_code,
        }
        print(json.dumps(shape, indent=2))
    return error.exit_code


def _wants_json(parsed: argparse.Namespace) -> bool:
    """Whether standard output is JSON's."""
    form = getattr(parsed, "format", None)
    return form == "json" or (isinstance(form, list) and Destination("json") in form)


def _terminated(*_: object) -> NoReturn:
    raise _Terminated


def console() -> None:
    """The entry point of the `preflight` command."""
    harden()
    signal.signal(signal.SIGTERM, _terminated)
    sys.exit(main())
