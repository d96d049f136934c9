"""A sandbox that outlives the command that started it, in a process of its own.

Its folder holds `lock`, held for as long as it lives, and `sandbox.json`, readable by its owner
alone, with what other commands need. Run as a module, this file is that process.
"""

import fcntl
import json
import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import IO

import stamina

from preflight.sandbox.world import Sandbox, World
from preflight.seams import RunError, UsageError

FOLDER = Path(".preflight-sandbox")
STATE = "sandbox.json"
LOG = "sandbox.log"
LOCK = "lock"
START_SECONDS = 90
STOP_SECONDS = 20


def up(folder: Path) -> Sandbox:
    """Start one in the folder, or take the one there. Raises RunError where it does not start."""
    if is_up(folder):
        return attach(folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / STATE).unlink(missing_ok=True)
    with (folder / LOG).open("wb") as log:
        process = subprocess.Popen(  # noqa: S603 - this very module
            [sys.executable, "-m", __name__, str(folder)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and process.poll() is None:
        if (folder / STATE).exists():
            return attach(folder)
        time.sleep(0.1)
    process.terminate()
    lines = (folder / LOG).read_text(errors="replace").strip().splitlines()
    raise RunError(
        "the sandbox",
        f"did not start ({lines[-1] if lines else 'it said nothing'})",
        f"read {folder / LOG}",
    )


def attach(folder: Path) -> Sandbox:
    """The sandbox that runs in the folder. Raises UsageError where none does."""
    if not is_up(folder):
        raise UsageError("the sandbox", "is not up", "start it with `preflight sandbox up`")
    state = json.loads((folder / STATE).read_text())
    return Sandbox(state["env"], state["outputs"], Path(state["requests"]))


def down(folder: Path) -> bool:
    """Stop the folder's sandbox and wait until it has gone. False where there was none."""
    if not is_up(folder):
        return False
    with suppress(ProcessLookupError):
        os.kill(json.loads((folder / STATE).read_text())["pid"], signal.SIGTERM)
    until = time.monotonic() + STOP_SECONDS
    while is_up(folder):
        if time.monotonic() > until:
            raise RunError("the sandbox", "does not stop", f"read {folder / LOG}")
        time.sleep(0.05)
    return True


def is_up(folder: Path) -> bool:
    """Whether a living process holds the folder's lock."""
    try:
        with (folder / LOCK).open("rb") as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return (folder / STATE).exists()
    return False


def _write_state(folder: Path, sandbox: Sandbox) -> None:
    state = {
        "pid": os.getpid(),
        "env": dict(sandbox.env),
        "outputs": sandbox.outputs,
        "requests": str(sandbox.requests),
    }
    part = folder / f"{STATE}.part"
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(state, file)
    part.replace(folder / STATE)


def _serve(folder: Path, lock: IO[bytes]) -> None:
    """Hold a sandbox until told to stop."""
    # Another command may be looking at this moment, under a shared lock.
    for attempt in stamina.retry_context(on=BlockingIOError, attempts=5, wait_max=0.2):
        with attempt:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    told = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: told.set())
    try:
        with World(folder, say=lambda sentence: print(sentence, flush=True)) as sandbox:
            _write_state(folder, sandbox)
            told.wait()
    finally:
        (folder / STATE).unlink(missing_ok=True)


if __name__ == "__main__":
    here = Path(sys.argv[1]).resolve()
    with (here / LOCK).open("wb") as held:
        _serve(here, held)
