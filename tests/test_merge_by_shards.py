"""Merging shard by shard gives what merging all at once gives, however rows lie in the files."""

import json
import os
import random
from dataclasses import replace

import pytest
from cli_world import request
from gateway_double import lines
from join_world import chat, claude

from preflight.batch.joining import Returned, join
from preflight.batch.merged_files import FILES
from preflight.batch.shards import whole

SHAPES = (chat, claude, lambda name: chat(name, code=500), lambda name: chat(name, code=400))


@pytest.fixture(params=range(12))
def chance(request, monkeypatch):
    monkeypatch.setattr(os, "fsync", lambda _: None)  # nothing crashes here, and disks are slow
    return random.Random(request.param)


def body(chance):
    return {"model": chance.choice("ab"), "messages": [{"role": "user", "content": "Hello?"}]}


def scattered(chance, shards, folder):
    """Rows of the requests that were sent, in files: most of them of one shard each, some not."""
    files = []
    for shard in shards:
        sent = [json.loads(line)["custom_id"] for line in shard.read_bytes().splitlines()]
        rows = [chance.choice(SHAPES)(name) for name in sent if chance.random() < 0.9]
        rows += [chat(name) for name in chance.sample(sent, min(len(sent), chance.randrange(3)))]
        chance.shuffle(rows)
        at = chance.randrange(len(rows) + 1)
        files += [rows[:at], rows[at:]]
    if chance.random() < 0.5:
        one, other = chance.sample(files, 2)
        other += one[:2]
    if chance.random() < 0.3:
        files.append([chat("nobody's")])
    if chance.random() < 0.5:
        chance.shuffle(files)
    paths = [folder / f"{number:03}" for number in range(len(files))]
    for path, rows in zip(paths, files, strict=True):
        path.write_bytes(lines(*rows))
    return paths


def test_both_ways_give_the_same(preflight, chance, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    provider = chance.choice(("openai", "bedrock"))
    ids = [f"{chance.choice('xy')}-{number}" for number in range(chance.randrange(20, 90))]
    sent = tmp_path / "requests.jsonl"
    sent.write_bytes(lines(*(request(name, body=body(chance)) for name in ids)))
    (tmp_path / "t.toml").write_text(f"[{provider}]\nmax_requests = {chance.randrange(5, 40)}\n")
    asked = ("split", sent, "--provider", provider, "--by-model", "--tables", "t.toml")
    assert preflight(*asked, "--to", "shards")[0] == 0
    files = scattered(chance, sorted((tmp_path / "shards").glob("0*.jsonl")), tmp_path)

    asked = ("merge", "--requests", sent, *files, "--manifest", "shards", "--to", "by-shards")
    code, out, _ = preflight(*asked, "--json")
    (tmp_path / "at-once").mkdir()
    shard = whole(len(ids), sent.stat().st_size, 0)
    renamed = (tmp_path / "shards" / "ids.jsonl").exists()
    together = Returned(replace(shard, renamed=renamed), tuple(files))
    expected = join(sent, [together], (), tmp_path / "at-once")
    assert json.loads(out)["requests"] == expected.as_dict()
    assert code == (0 if expected.complete else 1)
    for name in FILES:
        one, other = (tmp_path / way / name for way in ("by-shards", "at-once"))
        assert one.exists() == other.exists()
        if one.exists():
            # Which of two failures lost is told in the order in which the files are read.
            order = sorted if name == "duplicates.jsonl" else list
            assert order(one.read_bytes().splitlines()) == order(other.read_bytes().splitlines())
