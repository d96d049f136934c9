"""The commands of a run: run, submit, status, fetch, cancel, retry, settle, runs."""

import argparse
from collections.abc import Callable

from preflight.cli_configured import configured
from preflight.cli_judging import judging, one_format, requests

Command = Callable[[str, str, str], argparse.ArgumentParser]
"""Adds a command: its name, what it does, and module:function."""


def add(command: Command) -> None:
    """Add them to the grammar."""
    run = command("run", "check, then upload, create, monitor and fetch", "run:run")
    _sent(run)
    _polling(run)
    submit = command("submit", "check, then upload and create", "run:submit_only")
    _sent(submit)
    _of_run(command("status", "look once at each batch of a run", "followed:status"))
    _of_run(command("fetch", "download and merge what ended batches have", "followed:fetch_only"))
    _of_run(command("cancel", "cancel a run's batches; partial results stay", "followed:cancel"))
    retry = command("retry", "send what is worth trying again, and merge it in", "again:retry")
    _of_run(retry)
    configured(retry, "rehearsal")
    _polling(retry)
    settle = command(
        "settle", "say what came of a create whose answer was lost for good", "again:settle"
    )
    _of_run(settle)
    settle.add_argument("--shard", type=int, default=1, metavar="N", help="which (default: 1)")
    truth = settle.add_mutually_exclusive_group(required=True)
    truth.add_argument("--batch", metavar="ID", help="it is this one, as the provider shows it")
    truth.add_argument(
        "--none", action="store_true", help="there is none at the provider: it is created anew"
    )
    listed = command("runs", "list the runs in a folder, or in a shared ledger", "listed:runs")
    listed.add_argument(
        "folder",
        nargs="?",
        metavar="FOLDER",
        help="that holds folders of runs (default: that of --runs-folder)",
    )
    configured(listed, "runs-folder")
    one_format(listed)
    configured(listed, "ledger")


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
        help="the run's folder (default: one in --runs-folder, with a name of file and provider)",
    )
    configured(parser, "runs-folder", "rehearsal", "ledger")


def _polling(parser: argparse.ArgumentParser) -> None:
    configured(parser, "poll-every", "notify", "parquet")


def _of_run(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("run", metavar="RUN_FOLDER", help="as `preflight submit` printed it")
    one_format(parser)
    configured(parser, "ledger")
