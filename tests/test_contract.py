"""The same run against gateways that this project did not write.

Run with `pytest -m contract`: it needs the network (and npm), installs each gateway into a
temporary folder, and is no part of `make test`. `-k "not litellm"` leaves out the large one.
docs/gateways.md says what each of them does differently.
"""

import json
import time

import httpx2
import pytest
from cli_world import IDS, ended, started, write_promises, write_requests
from foreign_gateways import GATEWAYS, KEY
from weather import Sky
from weather_kinds import AFTER

pytestmark = [pytest.mark.contract, pytest.mark.timeout(900)]

SEND = ("requests.jsonl", "--out", "run", "--offline", "--force")
RUN = ("run", *SEND)
MANY = tuple(f"r-{number:05d}" for number in range(2000))


@pytest.fixture(scope="module", params=GATEWAYS)
def gateway(request, tmp_path_factory):
    with GATEWAYS[request.param](tmp_path_factory.mktemp(request.param)) as url:
        yield url


@pytest.fixture(autouse=True)
def sky(gateway, tmp_path, monkeypatch):
    write_requests(tmp_path / "requests.jsonl")
    monkeypatch.chdir(tmp_path)
    with Sky(gateway) as proxy:
        promises = write_promises(tmp_path / "promises.json", proxy.url)
        monkeypatch.setenv("PREFLIGHT_PROMISES", str(promises))
        monkeypatch.setenv("PREFLIGHT_POLL_SECONDS", "0.2")
        monkeypatch.setenv("TFY_API_KEY", KEY)
        yield proxy


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "run"


@pytest.fixture
def created(gateway):
    """How many batches the gateway has more than at the start, by its own list."""

    def known():
        headers, found, after = {"Authorization": f"Bearer {KEY}"}, set(), {}
        while True:
            query = {"limit": 100, **after}
            told = httpx2.get(f"{gateway}/batches", params=query, headers=headers).json()
            if not told["data"] or told["data"][-1]["id"] in found:
                return found
            found |= {batch["id"] for batch in told["data"]}
            after = {"after": told["data"][-1]["id"]}

    before = known()
    return lambda: len(known() - before)


def ids(path):
    return [json.loads(line)["custom_id"] for line in path.read_bytes().splitlines()]


def finished(preflight, *command):
    """The command, repeated at most twice, until it succeeds; all that it said."""
    said = ""
    for _ in range(3):
        code, out, err = preflight(*command)
        said += err
        if code == 0:
            return out, said
    raise AssertionError(said)


def test_each_request_has_its_result_in_the_order_of_the_requests(preflight, created, folder):
    code, out, err = preflight(*RUN)
    assert (code, created()) == (0, 1), err
    assert "3 results, 0 errors, 0 missing of 3 requests" in out
    assert ids(folder / "results.jsonl") == list(IDS)


def test_a_run_that_is_over_sends_nothing(preflight, created, sky):
    preflight(*RUN)
    before = len(sky.seen)
    code, out, _ = preflight(*RUN)
    assert (code, created(), len(sky.seen)) == (0, 1, before)
    assert "3 results" in out


def test_thousands_of_requests_are_all_accounted_for(preflight, created, folder):
    write_requests(folder.parent / "requests.jsonl", MANY)
    code, _, err = preflight(*RUN)
    assert (code, created()) == (0, 1), err
    assert ids(folder / "results.jsonl") == list(MANY)


LOST = [
    ("upload", "is reset after it was carried out"),
    ("upload", "is carried out and answered 500"),
    ("create", "is reset after it was carried out"),
    ("create", "is carried out and answered 500"),
    ("create", "is carried out and answered with nothing"),
    ("look", "is carried out and answered 502 with a page"),
    ("download", "is carried out and its answer ends within its body"),
]


@pytest.mark.parametrize("lost", LOST, ids=" ".join)
def test_one_job_when_the(preflight, created, sky, folder, lost):
    call, kind = lost
    sky.bring(AFTER[kind], call)
    finished(preflight, *RUN)
    assert sky.struck == [call]
    assert created() == 1
    assert ids(folder / "results.jsonl") == list(IDS)


def test_one_job_when_the_process_is_killed_in_its_create(preflight, created, sky, folder):
    sky.bring(AFTER["stalls after it was carried out"], "create")
    process = started(*RUN)
    until = time.monotonic() + 60
    while created() == 0 and time.monotonic() < until:
        time.sleep(0.05)
    assert created() == 1
    process.kill()
    ended(process)
    _, said = finished(preflight, *RUN)
    assert created() == 1
    assert "had been created" in said
    assert ids(folder / "results.jsonl") == list(IDS)


def test_a_run_is_done_by_hand(preflight, created, folder):
    code, _, err = preflight("submit", *SEND)
    assert code == 0, err
    until = time.monotonic() + 60
    while preflight("fetch", "run")[0] != 0 and time.monotonic() < until:
        code, out, err = preflight("status", "run")
        assert code == 0, err
        assert "of 3" in out or "3 requests" in out
    assert created() == 1
    assert ids(folder / "results.jsonl") == list(IDS)


def test_a_cancelled_run_ends_and_accounts_for_every_request(preflight, created, folder):
    assert preflight("submit", *SEND)[0] == 0
    code, _, err = preflight("cancel", "run")
    assert code == 0, err
    code, out, err = preflight(*RUN)
    assert (code, created()) == (1, 1), err
    assert "cancelled: 0 results" in out
    assert ids(folder / "again.jsonl") == list(IDS)


def test_a_canary_proves_each_of_its_steps_and_cleans_up(preflight, created):
    _, out, err = preflight("check", "requests.jsonl", "--canary", "--yes", "--format", "json")
    steps = {check["id"]: check["outcome"] for check in json.loads(out)["checks"]}
    proved = [steps[f"gateway-{step}"] for step in ("upload", "create", "results")]
    assert (proved, created()) == (["passed"] * 3, 1), err
    assert "the canary's file was deleted" in err
