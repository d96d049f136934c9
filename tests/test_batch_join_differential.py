"""Generated runs, joined by the merge and by a slow and obvious one: the same bytes."""

import json
import random

import pytest
from join_world import World, ask, chat, claude, gemini, nova
from slow_join import slow_join

from preflight.batch.joining import Returned
from preflight.batch.shards import cut

RUNS = 40
JUNK = (b"<html>", b"{", b"\xff\xfe", b"[]", b"  ", b"", b'{"custom_id":', b"NaN", b"{}")


def requests(chance):
    """A request file, mostly as files are; some lines as only a forced run has them."""
    made = []
    for number in range(chance.randrange(1, 400)):
        custom_id = chance.choice(("r-%d", "%d", "\u00e4%d", 'q"%d', "r%010d")) % number
        line = json.dumps(ask(custom_id, chance.choice("abc")), ensure_ascii=chance.random() < 0.5)
        odd = chance.random()
        if odd < 0.01:
            line = json.dumps({"body": {}, **ask(number)})
        elif odd < 0.02:
            line = chance.choice(
                ("", " ", "[1]", '{"custom_id":""}', "{", line.replace("r", "\\u0072"))
            )
        elif odd < 0.03 and made:
            line = chance.choice(made)
        made.append(line)
    mark = b"\xef\xbb\xbf" if chance.random() < 0.1 else b""
    return mark + "\n".join(made).encode() + chance.choice((b"", b"\n"))


def answers(chance, sent):
    """Rows for the lines of a shard as it was sent, in some order, with what may go wrong."""
    kinds = chance.choice(
        [
            [chat],
            [chat],
            [chat, lambda i: chat(i, code=chance.choice((400, 429, 500)))],
            [claude, nova],
            [gemini, lambda i: gemini(i, status="RESOURCE_EXHAUSTED")],
            [chat, claude, lambda i: gemini(i, "key"), lambda i: gemini(i, "custom_id")],
        ]
    )
    rows = []
    for line in sent.split(b"\n"):
        try:
            custom_id = json.loads(line)["custom_id"]
        except (ValueError, TypeError, KeyError):
            continue
        times = chance.choices((1, 0, 2), (90, 6, 4))[0]
        rows += [json.dumps(chance.choice(kinds)(custom_id)).encode() for _ in range(times)]
    rows += [chance.choice(JUNK) for _ in range(chance.choice((0, 0, 3)))]
    if chance.random() < 0.7:
        chance.shuffle(rows)
    end = chance.choice((b"\n", b"\n", b"\r\n"))
    content = end.join(rows) + end
    return content[: -chance.randrange(1, 40)] if chance.random() < 0.2 else content


@pytest.mark.parametrize("seed", range(RUNS))
def test_the_merge_and_the_obvious_merge_agree(tmp_path, monkeypatch, seed):
    chance = random.Random(seed)
    monkeypatch.setattr("preflight.batch.blocks.BLOCK", chance.choice((50, 700, 5000, 1 << 18)))
    world = World(tmp_path)
    most = chance.choice((3, 40, 1000))
    how = {"by_model": chance.random() < 0.4, "renamed": chance.random() < 0.4}
    shards = world.asked(requests(chance), most=most, **how)
    returned, sent = [], b""
    for shard in shards:
        path = tmp_path / "shard"
        with path.open("wb") as file:
            cut(world.requests, shard, file)
        sent += path.read_bytes()
        files = [answers(chance, path.read_bytes()) for _ in range(chance.choice((1, 1, 2, 0)))]
        returned.append(Returned(shard, tuple(map(world.file, files))))
    again = [answers(chance, sent) for _ in range(chance.choice((0, 0, 1, 2)))]
    retried = [world.file(content) for content in again]
    found, out = world.join(returned, retried)
    expected, stray, lost = slow_join(world.requests, returned, retried)
    for name, rows in expected.items():
        assert out[name] == b"".join(row + b"\n" for row in rows), name
    assert sorted(filter(None, out.get("unmatched", b"").split(b"\n"))) == stray
    assert sorted(filter(None, out.get("duplicates", b"").split(b"\n"))) == lost
    assert found.as_dict() == {
        "requests": len(expected["results"]) + len(expected["errors"]) + len(expected["missing"]),
        "results": len(expected["results"]),
        "errors": len(expected["errors"]),
        "missing": len(expected["missing"]),
        "unmatched": len(stray),
        "duplicates": len(lost),
    }
    world.join(returned, retried)
    assert out == {name: (tmp_path / f"{name}.jsonl").read_bytes() for name in out}
