"""A Dask cluster of two processes reads what is stored, and reports what one process reports."""

import logging
import os
import signal
import sys
import threading
import time
import warnings
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context

import pytest
from cli_world import one_sentence
from distributed import Client, LocalCluster
from request_files import good_lines, write
from scan_world import evenly, orderly, straddling, timeless
from storage_world import BUCKET, environment, no_threads_left, stored

from preflight import version
from preflight.requests import lines
from preflight.requests.cluster import Task, connected
from preflight.requests.remote import pinned
from preflight.requests.several import scan_files
from preflight.seams import Unreachable, UsageError
from preflight.version import VERSION

BLOCK = 512
SETUP = f"""
import os, time
from preflight.requests import lines, ranges

lines.BLOCK, lines.BUFFER = {BLOCK}, 1_500
quickly = ranges.read

def slowly(*arguments, quickly=quickly, **options):
    if os.path.exists(os.environ["SLOWLY"]):
        time.sleep(0.05)
    return quickly(*arguments, **options)

ranges.read = slowly
"""
"""What each worker runs first, whenever it starts: cells so small that lines reach over many."""


@contextmanager
def cluster_of(workers, **options):
    """A scheduler and so many workers on loopback."""
    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    with (
        warnings.catch_warnings(),
        LocalCluster(
            n_workers=workers,
            threads_per_worker=1,
            dashboard_address="127.0.0.1:0",
            worker_dashboard_address="127.0.0.1:0",
            host="127.0.0.1",
            **options,
        ) as cluster,
    ):
        yield cluster


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """An S3 and a cluster of two processes that read there."""
    folder = tmp_path_factory.mktemp("cluster")
    setup = folder / "setup_of_a_worker.py"
    setup.write_text(SETUP)
    slowly = {"SLOWLY": str(folder / "slowly")}
    with (
        no_threads_left(),
        stored() as (s3, variables),
        environment(variables | slowly),
        cluster_of(2, processes=True, preload=[str(setup)]) as cluster,
    ):
        yield s3, variables, cluster, folder / "slowly"


@pytest.fixture
def s3(world, monkeypatch):
    client, variables, *_ = world
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(lines, "BLOCK", BLOCK)
    monkeypatch.setattr(lines, "BUFFER", 1_500)
    return client


@pytest.fixture
def address(world):
    return world[2].scheduler_address


def put(s3, every, key):
    s3.put_object(Bucket=BUCKET, Key=key, Body=b"".join(one + b"\n" for one in every))
    return f"s3://{BUCKET}/{key}"


@pytest.mark.parametrize(
    "stretches", [7, *(pytest.param(many, marks=pytest.mark.scale) for many in (1, 2, 31, 101))]
)
def test_a_cluster_reports_what_one_process_reports(s3, address, preflight, monkeypatch, stretches):
    every = straddling()
    urls = [put(s3, every, "one.jsonl"), put(s3, every[5:60] + orderly(900, 930), "two.jsonl")]
    asked = ("scan", *urls, "--max-findings", "20", "--json")
    _, alone, _ = preflight(*asked)
    monkeypatch.setattr("preflight.requests.several.cuts", evenly(stretches))
    code, together, err = preflight(*asked, "--cluster", address)
    assert (code, err) == (1, "")
    assert timeless(together) == timeless(alone)


@pytest.mark.scale
def test_101_ranges_of_ids_in_order_are_read_once(s3, address, preflight, monkeypatch):
    url = put(s3, good_lines(300), "good.jsonl")
    _, alone, _ = preflight("scan", url, "--provider", "openai", "--json")
    monkeypatch.setattr("preflight.requests.several.cuts", evenly(101))
    asked = ("scan", url, "--provider", "openai", "--json", "--cluster", address)
    code, together, err = preflight(*asked)
    assert (code, err) == (0, "")
    assert timeless(together) == timeless(alone)


def test_every_executor_gives_the_same_scan(s3, address, monkeypatch):
    source = pinned(put(s3, straddling(), "one.jsonl"))
    alone = scan_files([source])
    monkeypatch.setattr("preflight.requests.several.cuts", evenly(5))
    with ThreadPoolExecutor(2) as executor:
        assert scan_files([source], executor=executor) == alone
    with connected(address) as cluster:
        assert cluster.number == 2
        assert scan_files([source], executor=cluster.executor) == alone
    with Client(address, set_as_default=False) as client:
        assert scan_files([source], executor=client.get_executor(pure=False)) == alone


