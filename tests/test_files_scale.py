"""A million requests repaired, divided and joined: memory stays flat."""

import json
import random
import subprocess
import sys

import pytest

MEASURED = """
import sys
from pathlib import Path
from preflight.cli import main
code = main(sys.argv[1:])
peak = Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0]
print(code, int(peak) * 1024, file=sys.stderr)
"""
MB = 1_000_000
COUNT = 1_000_000


def peak(folder, *asked):
    """The most memory that a command took, in bytes."""
    command = [sys.executable, "-c", MEASURED, *asked, "--quiet"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    code, taken = done.stderr.splitlines()[-1].split()
    assert code == "0", done.stdout
    return int(taken)


@pytest.mark.scale
@pytest.mark.timeout(1800)
@pytest.mark.skipif(sys.platform != "linux", reason="only there a process is told its peak")
def test_a_million_requests_take_no_more_memory_than_their_largest_shard(tmp_path):
    body = {"model": "m", "messages": [{"role": "user", "content": "Hello?"}]}
    rest = json.dumps({"method": "POST", "url": "/v1/chat/completions", "body": body})[1:]
    with (tmp_path / "own.jsonl").open("w") as file:
        file.writelines(f'{{"custom_id": "r {n}", {rest}\n' for n in range(COUNT))
    fix = ("fix", "own.jsonl", "--provider", "bedrock", "--to", "sent.jsonl")
    assert peak(tmp_path, *fix) < 80 * MB
    assert peak(tmp_path, "split", "sent.jsonl", "--provider", "openai", "--to", "s") < 80 * MB
    answer = {"status_code": 200, "body": {"choices": [{"message": {"content": "Yes."}}]}}
    tail = json.dumps({"response": answer, "error": None})[1:]
    chance = random.Random(3)
    results = []
    for shard in sorted((tmp_path / "s").glob("0*.jsonl")):
        ids = [line.split(b'"')[3].decode() for line in shard.read_bytes().splitlines()]
        chance.shuffle(ids)
        results.append(f"out-{shard.name}")
        rows = (f'{{"custom_id": "{one}", {tail}\n' for one in ids)
        (tmp_path / results[-1]).write_text("".join(rows))
    known = ("--manifest", "s", "--manifest", "sent.jsonl.ids")
    merge = ("merge", "--requests", "sent.jsonl", *results, *known, "--to", "joined")
    assert peak(tmp_path, *merge) < 120 * MB
    with (tmp_path / "joined" / "results.jsonl").open() as file:
        first = json.loads(next(file))["custom_id"]
        assert (first, sum(1 for _ in file)) == ("r 0", COUNT - 1)
