"""The grammar of `preflight scan`: request files judged by themselves."""

import argparse
from collections.abc import Callable

from preflight import cli_reading as reading
from preflight.cli_choosing import choosing
from preflight.cli_configured import configured
from preflight.cli_judging import formats

Command = Callable[[str, str, str], argparse.ArgumentParser]
"""Makes a subcommand: its name, what it does, and its function as `module:function`."""

MOST_SHARDS = 100_000


def add(command: Command) -> None:
    """Add it to the grammar."""
    scan = command("scan", "read request files alone, by every rule, however many", "scan:scan")
    scan.add_argument(
        "requests",
        metavar="FILE|URL",
        nargs="+",
        help="request files: paths, or s3://, gs:// and az:// (there, * stands for any name)",
    )
    configured(
        scan,
        "provider",
        words="judge them by what this provider takes (again for more; default: by what holds at "
        "each)",
    )
    reading.jobs(scan)
    reading.findings(scan)
    where = scan.add_mutually_exclusive_group()
    where.add_argument(
        "--cluster",
        metavar="ADDRESS",
        help="read by the workers of this Dask scheduler, as in tcp://10.0.0.5:8786",
    )
    where.add_argument(
        "--shard",
        type=_shard,
        metavar="I/N",
        help="read the I-th of N parts alone, for `preflight merge --parts`; with --to",
    )
    scan.add_argument(
        "--to", metavar="PART.json", help="where what was read of a shard is written down"
    )
    choosing(scan)
    formats(scan)
    scan.epilog = """\
exit codes: 0 nothing wrong in any file (or the part is written); 1 something is; 2 wrong usage or
            unreadable input; 3 cannot tell (a storage or a cluster gave no answer)
environment: the clouds' own variables for the credentials to read with; PREFLIGHT_TABLES"""


def _shard(text: str) -> tuple[int, int]:
    """Which shard of how many. Raises ArgumentTypeError."""
    number, slash, of = text.partition("/")
    if slash:
        wanted, several = reading.within(number, MOST_SHARDS), reading.within(of, MOST_SHARDS)
        if wanted <= several:
            return wanted, several
    raise argparse.ArgumentTypeError(f"{text!r} is no shard, as 2/8 is the second of eight")
