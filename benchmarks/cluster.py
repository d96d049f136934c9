"""What a Dask cluster costs beside a pool of processes, with as many workers, on the same file.

    make bench                    with the rest
    python benchmarks/cluster.py [--megabytes 1000] [--rounds 9] [--kinds 4k,600,uuid] [--s3]

Pool and cluster are there before the clock starts, as a cluster is, and have read the file once;
beside them, the processes that `preflight scan --jobs` makes for each file. They take turns.
Printed are medians by the clock and of the processor's time of all who take part (the client, the
workers, and Dask's scheduler, which elsewhere would not share these cores), and the median of the
cluster's ratio to each. `--s3` reads the file from an S3 emulator on loopback, by all. Files are
made from a seed in a scratch folder.
"""

import argparse
import logging
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING

from read_requests import machine
from request_files import KINDS, MB

from preflight.requests.allocating import TRIM_VARIABLE
from preflight.requests.cluster import connected
from preflight.requests.local import on_disk
from preflight.requests.several import Scans, scan_files

if TYPE_CHECKING:
    from preflight.requests.source import Source

HERE = Path(__file__).parent
POOL, CLUSTER, OWN = "pool of processes", "Dask cluster", "processes of its own"
KEYS = {"AWS_ACCESS_KEY_ID": "bench", "AWS_SECRET_ACCESS_KEY": "bench"}


@dataclass(slots=True)
class Taken:
    """Seconds by the clock and of the processor, by round."""

    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)


def main() -> int:
    """Measure and print a table per kind of file."""
    parser = argparse.ArgumentParser(description="Time a Dask cluster beside a pool of processes.")
    parser.add_argument("--megabytes", type=int, default=1000, help="per file (default: 1000)")
    parser.add_argument("--rounds", type=int, default=9, help="of each (default: 9)")
    parser.add_argument("--kinds", default="4k,600,uuid", help=f"of {', '.join(KINDS)}")
    parser.add_argument("--workers", type=int, default=2, help="of each (default: 2)")
    parser.add_argument("--s3", action="store_true", help="read from an S3 emulator on loopback")
    asked = parser.parse_args()
    print(f"{datetime.now(UTC):%Y-%m-%d}, {machine()}; load {os.getloadavg()[0]:.1f}")
    print(f"`python {' '.join(sys.argv)}`; medians of {asked.rounds} rounds")
    for name in asked.kinds.split(","):
        with tempfile.TemporaryDirectory(prefix="preflight-bench-") as folder, ExitStack() as stack:
            path = Path(folder, "requests.jsonl")
            make = (sys.executable, HERE / "request_files.py", path, name, asked.megabytes * MB)
            subprocess.run(list(map(str, make)), check=True)  # noqa: S603
            source = stack.enter_context(stored(path)) if asked.s3 else on_disk(str(path))
            print(f"\n### {KINDS[name].title}, {path.stat().st_size / MB:,.0f} MB\n")
            show(compare(source, asked.workers, asked.rounds))
    return 0


def compare(source: "Source", number: int, rounds: int) -> dict[str, Taken]:
    """Let both take turns."""
    taken = {POOL: Taken(), CLUSTER: Taken(), OWN: Taken()}
    inside = [sys.executable, str(HERE / "peers" / "scan_inside.py"), str(source), str(number)]
    env = {name: value for name, value in os.environ.items() if name != TRIM_VARIABLE}
    with pool(number) as own, cluster(number) as other:
        both = {POOL: own, CLUSTER: other}
        first = [read(source, executor, number) for executor in both.values()]
        if first[0] != first[1]:
            sys.exit("the two reports differ")
        for _ in range(rounds):
            for name, executor in both.items():
                cpu, begin = used(), time.perf_counter()
                read(source, executor, number)
                taken[name].wall.append(time.perf_counter() - begin)
                taken[name].cpu.append(used() - cpu)
            said = subprocess.run(inside, check=True, capture_output=True, env=env).stdout  # noqa: S603
            wall, processor = map(float, said.split()[1:])
            taken[OWN].wall.append(wall)
            taken[OWN].cpu.append(processor)
    return taken


def read(source: "Source", executor: Executor, number: int) -> Scans:
    """What is timed."""
    return scan_files([source], jobs=number, executor=executor)


@contextmanager
def pool(number: int) -> Iterator[Executor]:
    """As many processes, which are there."""
    # Who starts Dask's workers leaves this behind, and slows down a pool that is started later.
    os.environ.pop(TRIM_VARIABLE, None)
    with ProcessPoolExecutor(number, mp_context=get_context("spawn")) as executor:
        list(executor.map(time.sleep, [0.2] * number))
        yield executor


@contextmanager
def cluster(number: int) -> Iterator[Executor]:
    """A scheduler and as many workers of one thread, in processes of their own, on loopback."""
    from distributed import LocalCluster  # noqa: PLC0415 - where none is wanted it need not be there

    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    with (
        LocalCluster(
            n_workers=number,
            threads_per_worker=1,
            host="127.0.0.1",
            dashboard_address="127.0.0.1:0",
            worker_dashboard_address="127.0.0.1:0",
        ) as local,
        connected(local.scheduler_address) as found,
    ):
        yield found.executor


@contextmanager
def stored(path: Path) -> "Iterator[Source]":
    """The file at an S3 on loopback."""
    import boto3  # noqa: PLC0415 - only with --s3
    from moto.server import ThreadedMotoServer  # noqa: PLC0415 - likewise
    from werkzeug.serving import WSGIRequestHandler  # noqa: PLC0415 - likewise

    from preflight.requests.remote import pinned  # noqa: PLC0415 - likewise

    silent: Callable[..., None] = lambda *_: None  # noqa: E731 - it takes the place of a method
    setattr(WSGIRequestHandler, "log", silent)  # noqa: B010 - as above
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        os.environ |= {**KEYS, "AWS_ENDPOINT_URL": f"http://{host}:{port}"}
        client = boto3.client("s3", region_name="us-east-1")
        client.create_bucket(Bucket="bench")
        client.upload_file(str(path), "bench", path.name)
        yield pinned(f"s3://bench/{path.name}")
    finally:
        server.stop()


def used() -> float:
    """Seconds of the processor that this process and all below it have used, those that live."""
    ticks = os.sysconf("SC_CLK_TCK")
    parents: dict[int, tuple[int, float]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue  # It has just ended.
            parents[int(entry.name)] = (int(fields[1]), (int(fields[11]) + int(fields[12])) / ticks)
    own, total = {os.getpid()}, time.process_time()
    while more := {pid for pid, (parent, _) in parents.items() if parent in own} - own:
        own |= more
        total += sum(parents[pid][1] for pid in more)
    return total


def show(taken: dict[str, Taken]) -> None:
    """Print the table."""
    print("| reader | clock, s | processor, s | cluster's clock / its | processor |")
    print("|---|---:|---:|---:|---:|")
    theirs = taken[CLUSTER]
    for name, one in taken.items():
        wall, cpu = statistics.median(one.wall), statistics.median(one.cpu)
        ratios = f"{ratio(theirs.wall, one.wall):.2f} | {ratio(theirs.cpu, one.cpu):.2f}"
        print(f"| {name} | {wall:.3f} | {cpu:.3f} | {ratios} |")


def ratio(one: list[float], other: list[float]) -> float:
    """The median of what one round was beside the other's: both had the same neighbours."""
    return statistics.median(a / b for a, b in zip(one, other, strict=True))


if __name__ == "__main__":
    sys.exit(main())
