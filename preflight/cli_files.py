"""The grammar of the commands that work on files alone: split, merge, fix."""

import argparse
from collections.abc import Callable

from preflight.cli_configured import configured
from preflight.cli_judging import requests
from preflight.vocabulary import PROVIDERS

Command = Callable[[str, str, str], argparse.ArgumentParser]
"""Adds a command: its name, what it does, and module:function."""


def add(command: Command) -> None:
    """Add them to the grammar."""
    _split(command("split", "write the shards that a run would send, as files", "split:split"))
    _merge(command("merge", "join results, however fetched, to their requests", "merge:merge"))
    _fix(command("fix", "repair what can be repaired safely in a request file", "fix:fix"))


def _split(split: argparse.ArgumentParser) -> None:
    requests(split, required=True)
    split.add_argument(
        "--provider", choices=PROVIDERS, required=True, help="whose limits no shard may pass"
    )
    split.add_argument(
        "--to",
        metavar="FOLDER",
        required=True,
        help="of the shards: it appears with all of them",
    )
    split.add_argument(
        "--by-model", action="store_true", help="give each shard the requests of one model alone"
    )
    configured(split, "region", words="by the limits of the target in this region")
    configured(split, "model", words="by the limits of the target of this model (or deployment)")
    source = split.add_mutually_exclusive_group()
    as_a_run = "divide it as a run for this Pulumi stack would (default: by the dated tables)"
    configured(split, "stack", words=as_a_run, group=source)
    configured(split, "promises", group=source)
    configured(split, "offline", words="ask nobody: take the limits of the dated tables")
    configured(split, "tables", "format")
    split.epilog = """\
exit codes: 0 written, or there already; 1 the file has faults that a run would not send;
            2 wrong usage or unreadable input
environment: PREFLIGHT_PROMISES, a promise file; PREFLIGHT_TABLES; as for `preflight plan`"""


def _merge(merge: argparse.ArgumentParser) -> None:
    what = merge.add_mutually_exclusive_group(required=True)
    what.add_argument(
        "--requests",
        metavar="REQUESTS.jsonl",
        help="join RESULTS to the requests of this file",
    )
    what.add_argument(
        "--parts",
        metavar="PART.json",
        nargs="+",
        help="sum up what `preflight scan --shard` read: the report that one scan would give",
    )
    merge.add_argument(
        "results",
        metavar="RESULTS",
        nargs="*",
        help="files of results or errors, of any provider, oldest first",
    )
    merge.add_argument(
        "--manifest",
        metavar="FILE",
        action="append",
        default=[],
        help="what `preflight split` or `fix` wrote beside its files: gives renamed requests their "
        "own ids again (again for more)",
    )
    merge.add_argument("--to", metavar="FOLDER", help="of the joined files, with --requests")
    configured(merge, "format")
    merge.epilog = """\
exit codes: 0 every request has a result; 1 not every one has; 2 wrong usage or unreadable input;
            with --parts those of `preflight scan`"""


def _fix(fix: argparse.ArgumentParser) -> None:
    requests(fix, required=True)
    fix.add_argument(
        "--provider",
        action="append",
        default=[],
        choices=PROVIDERS,
        help="rename what this provider may not carry as a custom_id (again for more)",
    )
    fix.add_argument(
        "--diff", action="store_true", help="show what would be repaired, and write nothing"
    )
    where = fix.add_mutually_exclusive_group()
    where.add_argument("--in-place", action="store_true", help="repair the file itself")
    where.add_argument("--to", metavar="FILE", help="write the repaired file under another name")
    configured(fix, "format")
    fix.epilog = """\
exit codes: 0 nothing is left to repair; 1 there is, and not safely; 2 wrong usage or unreadable
            input"""
