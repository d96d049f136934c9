"""Any executor, given only so many tasks ahead; and hashes sent to whoever shares no disk."""

import threading
from array import array
from concurrent.futures import CancelledError, ThreadPoolExecutor
from itertools import count

import pytest

from preflight.requests import unique
from preflight.requests.ahead import Ahead
from preflight.requests.duplicates import deal, together
from preflight.requests.spill import Spills
from preflight.requests.unique import compared, pieces


def test_results_come_in_order_and_no_more_is_taken_than_is_ahead():
    taken = []

    def numbers():
        for number in count():
            taken.append(number)
            yield number

    with ThreadPoolExecutor(3) as executor:
        results = Ahead(executor, 4).map(lambda one, other: one * other, numbers(), numbers())
        assert len(set(taken)) == 4
        assert [next(results) for _ in range(20)] == [n * n for n in range(20)]
        assert len(set(taken)) <= 25
        results.close()


def test_what_waits_is_cancelled_where_a_task_fails():
    stop = threading.Event()
    done = []

    def task(number):
        if number == 0:
            raise ValueError("the first")
        stop.wait(5)
        done.append(number)

    with ThreadPoolExecutor(1) as executor:
        results = Ahead(executor, 8).map(task, range(100))
        with pytest.raises(ValueError, match="the first"):
            list(results)
        stop.set()
    assert len(done) <= 1


def test_a_cancelled_task_is_told():
    with ThreadPoolExecutor(1) as executor:
        gate = threading.Event()
        executor.submit(gate.wait)
        results = Ahead(executor, 2).map(str, range(3))
        executor.shutdown(wait=False, cancel_futures=True)
        gate.set()
        with pytest.raises(CancelledError):
            list(results)


@pytest.mark.parametrize("sent", [10, 700, 100_000])
def test_hashes_that_are_sent_say_what_those_on_disk_say(tmp_path, monkeypatch, sent):
    monkeypatch.setattr(unique, "SENT", sent)
    spills = Spills(tmp_path, 4)
    values = [(7_919 * number) % 65_537 for number in range(3_000)]
    files = {0: values + values[:50], 1: [*values[100:130], 99_999_999]}
    for file, some in files.items():
        spills.put(file, array("q", some))
    numbers = {0: [0], 1: [1]}
    sent_ones = [one for part in range(4) for one in pieces(spills, numbers, part)]
    assert sum(len(one[0]) for one in sent_ones) == len(files[0])
    assert max(sum(map(len, one.values())) for one in sent_ones) <= max(2 * sent, 64)
    found = [compared(one, 10) for one in sent_ones]
    whole = compared({file: array("q", some) for file, some in files.items()}, 10)
    assert together(one.within[0] for one in found).hashes == whole.within[0].hashes
    assert sum(one.across.more for one in found) == whole.across.more == 30
    assert sum(one.each.get(1, 0) for one in found) == 30


def test_dealing_leaves_nothing_out():
    assert sum(map(len, deal(array("q", range(1_000)), 8))) == 1_000
