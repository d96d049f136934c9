"""The built wheel in an empty environment, with no extra and with each: it installs, and runs."""

import json
import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

pytestmark = [pytest.mark.tools, pytest.mark.timeout(900)]

ROOT = Path(__file__).parents[1]
EXTRAS = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
NOWHERE = "127.0.0.1:9"
"""The port where nobody listens: what asks there has all that it needs to ask."""

PROMISES = "preflight promises --example openai > promises.json"
RUNS = {
    "airflow": ("airflow providers list --output plain", 0, "batch-preflight"),
    "cluster": (f"preflight scan requests.jsonl --cluster tcp://{NOWHERE}", 3, NOWHERE),
    "infra": ("python -c 'import pulumi_aws, pulumi_gcp, pulumi_azure_native; print(1)'", 0, "1"),
    # Without a key it cannot tell; without the extra it would not come so far.
    "parquet": (
        f"{PROMISES} && preflight run requests.jsonl --promises promises.json --parquet",
        3,
        "TFY_API_KEY",
    ),
    "postgresql": (f"preflight runs --ledger postgresql://{NOWHERE}/runs", 1, NOWHERE),
    "sandbox": ("preflight demo", 0, "READY"),
}
"""What shows that an extra is there: the command, its exit code, and words that it prints."""

REQUEST = {
    "custom_id": "a",
    "method": "POST",
    "url": "/v1/chat/completions",
    "body": {"model": "gpt-4o-mini", "messages": [{"role": "user", "content": "hello"}]},
}
RESULT = {"custom_id": "a", "response": {"status_code": 200, "body": {}}, "error": None}


@pytest.fixture(scope="module")
def uv():
    """uv, as the Makefile finds it."""
    return shutil.which("uv") or str(ROOT / ".uv" / "bin" / "uv")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("dist")
    ran(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder, cwd=ROOT)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture
def installed(uv, wheel, tmp_path):
    """Install the wheel with an extra, in the versions that are pinned; run a command there."""

    def install(extra):
        environment = tmp_path / "environment"
        pinned = "airflow" if extra == "airflow" else "all"
        ran(uv, "venv", "--quiet", "--python", sys.executable, environment)
        wanted = f"{wheel}[{extra}]" if extra else wheel
        constraint = ("--constraint", ROOT / "requirements" / f"{pinned}.txt")
        environ = os.environ | {"VIRTUAL_ENV": str(environment)}
        ran(uv, "pip", "install", "--quiet", *constraint, wanted, env=environ)
        return running(environment / "bin", tmp_path)

    return install


def running(programs, folder):
    """A function that runs a command line with these programs, in a folder with a request file."""
    (folder / "requests.jsonl").write_text(json.dumps(REQUEST) + "\n")
    (folder / "got.jsonl").write_text(json.dumps(RESULT) + "\n")
    environ = {"PATH": f"{programs}:{os.environ['PATH']}", "HOME": str(folder), "LANG": "C.UTF-8"}

    def run(command, cwd=folder):
        done = subprocess.run(
            ["/bin/sh", "-c", command],
            cwd=cwd,
            env=environ | {"AIRFLOW_HOME": str(folder / "airflow")},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        return done.returncode, done.stdout

    return run


def ran(*command, **options):
    done = subprocess.run(
        [str(part) for part in command],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        **options,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


def test_every_extra_has_a_command_that_shows_it():
    assert set(RUNS) == set(EXTRAS)


def test_without_extras_it_lists_explains_checks_and_says_which_extra_is_missing(installed):
    run = installed("")
    assert run("preflight --version")[0] == 0
    assert "bedrock-" in run("preflight list")[1]
    assert run("preflight explain bedrock-bucket-region")[0] == 0
    code, said = run(
        f"{PROMISES} && preflight check requests.jsonl --promises promises.json --offline"
    )
    assert (code, "READY" in said) == (0, True), said
    for extra in ("cluster", "parquet", "postgresql", "sandbox"):
        code, said = run(RUNS[extra][0])
        assert (code, f"pip install 'batch-preflight[{extra}]'" in said) == (2, True), said
    code, said = run("python -c 'import preflight; print(preflight.check)'")
    assert code == 0, said


@pytest.mark.parametrize("extra", EXTRAS)
def test_with_an_extra_it_does_what_needs_it(installed, extra, tmp_path):
    run = installed(extra)
    command, expected, words = RUNS[extra]
    where = tmp_path
    if extra == "sandbox":  # the demo applies the Pulumi program, which a checkout has
        shutil.copytree(ROOT / "infra", tmp_path / "checkout" / "infra")
        shutil.copy(ROOT / "Pulumi.yaml", tmp_path / "checkout")
        where = tmp_path / "checkout"
    code, said = run(command, where)
    assert (code, words in said) == (expected, True), said


@pytest.mark.parametrize("runner", ["uvx", "pipx"])
def test_it_runs_without_being_installed(uv, wheel, tmp_path, runner):
    way = {
        "uvx": (uv, "tool", "run", "--from", wheel),
        "pipx": (uv, "tool", "run", "pipx", "run", "--spec", wheel),
    }[runner]
    environ = os.environ | {"HOME": str(tmp_path), "PIPX_HOME": str(tmp_path / "pipx")}
    environ["UV_CACHE_DIR"] = ran(uv, "cache", "dir").strip()
    said = ran(*way, "preflight", "--version", cwd=tmp_path, env=environ)
    assert said.splitlines()[-1].startswith("preflight ")
