"""A request with more rows than one: the last success wins, and none is lost."""

import pytest
from join_world import World, chat, ids, lines

from preflight.batch.joining import Returned

OLD, NEW, FAILED, BUSY = (
    chat("r0", "old"),
    chat("r0", "new"),
    chat("r0", code=500),
    chat("r0", code=429),
)


@pytest.fixture
def world(tmp_path):
    return World(tmp_path)


@pytest.mark.parametrize(
    ("files", "kept", "apart"),
    [
        ([[OLD, NEW]], NEW, [OLD]),
        ([[NEW, OLD]], OLD, [NEW]),
        ([[OLD], [NEW]], NEW, [OLD]),
        ([[OLD, FAILED]], OLD, [FAILED]),
        ([[FAILED, OLD]], OLD, [FAILED]),
        ([[OLD], [FAILED]], OLD, [FAILED]),
        ([[FAILED], [OLD]], OLD, []),
        ([[FAILED], [BUSY]], BUSY, []),
        ([[BUSY, FAILED]], FAILED, [BUSY]),
        ([[FAILED], [BUSY], [OLD, NEW]], NEW, [OLD]),
    ],
)
@pytest.mark.parametrize("renamed", [False, True])
def test_the_last_success_wins_or_else_the_last_error(world, files, kept, apart, renamed):
    def named(row):
        return {**row, "custom_id": "r0000000000"} if renamed else row

    contents = [lines(*map(named, rows)) for rows in files]
    found, out = world.three(*contents, renamed=renamed)
    assert out["results"] + out["errors"] == lines(kept)
    assert (found.missing, found.unmatched, found.duplicates) == (2, 0, len(apart))
    assert out.get("duplicates", b"") == lines(*map(named, apart))


@pytest.mark.parametrize(
    ("first", "again", "kept", "apart"),
    [
        ([OLD], [[NEW]], NEW, [OLD]),
        ([FAILED], [[NEW]], NEW, []),
        ([FAILED], [[BUSY]], BUSY, []),
        ([OLD], [[BUSY]], OLD, [BUSY]),
        ([], [[NEW]], NEW, []),
        ([], [[FAILED], [NEW]], NEW, []),
        ([], [[NEW], [FAILED]], NEW, [FAILED]),
    ],
)
def test_what_was_tried_again_comes_in_the_place_of_what_was_there(
    world, first, again, kept, apart
):
    found, out = world.three(lines(*first), retried=[lines(*rows) for rows in again])
    assert out["results"] + out["errors"] == lines(kept)
    assert (found.unmatched, found.duplicates) == (0, len(apart))
    assert out.get("duplicates", b"") == lines(*apart)


def test_what_was_tried_again_and_is_nobodys_is_kept(world):
    found, out = world.three(b"", retried=[lines(chat("r1"), chat("who"))])
    assert (found.results, found.unmatched) == (1, 1)
    assert ids(out["unmatched"]) == ["who"]


def test_a_request_that_is_there_twice_has_one_result(world):
    (shard,) = world.asked(lines({"custom_id": "r0"}, {"custom_id": "r0"}))
    found, _ = world.join([Returned(shard, (world.file(lines(OLD, NEW)),))])
    assert (found.results, found.missing, found.duplicates) == (1, 1, 1)


def test_what_was_apart_is_forgotten_with_a_better_download(world):
    assert "duplicates" in world.three(lines(OLD, NEW))[1]
    assert "duplicates" not in world.three(lines(NEW))[1]
