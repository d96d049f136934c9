"""The onboarding page's code and commands, run as they stand on the page against the sandbox."""

import json
import shlex
import shutil
import subprocess
import sys

import pytest
from infra_world import ROOT
from onboard_page import read

pytest.importorskip("ministack", reason="the sandbox extra is not installed")

from preflight.contract import PROVIDERS
from preflight.sandbox.world import World

COUNT = 120
ROW_IDS = ("custom_id", "recordId", "requestId", "key")
every_provider = pytest.mark.parametrize("provider", PROVIDERS)


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory):
    with World(tmp_path_factory.mktemp("world"), count=COUNT, program=ROOT) as running:
        yield running


@pytest.fixture
def blocks(sandbox, monkeypatch, tmp_path, preflight):
    """Of a provider's page, which goes into an empty folder, beside the requests."""
    for name, value in sandbox.env.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)

    def of(provider):
        code, out, err = preflight("onboard", "--provider", provider, "--format", "html")
        assert (code, err) == (0, "")
        assert sandbox.env["TFY_API_KEY"] not in out
        shutil.copy(sandbox.request_file(provider), tmp_path / "requests.jsonl")
        found = read("html", out)[1]
        (tmp_path / "promises.json").write_text(found[-1])
        monkeypatch.delenv("PREFLIGHT_PROMISES")
        return found

    return of


def ids(path):
    """As any provider spells them."""
    rows = map(json.loads, path.read_text().splitlines())
    return sorted(next(row[name] for name in ROW_IDS if name in row) for row in rows)


@every_provider
def test_the_code_sends_a_batch_and_keeps_its_results(blocks, provider, tmp_path):
    (script,) = (block for block in blocks(provider) if block.startswith('"""Send'))
    (tmp_path / "first_batch.py").write_text(script)
    done = subprocess.run(
        [sys.executable, "-W", "error", "first_batch.py"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("created ")
    assert ids(tmp_path / "results.jsonl") == ids(tmp_path / "requests.jsonl")


@every_provider
def test_the_commands_check_plan_and_run(blocks, provider, preflight, tmp_path):
    commands = [
        shlex.split(line)[2:]
        for block in blocks(provider)
        for line in block.splitlines()
        if line.startswith("$ preflight ")
    ]
    assert [command[0] for command in commands] == ["check", "check", "plan", "run"]
    for command in commands:
        code, out, err = preflight(*command)
        assert code == 0, out + err
    (results,) = tmp_path.glob("preflight-runs/*/results.jsonl")
    assert ids(results) == ids(tmp_path / "requests.jsonl")


@every_provider
def test_the_line_of_a_request_file_is_one_that_the_check_takes(blocks, provider, preflight):
    (line,) = (block for block in blocks(provider) if block.startswith('{"custom_id"'))
    with open("requests.jsonl", "w") as file:  # noqa: PTH123 - as the page says
        file.writelines(f"{line.replace('r000001', f'r{number:06d}')}\n" for number in range(COUNT))
    command = ("check", "requests.jsonl", "--promises=promises.json", "--offline")
    code, out, err = preflight(*command)
    assert code == 0, out + err
