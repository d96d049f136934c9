"""Runs through the sandbox's gateway to its OpenAI: another reading of the same documents."""

import json
import time

import pytest

pytest.importorskip("flask", reason="the sandbox extra is not installed")

from cli_world import write_promises, write_requests

from preflight.sandbox.accounts import OpenAIAccount
from preflight.sandbox.gateway import SandboxGateway
from preflight.sandbox.upstream import OpenAIUpstream
from preflight.sandbox.upstream.lifecycle import Timing

IDS = [f"r{number}" for number in range(40)]


@pytest.fixture
def timing():
    return Timing()


@pytest.fixture
def upstream(tmp_path, monkeypatch, timing):
    monkeypatch.chdir(tmp_path)
    with OpenAIUpstream(tmp_path / "clouds", timing) as openai, SandboxGateway("a-key") as gateway:
        gateway.register(OpenAIAccount("openai-main", openai.base_url, openai.api_key))
        write_requests(tmp_path / "requests.jsonl", IDS)
        write_promises(tmp_path / "promises.json", gateway.base_url)
        monkeypatch.setenv("TFY_API_KEY", "a-key")
        monkeypatch.setenv("PREFLIGHT_PROMISES", "promises.json")
        monkeypatch.setenv("PREFLIGHT_POLL_SECONDS", "0.1")
        yield openai


def ids(path):
    if not path.exists():
        return []
    return [json.loads(line)["custom_id"] for line in path.read_bytes().splitlines()]


def test_what_a_batch_had_no_time_for_is_sent_again_as_a_file_of_its_own(
    preflight, upstream, tmp_path
):
    upstream.expire_next(0.5)
    code, out, err = preflight("run", "requests.jsonl", "--out", "run", "--format", "json")
    assert code == 1, err
    ended = json.loads(out)
    counts = {"requests": 40, "results": 20, "errors": 20, "missing": 0, "unmatched": 0}
    counts["duplicates"] = 0
    assert (ended["status"], ended["requests"]) == ("expired", counts)
    results, errors, again = (
        ids(tmp_path / "run" / f"{name}.jsonl") for name in ("results", "errors", "again")
    )
    assert sorted(results + errors, key=IDS.index) == IDS
    assert again == errors
    code, out, err = preflight("run", "run/again.jsonl", "--out", "second")
    assert (code, "20 results, 0 errors, 0 missing" in out) == (0, True), err


def test_a_model_that_went_away_fails_the_batch_in_its_validation(preflight, upstream, tmp_path):
    upstream.remove_model("gpt-4o-mini")
    code, out, err = preflight("run", "requests.jsonl", "--out", "run")
    assert code == 1, err
    assert "failed: 0 results, 0 errors, 40 missing" in out
    assert "model_not_found" in out
    assert ids(tmp_path / "run" / "missing.jsonl") == IDS
    assert "attempt 2" in preflight("run", "requests.jsonl", "--out", "run")[2]


@pytest.mark.parametrize("timing", [Timing(running=60)])
def test_a_batch_that_is_cancelled_keeps_its_partial_results(preflight, upstream, tmp_path):
    assert preflight("submit", "requests.jsonl", "--out", "run")[0] == 0
    while "in_progress" not in preflight("status", "run")[1]:
        time.sleep(0.05)
    assert preflight("cancel", "run")[0] == 0
    code, out, err = preflight("run", "requests.jsonl", "--out", "run")
    assert code == 1, err
    assert out.startswith("cancelled: ")
    got = {name: ids(tmp_path / "run" / f"{name}.jsonl") for name in ("results", "errors")}
    assert sorted(got["results"] + got["errors"], key=IDS.index) == IDS


def test_a_key_that_was_revoked_at_the_provider_is_not_the_gateways(preflight, upstream):
    upstream.revoke_key()
    code, out, _ = preflight("check", "requests.jsonl", "--format", "json")
    failed = [check["id"] for check in json.loads(out)["checks"] if check["outcome"] == "failed"]
    assert (code, failed) == (1, ["openai-key"])
