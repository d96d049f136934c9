"""The command line: it parses, dispatches, prints what went wrong, and exits."""

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from importlib import import_module, metadata

from preflight.contract import PROVIDERS
from preflight.runner import DEADLINE_SECONDS
from preflight.seams import PreflightError

POLL = "PREFLIGHT_POLL_SECONDS"
INTERRUPTED = 130
EXIT_CODES = """\
exit codes: 0 ready (or done); 1 not ready (or not every request has a result);
            2 wrong usage or unreadable input; 3 cannot tell (a question got no answer)
environment: TFY_API_KEY, the gateway's key; PREFLIGHT_PROMISES, a promise file;
             and each cloud's own variables for the credentials to look with"""


def _seconds(text: str) -> float:
    value = float(text)
    if not 0 < value < float("inf"):
        raise ValueError(text)
    return value


_seconds.__name__ = "number of seconds above 0"


def _requests(parser: argparse.ArgumentParser, *, required: bool) -> None:
    parser.add_argument(
        "requests",
        metavar="REQUESTS.jsonl",
        nargs=None if required else "?",
        help="the request file, one JSON object a line",
    )


def _judging(parser: argparse.ArgumentParser) -> None:
    """The options of every command that checks."""
    parser.add_argument(
        "--provider",
        action="append",
        choices=PROVIDERS,
        help="judge this provider (again for more; default: all the stack promises)",
    )
    source = parser.add_mutually_exclusive_group()
    source.add_argument("--stack", metavar="NAME", help="the Pulumi stack that made the promises")
    source.add_argument(
        "--promises", metavar="FILE", help="its outputs in a file; - for standard input"
    )
    parser.add_argument(
        "--offline", action="store_true", help="ask nobody: judge the request file alone"
    )
    parser.add_argument(
        "--deadline",
        type=_seconds,
        default=DEADLINE_SECONDS,
        metavar="SECONDS",
        help="how long one question may take (default: %(default)g)",
    )
    _format(parser)


def _format(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--format", choices=("text", "json"), default="text", help="default: %(default)s"
    )


def _sending(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--force", action="store_true", help="send although the check did not say READY"
    )
    parser.add_argument("--out", metavar="FOLDER", help="the run's folder (default: by its name)")


def _polling(parser: argparse.ArgumentParser) -> None:
    from preflight.batch.watch import EVERY_SECONDS  # noqa: PLC0415 - only where it is shown

    parser.add_argument(
        "--poll-every",
        type=_seconds,
        default=os.environ.get(POLL, EVERY_SECONDS),
        metavar="SECONDS",
        help="between looks at the batch (default: 60)",
    )


def _of_run(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("run", metavar="RUN_FOLDER", help="as `preflight submit` printed it")


def parser() -> argparse.ArgumentParser:
    """The whole grammar."""
    top = argparse.ArgumentParser(
        prog="preflight",
        description="Know that an LLM batch will run before it is sent, then run it.",
        epilog=EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    top.add_argument(
        "--version", action="version", version=f"preflight {metadata.version('batch-preflight')}"
    )
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def command(name: str, words: str, function: str) -> argparse.ArgumentParser:
        made = commands.add_parser(
            name,
            help=words,
            description=f"{words[0].upper()}{words[1:]}.",
            epilog=EXIT_CODES,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        made.set_defaults(function=function)
        return made

    check = command("check", "say whether the job would run, with the evidence", "judge:check")
    _requests(check, required=False)
    _judging(check)

    run = command("run", "check, then upload, create, monitor and fetch", "run:run")
    _requests(run, required=True)
    _judging(run)
    _sending(run)
    _polling(run)

    submit = command("submit", "check, then upload and create", "run:submit_only")
    _requests(submit, required=True)
    _judging(submit)
    _sending(submit)

    _of_run(command("status", "look once at a run's batch", "run:status"))
    fetch = command("fetch", "download and merge what an ended batch has", "run:fetch_only")
    _of_run(fetch)
    _format(fetch)
    _of_run(command("cancel", "cancel a run's batch; partial results are kept", "run:cancel"))

    sandbox = command("sandbox", "local clouds and a gateway on loopback", "sandbox:sandbox")
    sandbox.add_argument("action", choices=("up", "down", "env", "break", "list"))
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
        return function(parsed)
    except PreflightError as error:
        from preflight.render.printable import printable  # noqa: PLC0415

        print(f"preflight: {printable(str(error))}", file=sys.stderr)
        return error.exit_code
    except BrokenPipeError:
        # Whoever read standard output has gone (`| head`); nothing is left to be said to it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        print("preflight: interrupted; a run that was begun goes on", file=sys.stderr)
        return INTERRUPTED


def console() -> None:
    """The entry point of the `preflight` command."""
    sys.exit(main())
