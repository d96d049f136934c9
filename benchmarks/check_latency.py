"""How long `preflight check` takes where the network is slow.

    python benchmarks/check_latency.py [--delays 0 50 200] [--rounds 3] [--provider NAME ...]

The sandbox's clouds and its gateway run in this process's own child; a proxy on loopback stands
before each of them and holds every call back for so many milliseconds. Each round is the whole
command in a process of its own, over all four providers. Printed are, for each delay, the best wall
time of the process, what the report says (seconds, calls, longest chain), and the best time over
the time that the longest chain alone must take: the nearer to 1, the less is waited in vain.

The script fails (exit code 1) where a check does not say READY, or where 200 ms take over three
seconds.
"""

import argparse
import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from preflight.contract import PROVIDERS
from preflight.sandbox.world import World

LIMIT_SECONDS = 3.0
"""For four providers, with `LIMIT_AT` added to every call."""

LIMIT_AT = 200
_LOOPBACK = "127.0.0.1"
_ADDRESS = re.compile(r"http://127\.0\.0\.1:\d+")


def main() -> int:
    """Measure and print one row per delay."""
    parser = argparse.ArgumentParser(description="Time the check behind a slow network.")
    parser.add_argument("--delays", type=int, nargs="+", default=[0, 50, 200], help="milliseconds")
    parser.add_argument("--rounds", type=int, default=3, help="per delay (default: 3)")
    parser.add_argument("--provider", action="append", choices=PROVIDERS, help="default: all")
    asked = parser.parse_args()
    options = [word for name in asked.provider or () for word in ("--provider", name)]
    late = False
    print(f"{'added':>8}{'process':>10}{'report':>9}{'calls':>7}{'chain':>7}{'over chain':>12}")
    with tempfile.TemporaryDirectory() as folder, World(Path(folder), count=200) as sandbox:
        for delay in asked.delays:
            with slowed(sandbox.env, delay / 1000, Path(folder)) as env:
                best, report = race(options, env, asked.rounds)
            least = report["longest_chain"] * delay / 1000
            over = f"{best / least:>12.2f}" if least else f"{'-':>12}"
            print(
                f"{delay:>5} ms{best:>8.2f} s{report['seconds']:>7.2f} s"
                f"{report['calls']:>7}{report['longest_chain']:>7}{over}"
            )
            late |= delay == LIMIT_AT and best >= LIMIT_SECONDS
    if late:
        print(f"{LIMIT_AT} ms a call took {LIMIT_SECONDS:g} s or more", file=sys.stderr)
    return int(late)


def race(options: list[str], env: Mapping[str, str], rounds: int) -> tuple[float, dict[str, float]]:
    """The best wall time of the process, and that round's report."""
    best: tuple[float, dict[str, float]] = (float("inf"), {})
    for _ in range(rounds):
        began = time.perf_counter()
        done = subprocess.run(  # noqa: S603 - this project's own command
            [sys.executable, "-m", "preflight", "check", "--format", "json", *options],
            env={**os.environ, **env},
            stdout=subprocess.PIPE,
            check=False,
        )
        took = time.perf_counter() - began
        report = json.loads(done.stdout)
        if report["verdict"] != "READY":
            print(done.stdout.decode(), file=sys.stderr)
            raise SystemExit(1)
        best = min(best, (took, report), key=lambda one: one[0])
    return best


@contextmanager
def slowed(env: Mapping[str, str], seconds: float, folder: Path) -> Iterator[dict[str, str]]:
    """The environment with each address of the sandbox replaced by a slow way to it."""
    with ExitStack() as running:
        ways: dict[str, str] = {}

        def through(text: str) -> str:
            for address in _ADDRESS.findall(text):
                if address not in ways:
                    ways[address] = running.enter_context(slow_way(address, seconds))
            return _ADDRESS.sub(lambda found: ways[found[0]], text)

        slow = {name: through(value) for name, value in env.items()}
        for name in ("PREFLIGHT_PROMISES", "GOOGLE_APPLICATION_CREDENTIALS"):
            if name in slow:
                copy = folder / f"{name}-{seconds:g}.json"
                copy.write_text(through(Path(env[name]).read_text()))
                slow[name] = str(copy)
        yield slow


@contextmanager
def slow_way(address: str, seconds: float) -> Iterator[str]:
    """A proxy that passes bytes on as they are, and holds back the first of each request."""
    host, port = urlsplit(address).hostname, urlsplit(address).port
    with socket.create_server((_LOOPBACK, 0), backlog=128) as server:

        def accept() -> None:
            while True:
                try:
                    client, _ = server.accept()
                except OSError:
                    return
                upstream = socket.create_connection((host, port))
                for one in (client, upstream):
                    one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                asking = threading.Event()
                for job in (
                    lambda a=client, b=upstream, e=asking: there(a, b, e, seconds),
                    lambda a=client, b=upstream, e=asking: back(a, b, e),
                ):
                    threading.Thread(target=job, daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        yield f"http://{_LOOPBACK}:{server.getsockname()[1]}"
        server.shutdown(socket.SHUT_RDWR)


def there(
    client: socket.socket, upstream: socket.socket, asking: threading.Event, seconds: float
) -> None:
    """Pass the requests of one connection on."""
    try:
        while data := client.recv(65536):
            if not asking.is_set():
                asking.set()
                time.sleep(seconds)
            upstream.sendall(data)
        upstream.shutdown(socket.SHUT_WR)
    except OSError:
        upstream.close()


def back(client: socket.socket, upstream: socket.socket, asking: threading.Event) -> None:
    """Pass the answers back; after one, the next bytes are a new request."""
    try:
        while data := upstream.recv(65536):
            asking.clear()
            client.sendall(data)
        client.shutdown(socket.SHUT_WR)
    except OSError:
        client.close()


if __name__ == "__main__":
    sys.exit(main())
