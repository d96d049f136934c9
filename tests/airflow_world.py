"""A real Airflow with this project's wheel, and the sandbox's gateway before its OpenAI."""

import contextlib
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import httpx2
import pytest
from cli_world import write_promises, write_requests

from preflight.sandbox.accounts import OpenAIAccount
from preflight.sandbox.gateway import SandboxGateway
from preflight.sandbox.upstream import OpenAIUpstream
from preflight.sandbox.upstream.lifecycle import Timing

ROOT = Path(__file__).parents[1]
AIRFLOW = ROOT / ".venv-airflow" / "bin" / "airflow"
KEY = "tfy-3f9c1d7ab2-key-of-the-gateway"
IDS = [f"r{number}" for number in range(40)]
DAY = "2026-11-01"
DRIVER = """
import runpy, sys
from airflow.sdk.timezone import parse
dag = runpy.run_path(sys.argv[1])["dag"]
# The same DAG run each time, as a cleared task has it: `dags test` makes up a new one.
when = parse("2026-11-01T00:00:00+00:00")
sys.exit(dag.test(logical_date=when, run_after=when).state != "success")
"""


class Airflow:
    """One AIRFLOW_HOME with its metadata in SQLite, and what is installed beside it."""

    def __init__(self, home, site):
        self.home = home
        self.dags = home / "dags"
        self.dags.mkdir(parents=True)
        self._started = []
        self.env = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("AIRFLOW", "PREFLIGHT", "TFY_", "AWS_", "GOOGLE_", "AZURE_"))
        } | {
            "AIRFLOW_HOME": str(home),
            "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
            "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{home / 'airflow.db'}",
            "HOME": str(home),
            "PYTHONPATH": str(site),
            "PATH": f"{AIRFLOW.parent}:{os.environ['PATH']}",
            "COLUMNS": "200",
        }

    def dag(self, name, text):
        """A DAG file; its path."""
        file = self.dags / f"{name}.py"
        file.write_text(text)
        return file

    def started(self, *command, **env):
        """A command of Airflow's, in a process group of its own."""
        process = subprocess.Popen(
            list(map(str, command)),
            env=self.env | env,
            cwd=self.home,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self._started.append(process)
        return process

    def close(self):
        """End what a test that failed has left."""
        for process in self._started:
            if process.poll() is None:
                killed(process)

    def ran(self, *arguments, **env):
        """Exit code and output of `airflow ...`."""
        process = self.started(AIRFLOW, *arguments, **env)
        out, _ = process.communicate(timeout=400)
        return process.returncode, out

    def tested(self, name, *options, **env):
        """`airflow dags test`: exit code and output."""
        return self.ran("dags", "test", *options, name, DAY, **env)

    def driven(self, file, **env):
        """The same of one and the same DAG run each time: a process."""
        return self.started(AIRFLOW.parent / "python", "-c", DRIVER, file, **env)

    def rows(self, question, *values):
        """What the metadata database answers."""
        with contextlib.closing(sqlite3.connect(self.home / "airflow.db", timeout=20)) as database:
            return database.execute(question, values).fetchall()

    def xcom(self, dag, task, key="return_value"):
        """What the newest run of the DAG left of a task."""
        question = (
            "select value from xcom where dag_id = ? and task_id = ? and key = ? "
            "order by timestamp desc limit 1"
        )
        ((value,),) = self.rows(question, dag, task, key)
        while isinstance(value, str):
            value = json.loads(value)
        return value

    def holds(self, secret):
        """The files below it in which the secret can be read."""
        files = (path for path in self.home.rglob("*") if path.is_file())
        return [path for path in files if secret.encode() in path.read_bytes()]


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    """A folder to import the project's wheel from, entry points and all."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "site")
    return folder / "site"


@pytest.fixture(scope="module")
def airflow(tmp_path_factory, site):
    """An Airflow with an empty metadata database."""
    if not AIRFLOW.exists():
        pytest.fail("there is no .venv-airflow: run `make test-airflow`")
    made = Airflow(tmp_path_factory.mktemp("airflow"), site)
    code, out = made.ran("db", "migrate")
    assert code == 0, out
    yield made
    made.close()


class Gateway:
    """The sandbox's gateway before an OpenAI whose batches take as long as they are told to."""

    def __init__(self, folder, base_url, upstream, timing):
        self.folder = folder
        self.base_url = base_url
        self.upstream = upstream
        self._timing = timing

    def takes(self, seconds):
        """From now on a batch runs for so long; it changes for those that run already, too."""
        object.__setattr__(self._timing, "running", seconds)

    def jobs(self):
        """The batches that the provider has."""
        bearer = {"Authorization": f"Bearer {KEY}", "x-tfy-provider-name": "openai-main"}
        with httpx2.Client(trust_env=False) as client:
            answer = client.get(f"{self.base_url}/batches", headers=bearer)
        return [job["id"] for job in answer.json()["data"]]

    def env(self, **connection):
        """What a DAG needs: the connection, and where its files are, as Airflow variables."""
        made = {"conn_type": "preflight", "password": KEY} | connection
        return {
            "AIRFLOW_CONN_PREFLIGHT_DEFAULT": json.dumps(made),
            "AIRFLOW_VAR_REQUESTS": str(self.folder / "requests.jsonl"),
            "AIRFLOW_VAR_PROMISES": str(self.folder / "promises.json"),
            "AIRFLOW_VAR_RUNS": str(self.folder / "runs"),
        }


@pytest.fixture
def gateway(tmp_path):
    """A gateway with a request file and promises for it."""
    timing = Timing()
    with (
        OpenAIUpstream(tmp_path / "clouds", timing) as openai,
        SandboxGateway(KEY) as running,
    ):
        running.register(OpenAIAccount("openai-main", openai.base_url, openai.api_key))
        write_requests(tmp_path / "requests.jsonl", IDS)
        write_promises(tmp_path / "promises.json", running.base_url)
        yield Gateway(tmp_path, running.base_url, openai, timing)


@pytest.fixture
def slow(gateway):
    """The same, with batches that do not end until they are told to."""
    gateway.takes(3600)
    return gateway


def until(there, seconds=400.0):
    """Wait for something to be so; what it is."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := there():
            return found
        time.sleep(0.1)
    raise AssertionError("it did not come to that in time")


def said(process, words):
    """Read what a process says, as far as these words."""
    lines = []
    for line in process.stdout:
        lines.append(line)
        if words in line:
            return
    raise AssertionError("".join(lines)[-6000:])


def killed(process):
    """End it and all that it started, as a machine that goes away does; what it had said."""
    os.killpg(process.pid, signal.SIGKILL)
    return process.communicate(timeout=30)[0]


def ids(path):
    """The custom_ids of a file of results, in order."""
    return [json.loads(line)["custom_id"] for line in path.read_text().splitlines()]
