"""A verdict is a prediction: each breakage is judged, then forced through, and the two must agree.

What a forced job ends with comes from the sandbox's emulators and fakes, which share no code with
the checks.
"""

import json

import pytest

pytest.importorskip("ministack", reason="the sandbox extra is not installed")

from worlds import CLOUDS, POLL_SECONDS, by_world, judged, sandbox, worlds

from preflight.contract import PROVIDERS
from preflight.sandbox.breakages import BREAKAGES, DEMO
from preflight.sandbox.world import World

__all__ = ["sandbox", "worlds"]

COUNT = 120


@pytest.fixture(autouse=True)
def hurried(monkeypatch):
    """A gateway that is broken for good is not waited for."""
    monkeypatch.setattr("preflight.batch.send.UPLOADS_AFTER", (0.0, 0.0))


def ids_in(path):
    return [json.loads(line)["custom_id"] for line in path.read_bytes().splitlines()]


def test_the_healthy_world_is_ready_and_every_request_comes_back(preflight, tmp_path, monkeypatch):
    with World(tmp_path / "world", count=COUNT, clouds=CLOUDS) as running:
        for name, value in running.env.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setenv("PREFLIGHT_POLL_SECONDS", POLL_SECONDS)
        for provider in PROVIDERS:
            code, report, by_outcome = judged(preflight, running, provider)
            assert (code, report["verdict"], set(by_outcome)) == (0, "READY", {"passed"})
            requests = running.request_file(provider)
            folder = tmp_path / provider
            code, out, err = preflight("run", requests, "--provider", provider, "--out", folder)
            assert code == 0, err
            assert f"{COUNT} results, 0 errors, 0 missing" in out
            assert ids_in(folder / "results.jsonl") == ids_in(requests)
            key = running.env["TFY_API_KEY"]
            written = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
            assert key not in out + err
            assert key.encode() not in written


@pytest.mark.parametrize("case", by_world(BREAKAGES), ids=lambda case: case.name)
def test_what_is_predicted_is_what_happens(case, preflight, sandbox, worlds, tmp_path):
    case.apply(sandbox)
    provider = case.provider
    code, report, by_outcome = judged(preflight, sandbox, provider, *case.options)
    failed = by_outcome.get("failed", {})
    assert set(failed) == case.fails, failed
    assert set(by_outcome.get("unknown", {})) == case.blinds, by_outcome.get("unknown")
    assert (code, report["verdict"]) == ((1, "NOT READY") if case.fails else (3, "CANNOT TELL"))
    folder = tmp_path / "forced"
    requests = sandbox.request_file(provider)
    # The verdict is known: forced and offline, the run asks the clouds for none of it again.
    forced = ("run", requests, "--provider", provider, "--force", "--offline", *case.options)
    code, out, err = preflight(*forced, "--out", folder)
    if case.unseen:
        assert (code, case.says) == (0, ""), err
    else:
        # A gateway's fault is no verdict of a provider's: the run cannot tell, and says so.
        assert code in (1, 3), out + err
        ended = out + err.splitlines()[-1]
        if (rows := folder / "errors.jsonl").exists():
            ended += rows.read_text()
        assert case.says.lower() in ended.lower(), ended
    worlds.known_good = True


def test_the_demo_breaks_each_provider_once():
    assert {b.provider for b in BREAKAGES if b.name in DEMO.values()} == set(PROVIDERS)
    assert len({breakage.name for breakage in BREAKAGES}) == len(BREAKAGES)
