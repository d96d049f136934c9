"""Split, merge and fix, killed at the worst moment: all of it is there, or nothing."""

import os
import signal
import subprocess
import sys

import pytest
from cli_world import request
from gateway_double import lines
from join_world import chat

KILLED = """
import os, signal, sys
from pathlib import Path
from preflight.cli import main
attribute, left = sys.argv.pop(1), int(sys.argv.pop(1))
real = getattr(Path, attribute)
def killed(*arguments):
    global left
    left -= 1
    if not left:
        os.kill(os.getpid(), signal.SIGKILL)
    return real(*arguments)
setattr(Path, attribute, killed)
main(sys.argv[1:])
"""
SPLIT = ("split", "own.jsonl", "--provider", "openai", "--to", "shards")
MERGE = ("merge", "--requests", "own.jsonl", "out.jsonl", "--to", "joined")
FIX = ("fix", "own.jsonl", "--provider", "bedrock", "--in-place")


@pytest.mark.parametrize(
    "point",
    [
        (SPLIT, ("rename", "1"), {"shards"}),
        (MERGE, ("replace", "1"), {"joined"}),
        (MERGE, ("rename", "1"), {"joined"}),
        (FIX, ("replace", "1"), {"own.jsonl.ids"}),
        (FIX, ("replace", "2"), {"own.jsonl.ids"}),
    ],
    ids=lambda point: "-".join((point[0][0], *point[1])),
)
def test_what_is_half_done_has_no_name_and_the_same_command_does_it(
    preflight, tmp_path, monkeypatch, point
):
    asked, at, made = point
    monkeypatch.chdir(tmp_path)
    (tmp_path / "own.jsonl").write_bytes(lines(request("a b"), request("c")))
    (tmp_path / "out.jsonl").write_bytes(lines(chat("a b"), chat("c")))
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    command = [sys.executable, "-c", KILLED, *at, *asked]
    done = subprocess.run(command, cwd=tmp_path, env=os.environ, check=False, capture_output=True)
    assert done.returncode == -signal.SIGKILL
    there = {path.name: path for path in tmp_path.iterdir() if not path.name.startswith(".")}
    # Of a repair the ids come first: without them the file's own would be lost.
    assert there.keys() - before.keys() == (made if at == ("replace", "2") else set())
    assert {name: there[name].read_bytes() for name in before} == before
    assert preflight(*asked)[0] == 0
    assert {path.name for path in tmp_path.iterdir() if path.name[0] != "."} == made | set(before)
