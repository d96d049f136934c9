"""The commands of a run: run, submit, status, fetch, cancel."""

import argparse
from collections.abc import Callable

from preflight.cli_judging import judging, one_format, requests
from preflight.commands.durations import seconds

Command = Callable[[str, str, str], argparse.ArgumentParser]
"""Adds a command: its name, what it does, and module:function."""


def add(command: Command) -> None:
    """Add them to the grammar."""
    run = command("run", "check, then upload, create, monitor and fetch", "run:run")
    _sent(run)
    _polling(run)
    _sent(command("submit", "check, then upload and create", "run:submit_only"))
    _of_run(command("status", "look once at each batch of a run", "followed:status"))
    _of_run(command("fetch", "download and merge what ended batches have", "followed:fetch_only"))
    _of_run(command("cancel", "cancel a run's batches; partial results stay", "followed:cancel"))


def _sent(parser: argparse.ArgumentParser) -> None:
    requests(parser, required=True)
    judging(parser)
    one_format(parser)
    parser.add_argument(
        "--force", action="store_true", help="send although the check did not say READY"
    )
    parser.add_argument(
        "--out",
        metavar="FOLDER",
        help="the run's folder (default: preflight-runs/ and a name of file and provider)",
    )
    _ledger(parser)


def _polling(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--poll-every",
        type=seconds,
        metavar="SECONDS",
        help="between looks at a batch (default: PREFLIGHT_POLL_SECONDS, or 60)",
    )


def _ledger(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--ledger",
        metavar="ADDRESS",
        help="postgresql://USER@HOST/DATABASE: of a run that several machines share (default: "
        "PREFLIGHT_LEDGER, or a file in the run's folder)",
    )


def _of_run(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("run", metavar="RUN_FOLDER", help="as `preflight submit` printed it")
    one_format(parser)
    _ledger(parser)