@pytest.mark.scale
def test_a_pool_of_processes_gives_the_same_scan(world, tmp_path, monkeypatch):
    # With cells of the size that they have: a process that is started anew has these.
    for name, value in world[1].items():
        monkeypatch.setenv(name, value)
    source = pinned(put(world[0], straddling(60, 60_000), "large.jsonl"))
    alone = scan_files([source])
    monkeypatch.setattr("preflight.requests.several.cuts", evenly(4))
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as executor:
        assert scan_files([source], executor=executor) == alone


def test_files_on_a_shared_disk_are_read_by_their_path(s3, address, preflight, tmp_path):
    path = write(tmp_path / "one.jsonl", straddling(60, 500))
    _, alone, _ = preflight("scan", path, "--json")
    _, together, err = preflight("scan", path, "--json", "--cluster", address)
    assert err == ""
    assert timeless(together) == timeless(alone)


def test_what_a_worker_cannot_read_is_said_by_its_machine(
    s3, address, preflight, tmp_path, monkeypatch
):
    path = write(tmp_path / "one.jsonl", good_lines(9))

    def cuts(size, _):
        path.unlink(missing_ok=True)
        return (0, size)

    monkeypatch.setattr("preflight.requests.several.cuts", cuts)
    code, out, err = preflight("scan", path, "--cluster", address)
    assert (code, out) == (2, "")
    assert one_sentence(err)
    assert "put it where every worker sees it" in err


def test_another_version_on_a_worker_is_refused(s3, address, preflight):
    url = put(s3, good_lines(3), "good.jsonl")
    with Client(address, set_as_default=False) as client:
        odd = next(iter(client.nthreads()))
        client.run(versioned, "0.0.7", workers=[odd])
        try:
            code, out, err = preflight("scan", url, "--cluster", address)
        finally:
            client.run(versioned, VERSION, workers=[odd])
    assert (code, out) == (2, "")
    assert one_sentence(err)
    assert f"worker {odd} of {address}: has preflight 0.0.7" in err
    assert preflight("scan", url, "--cluster", address)[0] == 0


def versioned(number):
    version.VERSION = number


def test_a_worker_of_another_version_that_joins_later_does_nothing():
    with pytest.raises(UsageError, match=r"has preflight .* on Python"):
        Task(print, ("0.0.7", "3.11"))("never")


@pytest.mark.parametrize(
    "address", ["nonsense", "tcp://host", "banana://127.0.0.1:1", "tcp://a b:1"]
)
def test_what_is_no_address_is_refused(preflight, tmp_path, address):
    path = write(tmp_path / "one.jsonl", good_lines(2))
    code, out, err = preflight("scan", path, "--cluster", address)
    assert (code, out) == (2, "")
    assert one_sentence(err)


def test_nobody_at_the_address_is_no_verdict(preflight, tmp_path, monkeypatch):
    monkeypatch.setattr("preflight.requests.cluster.SECONDS", 0.3)
    path = write(tmp_path / "one.jsonl", good_lines(2))
    code, out, err = preflight("scan", path, "--cluster", "tcp://127.0.0.1:9")
    assert (code, out) == (3, "")
    assert one_sentence(err)
    assert "no scheduler answered within 0.3 s" in err


def test_a_cluster_without_workers_is_no_verdict():
    with (
        cluster_of(0, processes=False, protocol="tcp://") as cluster,
        pytest.raises(Unreachable, match=r"had no worker within 0\.3 s"),
        connected(cluster.scheduler_address, seconds=0.3),
    ):
        pass


def test_without_the_extra_it_is_named(preflight, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    path = write(tmp_path / "one.jsonl", good_lines(2))
    code, _, err = preflight("scan", path, "--cluster", "tcp://127.0.0.1:9")
    assert code == 2
    assert one_sentence(err)
    assert "pip install 'batch-preflight[cluster]'" in err


def test_a_worker_that_is_killed_takes_nothing_with_it(s3, world, address, preflight, monkeypatch):
    url = put(s3, good_lines(400) + good_lines(20), "killed.jsonl")
    _, alone, _ = preflight("scan", url, "--json")
    monkeypatch.setattr("preflight.requests.several.cuts", evenly(30))
    with Client(address, set_as_default=False) as client:
        before = client.run(os.getpid)
    victim = next(iter(before.values()))

    def kill():
        time.sleep(0.4)
        os.kill(victim, signal.SIGKILL)

    world[3].touch()
    killer = threading.Thread(target=kill)
    killer.start()
    try:
        code, together, err = preflight("scan", url, "--json", "--cluster", address)
        assert not killer.is_alive()
    finally:
        world[3].unlink()
        killer.join()
    assert (code, err) == (1, "")
    assert timeless(together) == timeless(alone)
    with Client(address, set_as_default=False) as client:
        assert victim not in client.run(os.getpid).values()
