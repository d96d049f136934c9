"""Copies of the process that share its work: all of it, in order, once; and what goes wrong."""

import os
import signal
import sys
import threading
import time
from pathlib import Path

import pytest
from request_files import good_lines, write

from preflight.requests import forked, ranges, workers
from preflight.requests.forked import EndedError, Work
from preflight.requests.scan import scan
from preflight.seams import RequestFileError

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="copies are made on Linux alone"),
    # Those who run tests side by side have a thread of their own.
    pytest.mark.filterwarnings("ignore:This process.*is multi-threaded:DeprecationWarning"),
]

SLOW = 0.005


@pytest.fixture
def shared():
    """Shares a task; whatever becomes of it, no process is left."""
    made = []

    def share(task, arguments, number=3):
        made.append(Work(task, [(one,) for one in arguments], number))
        return made[-1]

    yield share
    for work in made:
        work.end()
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


def who(number):
    time.sleep(SLOW)
    return number, os.getpid()


@pytest.mark.parametrize("number", [1, 2, 3, 50])
def test_results_come_in_the_order_of_the_arguments(shared, number):
    found = list(shared(who, range(20), number))
    assert [one for one, _ in found] == list(range(20))
    assert 1 <= len({pid for _, pid in found}) <= number


def test_this_process_works_too(shared):
    assert os.getpid() in {pid for _, pid in shared(who, range(12))}


def test_nothing_to_do_is_done_at_once(shared):
    assert list(shared(who, [])) == []


def test_where_there_may_be_no_more_processes_this_one_does_it_all(shared, monkeypatch):
    def refuse():
        raise BlockingIOError(11, "Resource temporarily unavailable")

    before = len(list(Path("/proc/self/fd").iterdir()))
    monkeypatch.setattr(os, "fork", refuse)
    assert {pid for _, pid in shared(who, range(9))} == {os.getpid()}
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_more_tasks_than_turns_are_all_done(shared, monkeypatch):
    monkeypatch.setattr(forked, "MOST_TURNS", 7)
    assert list(shared(lambda one: one * 2, range(100))) == [one * 2 for one in range(100)]


def test_results_larger_than_a_pipe_come_whole(shared):
    sizes = [3 << 20, 0, 5 << 20, 1, 2 << 20]
    assert [len(one) for one in shared(lambda size: b"x" * size, sizes)] == sizes


def test_an_error_is_raised_as_it_is(shared):
    def fail(number):
        time.sleep(SLOW)
        if number == 5:
            raise RequestFileError("requests.jsonl", "is odd", "mend it")
        return number

    with pytest.raises(RequestFileError, match="is odd"):
        list(shared(fail, range(20)))


def test_a_copy_that_is_killed_is_told_of(shared):
    me = os.getpid()

    def end(number):
        if os.getpid() != me:
            os.kill(os.getpid(), signal.SIGKILL)
        time.sleep(SLOW)
        return number

    with pytest.raises(EndedError):
        list(shared(end, range(30)))


def test_who_stops_early_leaves_no_copy_behind(shared):
    work = shared(who, range(200))
    assert next(work)[0] == 0
    pids = [copy.pid for copy in work.copies.values()]
    work.end()
    work.end()
    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


def test_a_file_whose_reader_is_killed_is_refused_with_a_way_out(tmp_path, monkeypatch):
    monkeypatch.setattr(workers, "ALONE", 1_000)
    monkeypatch.setattr(ranges, "LEAST", 2_000)
    me, really = os.getpid(), ranges.read

    def read(*arguments, **options):
        if os.getpid() != me:
            os.kill(os.getpid(), signal.SIGKILL)
        time.sleep(SLOW)
        return really(*arguments, **options)

    monkeypatch.setattr(ranges, "read", read)
    path = write(tmp_path / "requests.jsonl", good_lines(400))
    with pytest.raises(RequestFileError, match="a process that read it was ended") as refused:
        scan(path, jobs=2)
    assert refused.value.remedy == "add --jobs 1"


def test_with_threads_there_are_no_copies_but_new_processes(tmp_path, monkeypatch):
    monkeypatch.setattr(workers, "ALONE", 1)
    over = threading.Event()
    thread = threading.Thread(target=over.wait)
    thread.start()
    try:
        with workers.workers("requests.jsonl", 10, 2) as hands:
            assert hands.executor is not None
            assert not hands.forked
        path = write(tmp_path / "requests.jsonl", good_lines(50))
        assert scan(path, jobs=2, digest=False) == scan(path, digest=False)
    finally:
        over.set()
        thread.join()
