"""A real PostgreSQL, as long as the tests of a file need it: on loopback, without a password."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

import pytest

PACKAGED = Path("/usr/lib/postgresql")
"""Where Debian's package has it, a folder per version."""
STARTS_WITHIN = 60.0


def _binaries():
    packaged = sorted(PACKAGED.glob("*/bin"), key=lambda path: float(path.parent.name))
    found = shutil.which("initdb")
    return [*([Path(found).parent] if found else []), *packaged]


def _as_server():
    """What starts a command as someone whom PostgreSQL lets start it; None where nobody is."""
    if os.geteuid() != 0:
        return []
    try:
        user = pwd.getpwnam("postgres")
    except KeyError:
        return None
    who = [f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"]
    return ["setpriv", *who, "--pdeathsig=QUIT"]


def _free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def _answers(port, server):
    until = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < until and server.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return True
    return False


@pytest.fixture(scope="module")
def postgres():
    """The address of a database that lives as long as the tests of this file."""
    binaries, become = _binaries(), _as_server()
    if not binaries or become is None:
        pytest.skip("PostgreSQL is not installed (Debian: apt-get install postgresql)")
    folder = Path(tempfile.mkdtemp(prefix="preflight-postgres-"))
    try:
        if become:
            shutil.chown(folder, "postgres", "postgres")
        made = ["initdb", "--auth=trust", "--username=preflight", "--no-sync", "--no-locale"]
        _done([*become, binaries[-1] / made[0], *made[1:], "-D", folder / "data"])
        port = _free_port()
        options = {"listen_addresses": "127.0.0.1", "port": port, "fsync": "off"}
        options |= {"unix_socket_directories": "", "max_connections": 30}
        set_to = [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
        command = [*become, binaries[-1] / "postgres", "-D", folder / "data", *set_to]
        with (folder / "log").open("wb") as log:
            server = subprocess.Popen(command, stdout=log, stderr=log)
        try:
            assert _answers(port, server), (folder / "log").read_text()
            yield f"postgresql://preflight@127.0.0.1:{port}/postgres"
        finally:
            server.send_signal(signal.SIGQUIT)
            server.wait(30)
    finally:
        shutil.rmtree(folder)


def _done(command):
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
