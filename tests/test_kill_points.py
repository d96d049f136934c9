"""A run that is killed anywhere, and started again: one job per shard, and the same results."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from batch_forms import FORMS

HERE = Path(__file__).parent
FEWEST = {"openai": 76, "azure": 52, "vertex": 52, "bedrock": 52}
"""Points before and after the network calls and the ledger's writes of a run: 232 in all."""
SHARDS = {"openai": 3, "azure": 2, "vertex": 2, "bedrock": 2}


def killed(provider, folder, script="killing.py", **options):
    """What came of killing a run at each point."""
    command = [sys.executable, HERE / script, provider, folder, json.dumps(options)]
    paths = os.pathsep.join([str(HERE.parent), *sys.path])
    environ = os.environ | {"PYTHONPATH": paths}
    done = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    return json.loads(done.stdout)


def ids(text):
    return [json.loads(line)["custom_id"] for line in text.splitlines()]


def whole(found, provider):
    """Whether the undisturbed run, which all others are compared to, is what a run should be."""
    came = found["undisturbed"]
    files = came["files"]
    assert came["code"] == 0
    assert (came["creates"], len(came["inputs"])) == (SHARDS[provider], SHARDS[provider])
    assert sum(len(each.splitlines()) for each in came["inputs"]) == len(
        ids(files["results.jsonl"])
    )
    assert ids(files["results.jsonl"]) == ids(files["requests.jsonl"])
    return True


@pytest.mark.timeout(600)
@pytest.mark.parametrize("provider", FORMS)
def test_a_run_killed_around_any_call_or_write_creates_no_job_twice(provider, tmp_path):
    found = killed(provider, tmp_path)
    assert found["wrong"] == []
    assert whole(found, provider)
    assert found["killed"] == len(found["points"])
    counted = [p for p in found["points"] if p.split()[1] in ("GET", "POST", "write")]
    assert len(counted) >= FEWEST[provider], counted


@pytest.mark.timeout(300)
@pytest.mark.parametrize("provider", FORMS)
def test_a_run_killed_while_the_gateway_has_its_call_creates_no_job_twice(provider, tmp_path):
    found = killed(provider, tmp_path, amid=True)
    assert found["wrong"] == []
    assert whole(found, provider)
    assert len(found["points"]) == 2 * SHARDS[provider]
