"""The action's check step, run as the runner runs it."""

import json
import os
import re
import subprocess

import pytest
from ci_world import ACTION, ROOT, TOKEN, GitHub, Repository, installed
from cli_world import outputs

from preflight.sandbox.serving import serve


@pytest.fixture
def github():
    return GitHub()


@pytest.fixture
def repository(tmp_path):
    made = Repository(tmp_path / "a checkout")
    made.write("promises.json", json.dumps(outputs()))
    return made


@pytest.fixture
def act(tmp_path, repository, github):
    """Run the check step: `(event, **inputs) -> (exit code, log, summary, outputs)`."""
    temp = tmp_path / "runner's temp"
    installed(temp)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT")}

    def run(event, **inputs):
        given = {"promises": "promises.json"} | {
            name.replace("_", "-"): value for name, value in inputs.items()
        }
        (step,) = [one for one in ACTION["runs"]["steps"] if one.get("id") == "check"]
        env = {name: filled(value, given) for name, value in step["env"].items()}
        for name in ("event", "summary", "output"):
            (tmp_path / name).write_text("" if name != "event" else json.dumps(event))
        with serve(github.app()) as url:
            done = subprocess.run(
                ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
                cwd=repository.folder,
                env=environment
                | env
                | {
                    "GITHUB_ACTION_PATH": str(ROOT),
                    "GITHUB_API_URL": url,
                    "GITHUB_EVENT_PATH": str(tmp_path / "event"),
                    "GITHUB_OUTPUT": str(tmp_path / "output"),
                    "GITHUB_REF": "refs/pull/7/merge",
                    "GITHUB_REPOSITORY": "o/r",
                    "GITHUB_SHA": "c" * 40,
                    "GITHUB_STEP_SUMMARY": str(tmp_path / "summary"),
                    "RUNNER_TEMP": str(temp),
                },
                capture_output=True,
                text=True,
                timeout=100,
                check=False,
            )
        assert TOKEN not in done.stdout + done.stderr
        assert not list(tmp_path.rglob("owned"))
        told = dict(line.split("=", 1) for line in (tmp_path / "output").read_text().splitlines())
        log = done.stdout + done.stderr
        return done.returncode, log, (tmp_path / "summary").read_text(), told

    return run


def filled(value, given):
    """An expression of the action, of which there are two kinds."""
    found = re.fullmatch(r"\$\{\{ inputs\.([\w-]+) \}\}", value)
    assert found, value
    name = found[1]
    default = TOKEN if name == "token" else ACTION["inputs"][name]["default"]
    return given.get(name, default)
