"""Airflow as it is deployed: API server, scheduler, DAG processor and triggerer, each a process."""

import contextlib
import secrets
import signal
import socket
import subprocess

from airflow_world import AIRFLOW, until

COMMANDS = {
    "dag-processor": (),
    "scheduler": ("--skip-serve-logs",),
    "triggerer": ("--skip-serve-logs",),
}


def _free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


class Services:
    """They run as long as a `with` block lasts, on one metadata database."""

    def __init__(self, airflow, **env):
        self.airflow = airflow
        self.port = _free_port()
        self.running = {}
        self.env = {
            **airflow.env,
            **env,
            "AIRFLOW__API__BASE_URL": f"http://127.0.0.1:{self.port}",
            "AIRFLOW__API_AUTH__JWT_SECRET": secrets.token_hex(32),
            "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
            "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"http://127.0.0.1:{self.port}/execution/",
            "AIRFLOW__CORE__PARALLELISM": "3",
            "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS": "True",
            "AIRFLOW__SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME": "0.5",
            "AIRFLOW__TRIGGERER__JOB_HEARTBEAT_SEC": "2",
        }

    def __enter__(self):
        self.start("api-server", "--host", "127.0.0.1", "--port", self.port, "--workers", 1)
        until(self._answers)
        for name, words in COMMANDS.items():
            self.start(name, *words)
        return self

    def __exit__(self, *_):
        for process in self.running.values():
            with contextlib.suppress(ProcessLookupError):
                process.send_signal(signal.SIGTERM)
        for process in self.running.values():
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(10)

    def start(self, name, *words):
        """Start one of them; what it says is in a file of its name."""
        with (self.airflow.home / f"{name}.log").open("ab") as log:
            self.running[name] = subprocess.Popen(
                [str(AIRFLOW), name, *map(str, words)],
                env=self.env,
                cwd=self.airflow.home,
                stdout=log,
                stderr=log,
            )

    def kill(self, name):
        """End one of them as a machine that goes away does."""
        process = self.running.pop(name)
        process.kill()
        process.wait(10)

    def _answers(self):
        assert self.running["api-server"].poll() is None
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
            return True
        return False
