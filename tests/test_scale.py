"""A million requests in twenty shards: flat memory, all accounted for, and a quick look at them.

It takes minutes, and so runs when it is asked for: `pytest -m scale`.
"""

import json
import os
import sys
import time

import pytest
from gateway_double import KEY
from many_batches import many_batches

pytestmark = [pytest.mark.scale, pytest.mark.timeout(1800)]

REQUESTS = 1_000_000
MOST_MEGABYTES = 300
LINE = (
    '{"custom_id": "ask-%07d", "method": "POST", "url": "/v1/chat/completions", "body": {"model": '
    '"gpt-4o-mini", "messages": [{"role": "user", "content": "What is %d in words?"}]}}\n'
)


def command(*arguments):
    """Run it; its exit code, seconds and megabytes at the most."""
    began = time.monotonic()
    with open(f"{arguments[0]}.log", "wb") as told:  # noqa: PTH123 - where the command works
        onto = [(os.POSIX_SPAWN_DUP2, told.fileno(), stream) for stream in (1, 2)]
        command = [sys.executable, "-m", "preflight", *arguments]
        pid = os.posix_spawn(sys.executable, command, os.environ, file_actions=onto)
    _, status, used = os.wait4(pid, 0)
    unit = 2**20 if sys.platform == "darwin" else 2**10
    seconds = time.monotonic() - began
    return os.waitstatus_to_exitcode(status), seconds, used.ru_maxrss / unit


def ids(path):
    with path.open("rb") as file:
        return [line.split(b'"custom_id": "', 1)[1].split(b'"', 1)[0] for line in file]


def test_a_million_requests_run_in_flat_memory(tmp_path, monkeypatch):
    with (tmp_path / "requests.jsonl").open("w", encoding="ascii") as file:
        file.writelines(LINE % (number, number) for number in range(REQUESTS))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TFY_API_KEY", KEY)
    monkeypatch.setenv("PREFLIGHT_PROMISES", "promises.json")
    monkeypatch.setenv("PREFLIGHT_POLL_SECONDS", "1")
    openai = [{"provider_name": "openai-main", "model": "gpt-4o-mini"}]
    with many_batches() as url:
        promises = {"version": 2, "gateway": {"base_url": f"{url}/openai/w"}, "openai": openai}
        (tmp_path / "promises.json").write_text(json.dumps(promises))
        code, _, peak = command("run", "requests.jsonl", "--out", "run", "--offline", "--force")
        assert code == 0, (tmp_path / "run.log").read_text()
        assert peak < MOST_MEGABYTES
        assert (tmp_path / "run.log").read_text().count("created batch") >= 20
        # What is under way on this machine slows a look down: the quickest of three counts.
        looks = [command("status", "run") for _ in range(3)]
        assert {code for code, _, _ in looks} == {0}, (tmp_path / "status.log").read_text()
        assert min(seconds for _, seconds, _ in looks) < 1
    assert ids(tmp_path / "run" / "results.jsonl") == ids(tmp_path / "requests.jsonl")
