"""When a run will have ended: a number where there is ground for one, and none before."""

from dataclasses import replace

import pytest

from preflight.batch.answers import Batch
from preflight.batch.pace import Pace
from preflight.batch.shards import whole
from preflight.batch.stage import Fetched, Stage
from preflight.batch.tracks import Track

BEGUN = 1_000_000.0
NEW = Stage(1, False, None, None, 0.0, None, None)


class Clock:
    at = 0.0

    def monotonic(self):
        return 50 + self.at

    def epoch(self):
        return BEGUN + self.at


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def pace(clock):
    return Pace(clock.monotonic, clock.epoch)


def shards(count, requests=100):
    return [
        Track(replace(whole(requests, 1, 1), number=number), None, NEW)
        for number in range(1, count + 1)
    ]


def create(track, clock):
    track.stage = replace(NEW, created=f"batch-{track.shard.number}", created_at=clock.epoch())


def end(track, rows=100):
    track.stage = replace(track.stage, fetched=Fetched("completed", (), rows))


def count(track, done, total=100):
    track.batch = Batch("b", "in_progress", total=total, completed=done, failed=0)


def test_one_shard_goes_on_as_it_was_counted_and_not_before_it_was_counted_twice(pace, clock):
    (track,) = tracks = shards(1)
    create(track, clock)
    seen = []
    for at, done, total in ((0, 0, 0), (100, 0, 100), (110, 10, 100), (120, 20, 100)):
        clock.at = at
        count(track, done, total)
        seen.append(pace.look(tracks))
    # What it waited for before it was counted is no measure of what follows.
    assert seen == [None, None, None, 80.0]
    clock.at = 140
    assert pace.look(tracks) == 160.0


def test_what_was_done_before_this_process_looked_is_no_pace(pace, clock):
    (track,) = tracks = shards(1)
    create(track, clock)
    for at, done in ((0, 90), (10, 91), (20, 92)):
        clock.at = at
        count(track, done)
        left = pace.look(tracks)
    assert left == 80.0


def test_a_count_that_stands_still_or_never_comes_is_no_ground(pace, clock):
    (track,) = tracks = shards(1)
    create(track, clock)
    for at in range(0, 100, 10):
        clock.at = at
        count(track, 0, 0)
        assert pace.look(tracks) is None
        count(track, 5)
        assert pace.look(tracks) is None


def test_a_count_that_fell_begins_anew(pace, clock):
    (track,) = tracks = shards(1)
    create(track, clock)
    for at, done in ((0, 10), (10, 20), (20, 30), (30, 0), (40, 10)):
        clock.at = at
        count(track, done)
        left = pace.look(tracks)
    assert left is None


def test_shards_that_wait_and_that_ended_are_part_of_the_whole(pace, clock):
    first, second, _ = tracks = shards(3)
    create(first, clock)
    create(second, clock)
    for at, one, other in ((0, 0, 0), (10, 20, 0), (20, 100, 20)):
        clock.at = at
        count(first, one)
        count(second, other)
        left = pace.look(tracks)
    assert left == 180 * 20 / 120
    end(first)
    assert pace.look(tracks) == left


def test_without_counts_shards_take_as_long_as_those_that_ended(pace, clock):
    tracks = shards(5)
    for track in tracks[:2]:
        create(track, clock)
    assert pace.look(tracks) is None
    clock.at = 60
    end(tracks[0])
    create(tracks[2], clock)
    # The second is as old as the first was: it may end at any time, and nobody knows when.
    assert pace.look(tracks) is None
    clock.at = 80
    end(tracks[1])
    create(tracks[3], clock)
    # 70 seconds each: the fourth has all of them before it, and the last one waits for a place.
    assert pace.look(tracks) == 70 + 70
    clock.at = 140
    assert pace.look(tracks) is None


def test_a_shard_that_failed_or_ended_before_anybody_looked_is_no_measure(pace, clock):
    first, second, third = tracks = shards(3)
    for track in tracks:
        create(track, clock)
    end(first)
    assert pace.look(tracks) is None
    clock.at = 5
    end(second, rows=0)
    assert pace.look(tracks) is None
    assert third.open


def test_when_all_has_ended_nothing_is_left_to_tell(pace, clock):
    tracks = shards(2)
    for track in tracks:
        create(track, clock)
    pace.look(tracks)
    clock.at = 10
    for track in tracks:
        end(track)
    assert pace.look(tracks) is None
