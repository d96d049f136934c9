"""Cutting a shard's file: byte for byte, by model, and under other names."""

import hashlib
import io
import json
import random

import pytest
from test_requests_fuzz import damaged

from preflight.batch.shards import ShardLimits, cut, renamed, sent_id, split, whole
from preflight.requests.index import index
from preflight.seams import RunError

WIDE = ShardLimits(1, 1000, 10**9)


def line(custom_id, model="m", **spelling):
    return json.dumps({"custom_id": custom_id, "body": {"model": model}}, **spelling).encode()


def pieces(path, content, limits=WIDE, *, by_model=False, renamed=False):
    path.write_bytes(content)
    found = split(index(path), limits, by_model=by_model, renamed=renamed)
    made = []
    for shard in found:
        to = io.BytesIO()
        assert cut(path, shard, to) == hashlib.sha256(to.getvalue()).hexdigest()
        assert len(to.getvalue()) == shard.bytes
        assert sum(bool(one.strip()) for one in to.getvalue().split(b"\n")) == shard.requests
        made.append(to.getvalue())
    return made


@pytest.fixture
def path(tmp_path):
    return tmp_path / "requests.jsonl"


def test_the_shards_of_a_file_are_its_lines(path):
    lines = [line(f"id {n}") for n in range(7)]
    made = pieces(path, b"\n".join(lines) + b"\n", ShardLimits(1, 3, 10**9))
    assert [one.splitlines() for one in made] == [lines[:3], lines[3:6], lines[6:]]


def test_a_last_line_without_a_newline_gets_one(path):
    assert pieces(path, line("a")) == [line("a") + b"\n"]


def test_a_carriage_return_stays(path):
    content = line("a") + b"\r\n" + line("b") + b"\r\n"
    assert pieces(path, content) == [content]


def test_blank_lines_stay_between_the_requests_of_a_shard(path):
    several = [line("a b"), b" \r\n\n" + line("c d"), b"\n" + line("e f")]
    content = b"\n" + b"\n".join(several) + b"\n\n"
    assert pieces(path, content) == [content[1:-1]]
    two = pieces(path, content, ShardLimits(1, 2, 10**9))
    assert two == [several[0] + b"\n" + several[1] + b"\n", line("e f") + b"\n"]
    (made,) = pieces(path, content, renamed=True)
    assert [len(one) for one in made.split(b"\n")] == [
        len(one) + 8 * (len(one) > 2) for one in content[1:-1].split(b"\n")
    ]


def test_the_blank_lines_before_another_models_request_are_not_sent(path):
    content = line("1", "a") + b"\n\n\n" + line("2", "b") + b"\n \n" + line("3", "a")
    first, second = pieces(path, content, by_model=True)
    assert first == line("1", "a") + b"\n \n" + line("3", "a") + b"\n"
    assert second == line("2", "b") + b"\n"


def test_the_file_as_it_is_keeps_its_blank_lines(path):
    content = b"\n" + line("a") + b"\n\n"
    path.write_bytes(content)
    to = io.BytesIO()
    cut(path, whole(1, len(content), 1), to)
    assert to.getvalue() == content


def test_the_file_as_it_is_gets_a_last_newline(path):
    path.write_bytes(line("a"))
    to = io.BytesIO()
    cut(path, whole(1, len(line("a")), 1, closed=False), to)
    assert to.getvalue() == line("a") + b"\n"


def test_each_model_gets_its_own_lines(path):
    lines = [line(str(n), "ab"[n % 2]) for n in range(6)]
    made = pieces(path, b"\n".join(lines), ShardLimits(1, 2, 10**9), by_model=True)
    assert [one.splitlines() for one in made] == [
        [lines[0], lines[2]],
        [lines[1], lines[3]],
        [lines[4]],
        [lines[5]],
    ]


def test_renamed_requests_are_named_by_their_place_in_the_whole_file(path):
    lines = [line(f"ticket {n}") for n in range(5)]
    made = pieces(path, b"\n\n".join(lines), ShardLimits(1, 2, 10**9), renamed=True)
    sent = b"".join(made).replace(b"\n\n", b"\n").splitlines()
    named = [json.loads(one)["custom_id"] for one in sent]
    assert named == [sent_id(n) for n in range(5)]


