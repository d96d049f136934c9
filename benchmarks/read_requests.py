"""How long reading a request file takes, beside what people use today.

    make bench                    everything, at the sizes of docs/speed.md
    python benchmarks/read_requests.py [--megabytes 200] [--rounds 5] [--kinds 4k,600] [--peers all]

Each reader is a process of its own, from its start to its end, pinned to one core, on the same warm
file; they take turns. Printed are medians by the clock and of the processor's time, the ratio to
this project's scan, and the most memory that a round took. On a machine that others use too, go by
the processor's time. Files are made from a seed in a scratch folder, which is deleted.
"""

import argparse
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from race import Taken, race
from request_files import KINDS, MB

HERE = Path(__file__).parent
PEERS = HERE / "peers"
SLOW = ("jq -e .",)
SCAN = "preflight's scan"


def commands(python: str, path: Path) -> dict[str, Sequence[str]]:
    """Name -> how to read this file."""
    scripts = {
        SCAN: "scan",
        "orjson loop, no checks": "orjson_bare",
        "orjson loop, checks by hand": "orjson_checked",
        "json loop, no checks": "json_bare",
        "polars, three columns": "polars_read",
        "openbatch": "openbatch_check",
        "litellm's upload check": "litellm_check",
    }
    every: dict[str, Sequence[str]] = {
        name: (python, str(PEERS / f"{script}.py"), str(path)) for name, script in scripts.items()
    }
    every["jq -e ."] = ("jq", "-e", ".", str(path))
    every["wc -l"] = ("wc", "-l", str(path))
    return {name: command for name, command in every.items() if shutil.which(command[0])}


def main() -> int:
    """Measure and print a table per kind of file."""
    parser = argparse.ArgumentParser(description="Time the reading of request files.")
    parser.add_argument("--megabytes", type=int, default=200, help="per file (default: 200)")
    parser.add_argument("--rounds", type=int, default=5, help="per reader (default: 5; jq: 1)")
    parser.add_argument("--kinds", default=",".join(KINDS), help=f"of {', '.join(KINDS)}")
    parser.add_argument("--peers", default="all", help="words of their names, or all")
    parser.add_argument("--python", default=sys.executable, help="which has the peers")
    parser.add_argument("--core", type=int, default=max(os.sched_getaffinity(0)))
    asked = parser.parse_args()
    print(f"{datetime.now(UTC):%Y-%m-%d}, {machine()}; medians of {asked.rounds} rounds (jq: one)")
    print(f"`python {' '.join(sys.argv)}`")
    for name in asked.kinds.split(","):
        kind = KINDS[name]
        with tempfile.TemporaryDirectory(prefix="preflight-bench-") as folder:
            path = Path(folder, "requests.jsonl")
            # By a process of its own: what this one holds would count as its children's memory.
            make = (sys.executable, HERE / "request_files.py", path, name, asked.megabytes * MB)
            subprocess.run(list(map(str, make)), check=True)  # noqa: S603
            every = commands(asked.python, path)
            if asked.peers != "all":
                words = asked.peers.split(",")
                every = {n: c for n, c in every.items() if n == SCAN or any(w in n for w in words)}
            env = {"PYTHONPATH": str(HERE.parent)}
            taken = race(every, asked.rounds, {asked.core}, once=SLOW, env=env)
            print(f"\n### {kind.title}, {path.stat().st_size / MB:,.0f} MB\n")
            show(taken)
    return 0


def show(taken: Mapping[str, Taken]) -> None:
    """Print the table."""
    ours = taken[SCAN]
    print("| reader | clock, s | processor, s | clock / scan | processor / scan | peak, MB |")
    print("|---|---:|---:|---:|---:|---:|")
    for name, one in taken.items():
        wall, cpu = one.median("wall"), one.median("cpu")
        ratios = f"{wall / ours.median('wall'):.2f} | {cpu / ours.median('cpu'):.2f}"
        print(f"| {name} | {wall:.3f} | {cpu:.3f} | {ratios} | {one.memory:,.0f} |")
    print("\n| | clock | processor |\n|---|---:|---:|")
    for name in ("orjson loop, no checks", "orjson loop, checks by hand"):
        if name in taken:
            print(f"| scan / {name} | {of(ours, taken[name], 'wall')} | ", end="")
            print(f"{of(ours, taken[name], 'cpu')} |")


def of(one: Taken, other: Taken, clock: str) -> str:
    """The ratio of two medians."""
    return f"{one.median(clock) / other.median(clock):.2f}"


def machine() -> str:
    """The processor, the system and Python, in words."""
    model = platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        named = [line for line in info.read_text().splitlines() if line.startswith("model name")]
        model = named[0].partition(":")[2].strip() if named else model
    cores = f"{os.cpu_count()} cores"
    return f"{model}, {cores}, {platform.system()}, Python {platform.python_version()}"


if __name__ == "__main__":
    sys.exit(main())
