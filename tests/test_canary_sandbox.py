"""A canary in the sandbox: it proves what works, and sees what no look can see."""

import json
from pathlib import Path

import pytest

pytest.importorskip("ministack", reason="the sandbox extra is not installed")

import httpx2
from worlds import AT_ONCE, CLOUDS, POLL_SECONDS

from preflight.batch import fetch
from preflight.contract import PROVIDERS
from preflight.routes import headers
from preflight.sandbox.breakages import BREAKAGES
from preflight.sandbox.job_breakages import EVERY, JOB_BREAKAGES, named
from preflight.sandbox.world import World

PROGRAM = Path(__file__).parents[1]
COUNT = 120
KNOWN = {
    "azure-token-count": "G06",
    "bedrock-lost-role": "G03",
    "bedrock-restricted-account": "B17",
    "bedrock-row-errors": "B28",
}
"""Breakage -> the row of docs/failures.md that knows the provider's words."""

STEPS = ("gateway-upload", "gateway-create", "gateway-results")


@pytest.fixture(scope="module")
def healthy(tmp_path_factory):
    with World(
        tmp_path_factory.mktemp("world"), count=COUNT, program=PROGRAM, clouds=CLOUDS
    ) as running:
        yield running


@pytest.fixture
def at_home(tmp_path, monkeypatch):
    """The working directory is new, and the environment that of a sandbox's user."""
    monkeypatch.chdir(tmp_path)

    def enter(running):
        for name, value in running.env.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setenv("PREFLIGHT_POLL_SECONDS", POLL_SECONDS)
        monkeypatch.setattr(fetch, "AGAIN_AFTER", AT_ONCE)

    return enter


def checked(preflight, sandbox, provider, *options):
    command = ("check", sandbox.request_file(provider), "--provider", provider, *options)
    code, out, err = preflight(*command, "--format", "json")
    report = json.loads(out)
    return code, report, {one["id"]: one for one in report["checks"]}, err


def jobs(sandbox, provider):
    """How many jobs the provider lists."""
    (target,) = sandbox.promises.of(provider)
    bearer = {"Authorization": f"Bearer {sandbox.env['TFY_API_KEY']}"}
    url = f"{sandbox.promises.gateway.base_url}/batches"
    with httpx2.Client(trust_env=False) as client:
        return len(client.get(url, headers=headers(target) | bearer).json()["data"])


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_canary_proves_a_healthy_world_and_is_paid_for_once(
    provider, preflight, healthy, at_home, tmp_path
):
    at_home(healthy)
    code, report, by_id, err = checked(preflight, healthy, provider, "--canary", "--yes")
    assert {by_id[step]["outcome"] for step in STEPS} == {"passed"}, err
    assert code == report["exit_code"]
    count = 100 if provider == "bedrock" else 1
    assert f"{count} of {count} requests came back" in by_id["gateway-results"]["detail"]
    assert "max_tokens 1; nothing else changed" in by_id["gateway-upload"]["detail"]
    assert "canary: " in err
    assert "of prompts" in err
    (folder,) = (tmp_path / "preflight-runs").iterdir()
    sent = [json.loads(line) for line in (folder / "requests.jsonl").read_bytes().splitlines()]
    first = [json.loads(line) for line in healthy.request_file(provider).read_bytes().splitlines()]
    del first[count:]
    prefix = "canary" if provider == "bedrock" else "canary-"
    for request in first:
        request["custom_id"] = prefix + request["custom_id"]
        request["body"]["max_tokens"] = 1
    assert sent == first
    before = jobs(healthy, provider)
    assert before == 1
    _, _, by_id, err = checked(preflight, healthy, provider, "--canary", "--yes")
    assert {by_id[step]["outcome"] for step in STEPS} == {"passed"}
    assert "proved by an earlier canary" in by_id["gateway-results"]["caveat"]
    assert "of prompts" not in err
    assert jobs(healthy, provider) == before
    key = healthy.env["TFY_API_KEY"]
    written = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert key not in err + json.dumps(report)
    assert key.encode() not in written


@pytest.fixture
def broken(request, tmp_path, at_home):
    breakage = request.getfixturevalue("breakage")
    its = {"providers": (breakage.provider,), "count": COUNT, "program": PROGRAM, "clouds": CLOUDS}
    with World(tmp_path / "world", **its) as running:
        at_home(running)
        breakage.apply(running)
        yield running


@pytest.mark.parametrize("breakage", JOB_BREAKAGES, ids=lambda breakage: breakage.name)
def test_a_canary_sees_what_no_look_sees(breakage, preflight, broken, tmp_path):
    provider = breakage.provider
    _, report, by_id, _ = checked(preflight, broken, provider)
    assert not [one for one in by_id.values() if one["outcome"] == "failed"]
    assert not breakage.fails & by_id.keys()
    assert any("--canary" in sentence for sentence in report["not_looked_at"])

    code, report, by_id, err = checked(preflight, broken, provider, "--canary", "--yes")
    failed = {one["id"] for one in by_id.values() if one["outcome"] == "failed"}
    assert failed == breakage.fails, err
    assert (code, report["verdict"]) == (1, "NOT READY")
    assert not any("--canary" in sentence for sentence in report["not_looked_at"])
    (step,) = failed
    after = STEPS[STEPS.index(step) + 1 :]
    assert {by_id[one]["outcome"] for one in after} <= {"skipped"}
    known = KNOWN.get(breakage.name)
    assert known is None or f"({known}: " in by_id[step]["problem"]
    assert known is None or by_id[step]["remedy"].endswith(f"See `preflight explain {known}`")
    assert by_id[step]["remedy"]

    folder = tmp_path / "forced"
    run = ("run", broken.request_file(provider), "--provider", provider, "--force")
    code, out, err = preflight(*run, "--out", folder)
    assert code == 1
    assert breakage.says.lower() in (out + err).lower()


def test_each_breakage_has_a_name_of_its_own():
    names = [breakage.name for breakage in EVERY]
    assert len(set(names)) == len(names)
    assert [named(name).name for name in names] == names
    assert {*KNOWN, *(breakage.name for breakage in BREAKAGES)} <= set(names)
