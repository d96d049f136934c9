"""Runs the command that was parsed, says what went wrong in one sentence, and gives the exit code.

Apart from the grammar: help and completions need none of it.
"""

import argparse
import json
import os
import signal
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, redirect_stderr
from importlib import import_module
from pathlib import Path
from typing import NoReturn

from preflight.configuration.table import COMMANDS
from preflight.render.printable import printable
from preflight.seams.errors import LookError, PreflightError
from preflight.vocabulary import QUIET

INTERRUPTED = 130
TERMINATED = 143
SENDING = ("run", "submit")


class _Terminated(KeyboardInterrupt):
    """Told to end, as by a CI job that is cancelled: what is open is closed on the way out."""


def dispatch(parsed: argparse.Namespace) -> int:
    """Run it; the exit code."""
    module, _, name = parsed.function.partition(":")
    try:
        function: Callable[[argparse.Namespace], int] = getattr(
            import_module(f"preflight.commands.{module}"), name
        )
        with _prepared(parsed):
            code = function(parsed)
        sys.stdout.flush()
    except PreflightError as error:
        return _failed(parsed, _placed(parsed, error))
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


@contextmanager
def _prepared(parsed: argparse.Namespace) -> Iterator[None]:
    """What a team set once has its place, `-` is a file, and talk goes where it is wanted."""
    if parsed.command in COMMANDS:
        from preflight.configuration.applied import configure  # noqa: PLC0415 - not for all

        configure(parsed)
    given = list(vars(parsed).values())
    with ExitStack() as held:
        if parsed.quiet:
            # Questions are not asked then: nobody would see them.
            held.enter_context(redirect_stderr(held.enter_context(Path(os.devnull).open("w"))))
            if getattr(parsed, "format", None) == "text":
                parsed.format = QUIET
        if any("-" in (value if isinstance(value, list) else [value]) for value in given):
            from preflight.commands.spooled import spooled  # noqa: PLC0415 - seldom

            held.enter_context(spooled(parsed))
        yield


def _placed(parsed: argparse.Namespace, error: PreflightError) -> PreflightError:
    """Where the error is about a value that no flag gave, it says who did."""
    if not hasattr(parsed, "settings"):
        return error
    from preflight.configuration.applied import told  # noqa: PLC0415 - it is loaded by now

    return told(parsed, error)


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
    if not isinstance(form, list):
        return bool(form == "json" or getattr(parsed, "json", False))
    from preflight.render.destinations import Destination  # noqa: PLC0415 - it parsed the list

    return Destination("json") in form


def heed_termination() -> None:
    """From now on, whoever ends this process is answered as whoever interrupts it."""
    signal.signal(signal.SIGTERM, _terminated)


def _terminated(*_: object) -> NoReturn:
    raise _Terminated
