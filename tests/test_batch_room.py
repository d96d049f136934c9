"""What may be open at once: each bound by itself, and the waves that come of them."""

from dataclasses import replace

import pytest

from preflight.batch.room import Bound, Room, admits, hindrance, waves
from preflight.batch.shards import whole

SHARD = whole(100, 5000, 1000)


def bound(amount):
    return Bound(amount, "a table, read 2026-10")


def shards(count):
    return [replace(SHARD, number=number) for number in range(1, count + 1)]


@pytest.mark.parametrize(
    ("room", "fit"),
    [
        (Room(max_jobs=bound(3)), 3),
        (Room(max_requests=bound(299)), 2),
        (Room(max_requests=bound(300)), 3),
        (Room(max_tokens=bound(4000)), 4),
        (Room(max_tokens=bound(3999)), 3),
        (Room(max_jobs=bound(4), max_tokens=bound(2000)), 2),
    ],
)
def test_so_many_fit_and_the_next_waits(room, fit):
    for count in range(fit):
        assert admits(room, shards(count), count, SHARD)
    assert not admits(room, shards(fit), fit, SHARD)
    assert [len(wave) for wave in waves(shards(2 * fit + 1), room)] == [fit, fit, 1]


def test_without_bounds_all_goes_at_once():
    assert [len(wave) for wave in waves(shards(50), Room())] == [50]


def test_nothing_has_no_waves():
    assert waves([], Room()) == ()


def test_what_is_larger_than_the_queue_is_let_in_alone():
    room = Room(max_tokens=bound(10), max_requests=bound(10))
    assert admits(room, [], 0, SHARD)
    assert not admits(room, shards(1), 1, SHARD)
    assert [len(wave) for wave in waves(shards(3), room)] == [1, 1, 1]


def test_files_are_counted_though_nothing_is_open():
    assert not admits(Room(max_files=bound(500)), [], 500, SHARD)
    assert admits(Room(max_files=bound(500)), [], 499, SHARD)


def test_files_stay_so_that_no_wave_waits_for_them():
    assert [len(wave) for wave in waves(shards(3), Room(max_files=bound(1)))] == [3]


def test_waves_keep_the_order():
    found = waves(shards(5), Room(max_jobs=bound(2)))
    assert [[shard.number for shard in wave] for wave in found] == [[1, 2], [3, 4], [5]]


def test_who_waits_is_told_for_what_and_by_which_source():
    said = hindrance(Room(max_jobs=Bound(20, "Service Quotas")), shards(20), 20, SHARD)
    assert said == "20 open batches, and 1 more, of at most 20 (Service Quotas)"
    said = hindrance(Room(max_files=bound(500)), [], 500, SHARD)
    assert said == "500 input files of at most 500 (a table, read 2026-10)"
    assert hindrance(Room(), shards(20), 20, SHARD) == ""
