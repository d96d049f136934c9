"""How long reading a request file takes, beside what people use today.

    python benchmarks/read_requests.py [--megabytes 100] [--rounds 5]

For files of short, middle and long lines three readers take turns on the same file, in one process
and with a warm cache:

* scan: `preflight.requests.scan.scan` with all rules, the file's SHA-256 and the estimate;
* json: `json.loads` on each line, and the checks a careful script makes by hand (ids, their
  uniqueness, method, url, one model, messages, no stream), without hash and estimate;
* wc: `wc -l`, which is as fast as looking at each byte once can be.

The best round of each counts: what disturbs a round only ever makes it longer. Printed are the
scan's speed and two ratios; absolute times differ from machine to machine, ratios hardly. The
script fails (exit code 1) where the two readers do not count the same requests.
"""

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from preflight.requests.example import requests
from preflight.requests.scan import scan

MB = 1000 * 1000
LINES = {"short lines": 600, "middle lines": 4_000, "long lines": 100_000}
"""Bytes of a line; the long ones hold an image."""


def main() -> int:
    """Measure and print one row per kind of file."""
    parser = argparse.ArgumentParser(description="Time the reading of request files.")
    parser.add_argument("--megabytes", type=int, default=100, help="per file (default: 100)")
    parser.add_argument("--rounds", type=int, default=5, help="per reader (default: 5)")
    asked = parser.parse_args()
    wc = shutil.which("wc")
    if wc is None:
        print("this needs wc", file=sys.stderr)
        return 2
    print(f"{'':14}{'scan MB/s':>10}{'json / scan':>13}{'scan / wc':>11}")
    with tempfile.TemporaryDirectory() as folder:
        for kind, length in LINES.items():
            path = Path(folder, "requests.jsonl")
            write(path, length, asked.megabytes * MB)
            if scan(path).requests != by_hand(path) or scan(path).faults:
                print(f"{kind}: the readers disagree", file=sys.stderr)
                return 1
            readers = {"scan": scan, "json": by_hand, "wc": lambda path: count(wc, path)}
            best = race(readers, path, asked.rounds)
            speed = path.stat().st_size / MB / best["scan"]
            slower, faster = best["json"] / best["scan"], best["scan"] / best["wc"]
            print(f"{kind:14}{speed:>10,.0f}{slower:>13.2f}{faster:>11.1f}")
    return 0


def race(readers: dict[str, Callable[[Path], object]], path: Path, rounds: int) -> dict[str, float]:
    """The best wall time of each reader in seconds; they take turns."""
    best = dict.fromkeys(readers, float("inf"))
    for _ in range(rounds):
        for name, read in readers.items():
            start = time.perf_counter()
            read(path)
            best[name] = min(best[name], time.perf_counter() - start)
    return best


def by_hand(path: Path) -> int:
    """The script that people write; the number of good requests."""
    ids: set[str] = set()
    models: set[str] = set()
    with path.open("rb") as file:
        for line in file:
            request = json.loads(line)
            body = request["body"]
            if (
                not isinstance(request["custom_id"], str)
                or request["custom_id"] in ids
                or request["method"] != "POST"
                or request["url"] != "/v1/chat/completions"
                or not body["messages"]
                or body.get("stream")
            ):
                raise ValueError(line[:80])
            ids.add(request["custom_id"])
            models.add(body["model"])
    if len(models) != 1:
        raise ValueError(models)
    return len(ids)


def count(wc: str, path: Path) -> None:
    """Let `wc -l` count the lines."""
    subprocess.run([wc, "-l", path], check=True, stdout=subprocess.DEVNULL)  # noqa: S603


def write(path: Path, length: int, size: int) -> None:
    """Write a file of about `size` bytes whose lines have about `length` each."""
    known = list(requests("openai"))
    text = "\n".join(request["body"]["messages"][0]["content"] for request in known)
    written = number = 0
    with path.open("w", encoding="utf-8") as file:
        while written < size:
            number += 1
            start = number * length % (len(text) - length)
            request = known[number % len(known)]
            content: object = text[start : start + max(200, int(length * 0.9) - 200)]
            if length >= LINES["long lines"]:
                url = "data:image/png;base64," + "iVBORw0KGgo" * (length // 11)
                content = [
                    {"type": "text", "text": text[start : start + 500]},
                    {"type": "image_url", "image_url": {"url": url}},
                ]
            body = request["body"] | {"messages": [{"role": "user", "content": content}]}
            line = json.dumps(request | {"custom_id": f"request-{number}", "body": body}) + "\n"
            written += file.write(line)


if __name__ == "__main__":
    sys.exit(main())
