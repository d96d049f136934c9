"""Merging a million requests of twenty shards: memory stays flat."""

import json
import random
import subprocess
import sys

MEASURED = """
import json, resource, sys
from pathlib import Path
from preflight.batch.joining import Returned, join
from preflight.batch.shards import Shard
folder, shards, each, size = Path(sys.argv[1]), *map(int, sys.argv[2:])
returned = []
for number in range(shards):
    start = number * each * size
    shard = Shard(number + 1, None, each, 0, 0, start, start + each * size, number * each, False)
    returned.append(Returned(shard, (folder / f"raw-{number}",)))
found = join(folder / "requests.jsonl", returned, (), folder)
status = Path("/proc/self/status")
if status.exists():  # ru_maxrss counts what the parent held when it forked, too
    peak = int(status.read_text().split("VmHWM:")[1].split()[0]) * 1024
else:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # bytes, on macOS
print(json.dumps({"peak": peak, **found.as_dict()}))
"""
MOST = 120_000_000
SHARDS, EACH = 20, 50_000
REQUEST = b'{"custom_id":"r%07d","body":{}}\n'
RESULT = (
    b'{"custom_id":"r%07d","response":{"status_code":200,"body":'
    b'{"choices":[{"message":{"content":"Yes."}}]}},"error":null}\n'
)


def test_a_million_requests_in_twenty_shards_are_merged_in_flat_memory(tmp_path):
    chance = random.Random(7)
    with (tmp_path / "requests.jsonl").open("wb") as file:
        for number in range(SHARDS):
            numbers = list(range(number * EACH, (number + 1) * EACH))
            file.write(b"".join(map(REQUEST.__mod__, numbers)))
            chance.shuffle(numbers)
            content = b"".join(map(RESULT.__mod__, numbers))
            (tmp_path / f"raw-{number}").write_bytes(content)
    sizes = map(str, (SHARDS, EACH, len(REQUEST % 0)))
    command = [sys.executable, "-c", MEASURED, str(tmp_path), *sizes]
    told = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    assert told.pop("peak") < MOST
    assert told.pop("requests") == told.pop("results") == SHARDS * EACH
    assert set(told.values()) == {0}
