"""Ministack as a process of its own, for as long as a `with` block lasts."""

import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from preflight.sandbox.aws.server import TOKEN_VARIABLE
from preflight.sandbox.serving import LOOPBACK

_START_SECONDS = 60.0
_KEEP = ("PATH", "HOME", "LANG", "LC_ALL", "PYTHONPATH", "SYSTEMROOT", "VIRTUAL_ENV")


@contextmanager
def emulator(folder: Path, account: str, secret: str) -> Iterator[tuple[str, str]]:
    """Run ministack with policy enforcement, its scratch files in `folder`.

    The 12 digits of an account are its root's access key id; `secret` is the key's other half.
    Yields the endpoint and the token of the questions. Raises RuntimeError when it does not start.
    """
    token = secrets.token_urlsafe(32)
    with socket.socket() as listener, (folder / "ministack.log").open("wb") as log:
        listener.bind((LOOPBACK, 0))
        listener.listen(128)
        port = listener.getsockname()[1]
        process = subprocess.Popen(  # noqa: S603 - this interpreter and a module of this package
            [sys.executable, "-P", "-m", "preflight.sandbox.aws.server", str(listener.fileno())],
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=subprocess.STDOUT,
            pass_fds=[listener.fileno()],
            env=_environment(folder, port, account, secret) | {TOKEN_VARIABLE: token},
        )
    try:
        _wait_until_it_answers(process, port, folder)
        yield f"http://{LOOPBACK}:{port}", token
    finally:
        # Nothing in it is to be kept, so it is not asked to shut down but ended.
        process.kill()
        process.wait()
        if process.stdin is not None:
            process.stdin.close()


def _environment(folder: Path, port: int, account: str, secret: str) -> dict[str, str]:
    return {name: os.environ[name] for name in _KEEP if name in os.environ} | {
        "AUTH": "true",
        "BIND_HOST": LOOPBACK,
        "GATEWAY_PORT": str(port),
        "MINISTACK_ACCOUNT_ID": account,
        "AWS_ACCESS_KEY_ID": account,
        "AWS_SECRET_ACCESS_KEY": secret,
        "TMPDIR": str(folder),
        "STATE_DIR": str(folder),
        "S3_DATA_DIR": str(folder),
        # Listeners on every interface and other people's containers are no business of the sandbox.
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "DOCKER_HOST": f"unix://{folder}/no-docker.sock",
        "LOG_LEVEL": "WARNING",
    }


def _wait_until_it_answers(process: subprocess.Popen[bytes], port: int, folder: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        connection = HTTPConnection(LOOPBACK, port, timeout=_START_SECONDS)
        try:
            connection.request("GET", "/_ministack/health")
            if connection.getresponse().status == 200:  # noqa: PLR2004 - HTTP's OK
                return
        except (OSError, HTTPException):
            time.sleep(0.02)
        finally:
            connection.close()
    log = (folder / "ministack.log").read_text(errors="replace")[-2000:]
    raise RuntimeError(f"ministack did not start; the end of its log:\n{log}")
