"""Files damaged at random: what fix promises holds for each, and merge gives their own ids back."""

import json
import os
import random

import pytest
from cli_world import request
from join_world import chat, claude

from preflight.contract import PROVIDERS
from preflight.requests.scan import scan

SEEDS = [range(15), pytest.param(range(15, 150), marks=pytest.mark.fuzz)]
MARK = b"\xef\xbb\xbf"
IDS = ("plain", "a b", "ä", "true", "1e3", "A", "\u2028", '"quoted"', "x" * 64, "back\\slash", "0")
BLANKS = (b"\n", b" \n", b"\t\r\n", b"\r\n", MARK + b"\n", MARK + b" \n")
JUNK = (
    *(b"[]\n", b"null\n", b'{"custom_id": "cut\n', b"{} {}\n", b"\xff\xfe\n", b"NaN\n", b"\x00\n"),
    *(b'{"custom_id": 7}\n', b'{"custom_id": true}\n', b'{"custom_id": 1.5}\n', b"  {}\n"),
)


def spelt(chance, custom_id):
    """A request in one of many spellings of the same."""
    made = request(custom_id, url=f"/v1/{chance.choice(('chat/completions', 'x'))}")
    if chance.random() < 0.3:
        made = dict(reversed(made.items()))
    if chance.random() < 0.2:
        made["body"]["metadata"] = {"custom_id": "deeper"}
    text = json.dumps(
        made,
        ensure_ascii=chance.random() < 0.5,
        separators=chance.choice(((",", ":"), (", ", ": "), (" , ", " : "))),
    )
    if chance.random() < 0.1:
        text = text.replace('"custom_id"', '"custom\\u005fid"')
    return text.encode()


def whole_file(chance, *, junk):
    """Its bytes, and the ids of its requests, of which each is there once."""
    ids = [f"{chance.choice(IDS)}{chance.choice(('', '-', '_', ' '))}{n}" for n in range(40)]
    ids += [n * 10**6 for n in range(chance.randrange(6))]
    chance.shuffle(ids)
    lines, own = [], []
    marks = chance.choice((0, 2))
    for custom_id in ids:
        if chance.random() < 0.2:
            lines.append(chance.choice(BLANKS if marks else BLANKS[:4]))
        if junk and chance.random() < 0.2:
            lines.append(chance.choice(JUNK))
        mark = MARK * chance.choice((0, 0, 0, 1, marks))
        end = chance.choice((b"\n", b"\n", b"\r\n"))
        lines.append(mark + spelt(chance, custom_id) + end)
        own.append(str(custom_id))
    if chance.random() < 0.3:
        lines.append(chance.choice(BLANKS[:4]))
    content = b"".join(lines)
    return content.removesuffix(b"\n") if chance.random() < 0.3 else content, own


@pytest.fixture(params=SEEDS, ids=len)
def damaged(request, monkeypatch, tmp_path):
    """For each seed: a source of chance, and an empty folder."""
    monkeypatch.setattr(os, "fsync", lambda _: None)  # nothing crashes here, and disks are slow

    def each():
        for seed in request.param:
            folder = tmp_path / str(seed)
            folder.mkdir()
            yield random.Random(seed), folder

    return each()


def some_providers(chance):
    return [
        p for name in chance.sample(PROVIDERS, chance.randrange(3)) for p in ("--provider", name)
    ]


def answers(chance, path):
    """What came back for each request of a file, in any order and shape."""
    rows = [json.loads(line)["custom_id"] for line in path.read_bytes().splitlines()]
    chance.shuffle(rows)
    return b"".join(
        json.dumps(chance.choice((chat, claude))(custom_id)).encode() + b"\n" for custom_id in rows
    )


def test_an_untidy_file_can_be_sent_and_its_results_have_its_own_ids(preflight, damaged):
    for chance, folder in damaged:
        goes_round(preflight, chance, folder)


def goes_round(preflight, chance, tmp_path):
    content, own = whole_file(chance, junk=False)
    source, target = tmp_path / "own.jsonl", tmp_path / "sent.jsonl"
    source.write_bytes(content)
    providers = some_providers(chance)
    assert preflight("fix", source, "--to", target, *providers)[0] == 0
    found = scan(target)
    assert found.requests == len(own)
    assert not {code for code in found.totals if not code.startswith(("id_", "import_"))}
    assert found.uncarried.keys().isdisjoint(providers)
    assert [same(line) for line in source.read_bytes().splitlines() if same(line)] == [
        same(line) for line in target.read_bytes().splitlines()
    ]

    again = tmp_path / "again.jsonl"
    assert preflight("fix", target, "--to", again, *providers)[0] == 0
    assert again.read_bytes() == target.read_bytes()
    assert not (tmp_path / "again.jsonl.ids").exists()

    came = tmp_path / "came.jsonl"
    came.write_bytes(answers(chance, target))
    ids = tmp_path / "sent.jsonl.ids"
    manifest = ("--manifest", ids) if ids.exists() else ()
    # In the damaged file a line with a mark alone, or with two, counts as a request.
    whole = scan(source).requests == len(own) and MARK * 2 not in content
    for number, requests in enumerate((target, source)[: 1 + whole]):
        folder = tmp_path / str(number)
        asked = ("--requests", requests, *manifest, came, "--to", folder)
        assert preflight("merge", *asked)[0] == 0
        assert [
            json.loads(line)["custom_id"]
            for line in (folder / "results.jsonl").read_bytes().splitlines()
        ] == own


def same(line):
    """A request without its id and its spelling; nothing for a blank line."""
    bare = line.replace(MARK, b"").strip()
    return {**json.loads(bare), "custom_id": ""} if bare else None


def test_whatever_a_file_holds_the_preview_says_what_the_repair_leaves(preflight, damaged):
    for chance, folder in damaged:
        is_foretold(preflight, chance, folder)


def is_foretold(preflight, chance, tmp_path):
    source, target = tmp_path / "own.jsonl", tmp_path / "fixed.jsonl"
    source.write_bytes(whole_file(chance, junk=True)[0])
    providers = (*some_providers(chance), "--format", "json")
    expected = json.loads(preflight("fix", source, "--diff", *providers)[1])
    code, out, _ = preflight("fix", source, "--to", target, *providers)
    found = json.loads(out)
    assert found["left"] == expected["left"]
    assert found["repairs"] == expected["repairs"]
    assert code == expected["exit_code"] == bool(found["left"])
    assert len(found["faults"]) == len(expected["faults"])
    assert not scan(target).totals.keys() & {"blank_line"}

    before = target.read_bytes()
    again = json.loads(preflight("fix", target, "--in-place", *providers)[1])
    assert target.read_bytes() == before
    assert (again["repairs"], again["left"]) == ({}, found["left"])
