"""Results of many shards are joined to their requests by name; every row is accounted for."""

import json

import pytest
from join_world import World, ask, chat, gemini, ids, lines

from preflight.batch.joining import Returned
from preflight.batch.merged_files import Summary


@pytest.fixture
def world(tmp_path):
    return World(tmp_path)


def test_every_request_is_accounted_for_in_the_order_of_the_requests(world):
    found, out = world.three(lines(chat("r2"), chat("r0")), lines(chat("r1", code=500), chat("x")))
    assert found == Summary(requests=3, results=2, errors=1, missing=0, unmatched=1)
    assert ids(out["results"]) == ["r0", "r2"]
    assert ids(out["errors"]) == ["r1"]
    assert ids(out["again"]) == ["r1"]
    assert ids(out["unmatched"]) == ["x"]
    assert out["missing"] == b""
    assert "duplicates" not in out


def test_a_row_in_openais_shape_is_passed_on_byte_for_byte(world):
    row = json.dumps(chat("r0", more={"a": 1.50}), separators=(" ,", " : ")).encode()
    assert world.three(row)[1]["results"] == row + b"\n"


@pytest.mark.parametrize("end", [b"\r\n", b" \n", b"\n\n", b"\n \r\n"])
def test_lines_may_end_as_they_like(world, end):
    found, out = world.three(lines(chat("r1"), chat("r0"), chat("r2"), end=end))
    assert found.complete
    assert out["results"] == lines(chat("r0"), chat("r1"), chat("r2"))


def test_a_byte_order_mark_hides_no_request_and_no_row(world):
    mark = b"\xef\xbb\xbf"
    (shard,) = world.asked(mark + lines(ask("r0"), ask("r1")))
    found, out = world.join([Returned(shard, (world.file(mark + lines(chat("r0"), chat("r1"))),))])
    assert found.complete
    assert ids(out["results"]) == ["r0", "r1"]


def test_a_file_that_is_cut_off_gives_what_it_has(world):
    whole = lines(chat("r0"), chat("r1"), chat("r2"))
    found, out = world.three(whole[:-60])
    assert (found.results, found.missing, found.unmatched) == (2, 1, 1)
    assert out["missing"] == lines(ask("r2"))
    assert whole.endswith(out["unmatched"].removesuffix(b"\n") + whole[-60:])


def test_a_web_page_in_the_place_of_results_belongs_to_nobody(world):
    page = b"<!doctype html>\n<html>\n  <body>502</body>\n</html>\n"
    found, out = world.three(page)
    assert (found.missing, found.unmatched) == (3, 4)
    assert out["unmatched"] == page.replace(b"  <", b"<")


@pytest.mark.parametrize("junk", [b"\x00\x01\xff", b"null", b"[]", b"{}", b'"r0"', b"[" * 3000])
def test_a_row_that_is_none_hides_no_other(world, junk):
    found, out = world.three(lines(chat("r0")) + junk + b"\n" + lines(chat("r1"), chat("r2")))
    assert (found.results, found.unmatched) == (3, 1)
    assert out["unmatched"] == junk + b"\n"


def test_an_id_is_the_same_however_it_is_spelt(world):
    (shard,) = world.asked(b'{"custom_id": "r\\u0061\xc3\xa4\\/"}\n{"custom_id": 7}\n')
    rows = b'{"custom_id":"\\u0072a\\u00e4/","response":{"status_code":200,"body":"x"}}\n'
    rows += lines(gemini(7))
    found, out = world.join([Returned(shard, (world.file(rows),))])
    assert found.complete
    assert ids(out["results"]) == ["ra\u00e4/", "7"]


def test_a_row_that_is_no_text_is_an_error_of_its_request(world):
    rows = lines(chat("r0"), chat("r1"), chat("r2")).replace(b"Hello", b"H\xffllo", 1)
    found, out = world.three(rows)
    assert (found.results, found.errors) == (2, 1)
    assert "cannot be read" in out["errors"].decode()


def test_what_a_shard_of_several_brings_is_joined_to_that_shard_alone(world):
    first, second = world.asked(lines(ask("a"), ask("b"), ask("c"), ask("d")), most=2)
    files = world.file(lines(chat("b"), chat("a"), chat("c"))), world.file(lines(chat("d")))
    returned = [Returned(second, files[1:]), Returned(first, files[:1])]
    found, out = world.join(returned)
    assert (found.results, found.missing, found.unmatched) == (3, 1, 1)
    assert ids(out["results"]) == ["a", "b", "d"]


def test_a_shard_that_nothing_came_back_for_is_missing_whole(world):
    first, second = world.asked(lines(ask("a"), ask("b"), ask("c")), most=2)
    assert world.join([Returned(second, (world.file(lines(chat("c"))),))])[0].missing == 2
    assert world.join([Returned(first, ())])[0].missing == 3
    assert world.join([])[0] == Summary(3, 0, 0, 3, 0)


def test_shards_of_several_models_cross_each_other(world):
    asked = [ask(f"r{i}", "abc"[i % 3]) for i in range(60)]
    shards = world.asked(lines(*asked), most=7, by_model=True)
    assert len(shards) == 9
    rows = [chat(f"r{i}") for i in range(60)]
    left = {model: [i for i in range(60) if "abc"[i % 3] == model] for model in "abc"}
    returned = []
    for shard in shards:
        mine = [left[shard.model].pop(0) for _ in range(shard.requests)]
        content = lines(*(rows[number] for number in reversed(mine)))
        returned.append(Returned(shard, (world.file(content),)))
    found, out = world.join(returned)
    assert found.complete
    assert found.unmatched == 0
    assert out["results"] == lines(*rows)


def test_a_line_over_every_limit_is_a_request_without_a_result(world, monkeypatch):
    monkeypatch.setattr("preflight.batch.blocks.LONGEST_LINE", 600_000)
    long = lines(ask("x" * 700_000))
    shards = world.asked(lines(ask("r0")) + long + lines(ask("r2")))
    rows = lines(chat("r0")) + lines(chat("r1", "y" * 700_000)) + lines(chat("r2"))
    found, out = world.join([Returned(shards[0], (world.file(rows),))])
    assert (found.requests, found.results, found.missing, found.unmatched) == (3, 2, 1, 1)
    assert out["missing"] == out["again"] == long
    assert out["unmatched"] == lines(chat("r1", "y" * 700_000))


def test_a_merge_that_dies_leaves_what_was_there(world, monkeypatch):
    world.three(lines(chat("r0"), chat("r1"), chat("r2")))
    before = {path.name: path.read_bytes() for path in world.folder.iterdir()}
    monkeypatch.setattr("preflight.batch.disk.os.fsync", lambda _: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        world.three(lines(chat("r1")))
    after = {path.name: path.read_bytes() for path in world.folder.iterdir()}
    assert after.keys() - before.keys() == {"raw-2"}
    assert {name: after[name] for name in before} == before


def test_nothing_asked_for_is_no_success(world):
    world.requests.write_bytes(b"\n\n")
    assert not world.join([])[0].complete
