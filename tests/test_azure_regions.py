"""Azure OpenAI in two regions, with two models each: every target is ready, and takes a job."""

import json

import pytest

pytest.importorskip("ministack", reason="the sandbox extra is not installed")

from worlds import CLOUDS, POLL_SECONDS

from preflight.requests.example import write_requests
from preflight.sandbox.azure import breakages
from preflight.sandbox.world import World
from preflight.targets import place

SETTINGS = {
    "azureRegions": ["swedencentral", "eastus2"],
    "azureModels": ["gpt-4o-mini@2024-07-18", "gpt-4.1@2025-04-14"],
    "azureProviderNames": ["azure-se", "azure-us"],
    "tags": ["team=ml"],
}
COUNT = 20


@pytest.fixture
def sandbox(tmp_path, monkeypatch):
    with World(
        tmp_path / "world", providers=("azure",), count=COUNT, settings=SETTINGS, clouds=CLOUDS
    ) as running:
        for name, value in running.env.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setenv("PREFLIGHT_POLL_SECONDS", POLL_SECONDS)
        yield running


def test_every_target_is_ready_and_a_job_runs_in_each_region(preflight, sandbox, tmp_path):
    targets = sandbox.promises.azure
    assert len({one.account for one in targets}) == 2
    assert len({place(one) for one in targets}) == 4
    code, out, err = preflight("check")
    assert (code, err) == (0, ""), out
    assert [line.partition("  ")[0] for line in out.splitlines() if line.startswith("azure ")] == [
        f"azure {place(one)}" for one in targets
    ]

    file = tmp_path / "large.jsonl"
    write_requests(file, "azure", count=COUNT, model="batch-gpt-4.1")
    for region in SETTINGS["azureRegions"]:
        folder = tmp_path / region
        code, out, err = preflight("run", file, "--region", region, "--out", folder)
        assert code == 0, out + err
        assert f"{COUNT} results, 0 errors, 0 missing" in out


def test_what_is_broken_in_one_region_is_told_of_that_target_alone(preflight, sandbox):
    broken = sandbox.promises.azure[2]
    breakages.standard_deployment(sandbox.env, broken)
    code, out, _ = preflight("check", "--format", "json")
    failed = [it for it in json.loads(out)["checks"] if it["outcome"] == "failed"]
    assert code == 1
    assert [(it["id"], it["target"]) for it in failed] == [("azure-deployment-type", place(broken))]
    assert preflight("check", "--region", "swedencentral")[0] == 0
    assert preflight("check", "--region", "eastus2", "--model", "gpt-4.1")[0] == 0