def test_renamed_requests_of_several_models_keep_their_place(path):
    lines = [line(f"{n}", "ab"[n % 2]) for n in range(6)]
    made = pieces(path, b"\n".join(lines), by_model=True, renamed=True)
    named = [[json.loads(one)["custom_id"] for one in whole.splitlines()] for whole in made]
    assert named == [[sent_id(0), sent_id(2), sent_id(4)], [sent_id(1), sent_id(3), sent_id(5)]]


def test_all_but_the_name_stays_byte_for_byte():
    before = b'{ "body" : {"custom_id":"no", "n": 1.50} ,  "custom_id" : "a b"  }'
    after = b'{ "body" : {"custom_id":"no", "n": 1.50} ,  "custom_id" : "r0000000003"  }'
    assert json.loads(renamed(before, 3)) == json.loads(after)
    plain = b'{"custom_id": "a b", "body": {"n": 1.50, "custom_id": "no"}}'
    assert renamed(plain, 3) == plain.replace(b'"a b"', b'"r0000000003"')


@pytest.mark.parametrize(
    "before",
    [
        b'{"custom_id": "\\u0061\\u0062", "body": {}}',
        b'{"custom_id": "first", "custom_id": "\\/", "body": {}}',
        b'{"custom\\u005fid": "x", "body": {}}',
        b'{"body": {"custom_id": "r0000000003"}, "custom_id": "r0000000003"}',
        b'{"body": {"text": "\\"custom_id\\": \\"x\\""}, "custom_id": "\\"custom_id\\": 1"}',
    ],
)
def test_a_name_is_found_however_it_is_spelt(before):
    after = json.loads(renamed(before, 3))
    assert after.pop("custom_id") == "r0000000003"
    expected = json.loads(before)
    del expected["custom_id"]
    assert after == expected


@pytest.mark.parametrize(
    "before", [b"{", b"[]", b'{"custom_id": 7}', b'{"custom_id": ""}', b"{}", b'"\xff"']
)
def test_a_line_without_a_name_is_sent_as_it_is(before):
    assert renamed(before, 3) == before


CHARACTERS = 'a0 -_."\\/\n\t\x01\x7f\u00e9\u65e5\u2028\U0001f600'


@pytest.mark.parametrize("seed", range(100))
def test_what_is_planned_is_what_is_cut_whatever_the_names(path, seed):
    rng = random.Random(seed)
    lines = []
    for _ in range(8):
        name = "".join(rng.choices(CHARACTERS, k=rng.randint(1, 8)))
        made = line(name, ensure_ascii=rng.random() < 0.5)
        lines.append(made if rng.random() < 0.5 else b'{"x": {"custom_id": 1}, ' + made[1:])
    made = b"".join(pieces(path, b"\n".join(lines), renamed=True))
    named = [json.loads(one)["custom_id"] for one in made.splitlines()]
    assert named == [sent_id(n) for n in range(len(lines))]


def test_a_file_that_is_not_the_planned_one_is_refused(path):
    content = line("a") + b"\n" + line("b") + b"\n"
    path.write_bytes(content)
    (shard,) = split(index(path), WIDE, by_model=False, renamed=False)
    path.write_bytes(content[:-5])
    with pytest.raises(RunError, match="were planned"):
        cut(path, shard, io.BytesIO())


def test_damaged_lines_are_as_long_as_planned_and_keep_their_place(path):
    chance = random.Random(7)
    lines = [damaged(chance, number) for number in range(3000)]
    made = pieces(path, b"\n".join(lines), ShardLimits(1, 500, 10**9), by_model=True, renamed=True)
    assert b"".join(made).count(b"\n") <= len(lines)


def test_a_byte_order_mark_stays_before_a_renamed_line(path):
    content = b"\xef\xbb\xbf" + line("a b") + b"\n"
    assert pieces(path, content, renamed=True) == [content.replace(b"a b", b"r0000000000")]
