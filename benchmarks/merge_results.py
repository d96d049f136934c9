"""How long joining results to their requests takes, beside reading them, and by hand.

    python benchmarks/merge_results.py [--megabytes 200] [--rounds 5] [--kinds 4k,600]

As benchmarks/read_requests.py measures: each a process of its own, pinned to one core, in turns, on
warm files made from a seed. Speeds are of the bytes that are read: the scan reads the requests, a
merge the requests and as many bytes of results.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from race import Taken, race
from read_requests import HERE, PEERS, SCAN, machine
from request_files import KINDS, MB

MERGE = "preflight merge, with the manifest"


def main() -> int:
    """Measure and print a table per kind of file."""
    parser = argparse.ArgumentParser(description="Time the joining of results.")
    parser.add_argument("--megabytes", type=int, default=200, help="of requests (default: 200)")
    parser.add_argument("--rounds", type=int, default=5, help="of each (default: 5)")
    parser.add_argument("--kinds", default="4k,600", help=f"of {', '.join(KINDS)}")
    parser.add_argument("--core", type=int, default=max(os.sched_getaffinity(0)))
    asked = parser.parse_args()
    print(f"{datetime.now(UTC):%Y-%m-%d}, {machine()}; medians of {asked.rounds} rounds")
    print(f"`python {' '.join(sys.argv)}`")
    for name in asked.kinds.split(","):
        with tempfile.TemporaryDirectory(prefix="preflight-bench-") as made:
            folder = Path(made)
            sizes = files(folder, name, asked.megabytes * MB)
            env = {"PYTHONPATH": str(HERE.parent)}
            taken = race(commands(folder), asked.rounds, {asked.core}, env=env)
            print(f"\n### {KINDS[name].title}, {sizes[0] / MB:,.0f} MB of requests, ", end="")
            print(f"{sizes[1] / MB:,.0f} MB of results\n")
            show(taken, *sizes)
    return 0


def files(folder: Path, kind: str, size: int) -> tuple[int, int]:
    """Make the requests, their shards and the results; bytes of requests and of results."""
    requests, shards, results = (folder / n for n in ("requests.jsonl", "shards", "results"))
    results.mkdir()
    preflight = (sys.executable, "-m", "preflight")
    for command in (
        (sys.executable, HERE / "request_files.py", requests, kind, size),
        (*preflight, "split", requests, "--provider", "openai", "--to", shards, "--quiet"),
        (sys.executable, HERE / "result_files.py", shards, results),
    ):
        subprocess.run(list(map(str, command)), check=True)  # noqa: S603
    return requests.stat().st_size, sum(path.stat().st_size for path in results.iterdir())


def commands(folder: Path) -> dict[str, Sequence[str]]:
    """Name -> how to read or to join. What is written is taken away before the next round."""
    requests, joined = folder / "requests.jsonl", folder / "joined"
    results = list(map(str, sorted((folder / "results").iterdir())))
    merge = ("-m", "preflight", "merge", "--requests", str(requests), "--to", str(joined))
    anew = ("-c", f"import shutil; shutil.rmtree({str(joined)!r}, ignore_errors=True)")
    known = ("--manifest", str(folder / "shards"))
    by_hand = (str(PEERS / "join_by_hand.py"), str(requests), str(folder / "by-hand.jsonl"))
    every = {
        SCAN: (str(PEERS / "scan.py"), str(requests)),
        MERGE: (*merge, *known, *results),
        "(anew)": anew,
        "preflight merge, without": (*merge, *results),
        "(anew) ": anew,
        "by hand: json, a dict": (*by_hand, *results),
    }
    return {name: (sys.executable, *command) for name, command in every.items()}


def show(taken: dict[str, Taken], requests: int, results: int) -> None:
    """Print the table."""
    scan = requests / MB / taken[SCAN].median("cpu")
    print("| | clock, s | processor, s | MB/s of the processor | / scan | peak, MB |")
    print("|---|---:|---:|---:|---:|---:|")
    for name, one in taken.items():
        if name.startswith("("):
            continue
        read = requests if name == SCAN else requests + results
        speed = read / MB / one.median("cpu")
        print(f"| {name} | {one.median('wall'):.3f} | {one.median('cpu'):.3f} ", end="")
        print(f"| {speed:,.0f} | {speed / scan:.2f} | {one.memory:,.0f} |")


if __name__ == "__main__":
    sys.exit(main())
