"""A cluster is looked at while its answers are waited for."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from preflight.requests import watched
from preflight.requests.ahead import Ahead
from preflight.requests.watched import Watch, Watching


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(watched, "LOOK_SECONDS", 0.01)
    monkeypatch.setattr(watched, "ALONE_SECONDS", 0.05)


@pytest.fixture
def stuck():
    """An executor whose tasks wait, and what ends them."""
    gate = threading.Event()
    with ThreadPoolExecutor(1) as executor:
        yield executor, gate
        gate.set()


def watching(executor, running=lambda: True, workers=lambda: 1):
    return Watching(executor, Watch(running, workers), lambda task: task)


def test_an_answer_that_comes_late_comes(stuck):
    executor, gate = stuck
    asked = watching(executor).submit(lambda: gate.wait() and 7)
    threading.Timer(0.1, gate.set).start()
    assert asked.result() == 7


def test_where_the_scheduler_is_gone_nobody_waits(stuck):
    executor, gate = stuck
    asked = watching(executor, running=lambda: False).submit(gate.wait)
    with pytest.raises(ConnectionError, match="scheduler is gone"):
        asked.result()


def test_without_a_worker_for_long_nobody_waits(stuck):
    executor, gate = stuck
    results = Ahead(watching(executor, workers=lambda: 0), 2).map(gate.wait, [9, 9, 9])
    with pytest.raises(ConnectionError, match="no workers"):
        next(results)


def test_workers_that_come_back_are_waited_for(stuck):
    executor, gate = stuck
    looks = []

    def workers():
        looks.append(len(looks))
        if len(looks) > 12:
            gate.set()
        return len(looks) % 3

    assert watching(executor, workers=workers).submit(gate.wait).result() is True


def test_a_tasks_own_error_is_its_own_and_so_is_a_time_limit(stuck):
    executor, gate = stuck

    def late():
        raise TimeoutError("its own")

    with pytest.raises(TimeoutError, match="its own"):
        watching(executor).submit(late).result()
    asked = watching(executor).submit(gate.wait)
    with pytest.raises(TimeoutError):
        asked.result(0.03)
    waits = watching(executor).submit(gate.wait)
    assert waits.cancel()
