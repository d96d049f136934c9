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
    cli_planning,
    cli_provisioning,
)
from preflight.commands.durations import seconds
from preflight.contract import PROVIDERS
from preflight.render.destinations import FORMATS, Destination, destination
from preflight.render.printable import printable
from preflight.render.streams import harden
from preflight.runner import DEADLINE_SECONDS, OVERALL_SECONDS
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


def _requests(parser: argparse.ArgumentParser, *, required: bool) -> None:
    parser.add_argument(
        "requests",
        metavar="REQUESTS.jsonl",
        nargs=None if required else "?",
        help="the request file, one JSON object a line",
    )


def _asking(parser: argparse.ArgumentParser) -> None:
    """The options of every command that asks the clouds."""
    parser.add_argument(
        "--provider",
        action="append",
        choices=PROVIDERS,
        help="judge this provider (again for more; default: all the stack promises)",
    )
    parser.add_argument("--region", help="judge the targets in this region only")
    parser.add_argument("--model", help="judge the targets of this model (or deployment) only")
    source = parser.add_mutually_exclusive_group()
    source.add_argument("--stack", metavar="NAME", help="the Pulumi stack that made the promises")
    source.add_argument(
        "--promises", metavar="FILE", help="its outputs in a file; - for standard input"
    )
    parser.add_argument(
        "--deadline",
        type=seconds,
        default=DEADLINE_SECONDS,
        metavar="SECONDS",
        help="how long one question may take (default: %(default)g)",
    )
    parser.add_argument(
        "--overall-deadline",
        type=seconds,
        default=OVERALL_SECONDS,
        metavar="SECONDS",
        help="how long all questions together may take (default: %(default)g)",
    )


def _judging(parser: argparse.ArgumentParser) -> None:
    """The options of every command that checks."""
    _asking(parser)
    parser.add_argument(
        "--offline", action="store_true", help="ask nobody: judge the request file alone"
    )
    cli_choosing.choosing(parser)


def _formats(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--format",
        action="append",
        type=destination,
        metavar="NAME[:FILE]",
        help=f"of the report: {', '.join(FORMATS)}; into a file, or to standard output (again for "
        "more, one of them to standard output; default: text)",
    )


def _format(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--format",
        choices=("text", "json"),
        default="text",
        help="of standard output; json is one document, whose `format` says which: a report, "
        "a run, a batch or an error (default: %(default)s)",
    )


def _sending(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--force", action="store_true", help="send although the check did not say READY"
    )
    parser.add_argument(
        "--out",
        metavar="FOLDER",
        help="the run's folder (default: preflight-runs/ and a name of file and provider)",
    )


def _polling(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--poll-every",
        type=seconds,
        metavar="SECONDS",
        help="between looks at the batch (default: PREFLIGHT_POLL_SECONDS, or 60)",
    )


def _of_run(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("run", metavar="RUN_FOLDER", help="as `preflight submit` printed it")
    _format(parser)


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
    cli_choosing.add(command)

    check = command("check", "say whether the job would run, with the evidence", "judge:check")
    _requests(check, required=False)
    _judging(check)
    cli_canary.canarying(check)
    _formats(check)
    cli_collecting.from_bundle(check)
    collect = command(
        "collect", "ask all that `check` asks, and keep the answers in a file", "collect:collect"
    )
    _requests(collect, required=False)
    _asking(collect)
    cli_collecting.collecting(collect)

    cli_planning.add(command)

    run = command("run", "check, then upload, create, monitor and fetch", "run:run")
    _requests(run, required=True)
    _judging(run)
    _format(run)
    _sending(run)
    _polling(run)

    submit = command("submit", "check, then upload and create", "run:submit_only")
    _requests(submit, required=True)
    _judging(submit)
    _format(submit)
    _sending(submit)

    _of_run(command("status", "look once at a run's batch", "followed:status"))
    _of_run(command("fetch", "download and merge what an ended batch has", "followed:fetch_only"))
    _of_run(command("cancel", "cancel a run's batch; partial results are kept", "followed:cancel"))

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
