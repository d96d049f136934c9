"""What several processes gain: the scan of one file by one process and by two, warm and cold.

    python benchmarks/read_processes.py [--megabytes 50,99,150,1000] [--cold 1000] [--rounds 7]

A warm file is in the system's cache; a cold one was taken out of it before each turn, which needs
no rights (POSIX_FADV_DONTNEED) but a disk: in memory there is nothing to be taken from. They take
turns, on all processors; go by the clock, so nothing else should run. Files are made from a seed in
a scratch folder (TMPDIR), which is deleted.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from race import Taken, race
from read_requests import HERE, PEERS, machine
from request_files import KINDS, MB


def main() -> int:
    """Measure and print a table per kind of file."""
    parser = argparse.ArgumentParser(description="Time reading by several processes.")
    parser.add_argument("--megabytes", default="50,99,150,1000", help="sizes of warm files")
    parser.add_argument("--cold", type=int, default=1000, help="size of the cold file")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--kinds", default="4k,600", help=f"of {', '.join(KINDS)}")
    asked = parser.parse_args()
    sizes = [int(size) for size in asked.megabytes.split(",")]
    print(f"{datetime.now(UTC):%Y-%m-%d}, {machine()}, load {os.getloadavg()[0]:.1f}; ", end="")
    print(f"seconds by the clock, medians of {asked.rounds} rounds")
    print(f"`python {' '.join(sys.argv)}`")
    for name in asked.kinds.split(","):
        print(f"\n### {KINDS[name].title}\n")
        print("| file | one process | two processes | one / two | cat | two / cat |")
        print("|---|---:|---:|---:|---:|---:|")
        for size in sizes:
            show(f"{size:,} MB, warm", measured(name, size, asked.rounds, cold=False))
        show(f"{asked.cold:,} MB, cold", measured(name, asked.cold, asked.rounds, cold=True))
    return 0


def measured(kind: str, megabytes: int, rounds: int, *, cold: bool) -> dict[str, Taken]:
    """Let one process, two processes and cat read a file in turns."""
    with tempfile.TemporaryDirectory(prefix="preflight-bench-") as folder:
        path = Path(folder, "requests.jsonl")
        make = (sys.executable, HERE / "request_files.py", path, kind, megabytes * MB)
        subprocess.run(list(map(str, make)), check=True)  # noqa: S603
        scan = (sys.executable, str(PEERS / "scan.py"), str(path))
        commands: dict[str, Sequence[str]] = {
            "one": (*scan, "1"),
            "two": (*scan, "2"),
            "cat": ("cat", str(path)),
        }
        before = partial(evict, path) if cold else None
        env = {"PYTHONPATH": str(HERE.parent)}
        return race(commands, rounds, os.sched_getaffinity(0), env=env, before=before)


def evict(path: Path) -> None:
    """Take a file out of the system's cache."""
    with path.open("rb") as file:
        os.fsync(file.fileno())  # What is not written yet stays.
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def show(title: str, taken: Mapping[str, Taken]) -> None:
    """Print a line of the table."""
    one, two, cat = (taken[name] for name in ("one", "two", "cat"))
    # Of a round each: what disturbs one of them disturbs the next, too.
    gained = statistics.median(a / b for a, b in zip(one.wall, two.wall, strict=True))
    beside = statistics.median(a / b for a, b in zip(two.wall, cat.wall, strict=True))
    seconds = " | ".join(f"{each.median('wall'):.3f}" for each in (one, two))
    print(f"| {title} | {seconds} | {gained:.2f} | {cat.median('wall'):.3f} | {beside:.2f} |")


if __name__ == "__main__":
    sys.exit(main())
