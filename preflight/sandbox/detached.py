"""A sandbox that outlives the command that started it, in a process of its own.

Its folder, which its owner alone may enter, holds `lock`, held for as long as it lives and with its
process id in it, and `sandbox.json` with what other commands need. Run as a module, this file is
that process.
"""

import fcntl
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
import traceback
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import IO, Any

import stamina

import preflight
from preflight.sandbox.program import PROGRAM_FILE, program_folder
from preflight.sandbox.sandbox import Sandbox
from preflight.sandbox.world import World
from preflight.seams import PreflightError, RunError, UsageError

FOLDER = Path(".preflight-sandbox")
STATE = "sandbox.json"
SCRATCH = "clouds"
LOG = "sandbox.log"
LOCK = "lock"
START_SECONDS = 90
STOP_SECONDS = 20
_OWNER_ONLY = 0o700
_SETTING = "gatewayUrl:"
"""By which this project's Pulumi.yaml is told from another's."""

_LONGEST_REASON = 300


def up(folder: Path) -> Sandbox:
    """Start one in the folder, or take the one there. Raises RunError where it does not start."""
    program = _program()
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(_OWNER_ONLY)
    process = None if _is_held(folder) else _start(folder, program)
    until = time.monotonic() + START_SECONDS
    try:
        while time.monotonic() < until:
            # Looked at in this order: what has ended may have left its place to another.
            ended = process is not None and process.poll() is not None
            held = _is_held(folder)
            if held and (state := _state(folder)):
                return _sandbox(state)
            if not held and (process is None or ended):
                break
            time.sleep(0.05)
    except KeyboardInterrupt:
        _stop(process)
        raise
    _stop(process)
    lines = (folder / LOG).read_text(errors="replace").strip().splitlines()
    raise RunError(
        "the sandbox",
        f"did not start ({lines[-1] if lines else 'it said nothing'})",
        f"read {folder / LOG}",
    )


def attach(folder: Path) -> Sandbox:
    """The sandbox that runs in the folder. Raises UsageError where none does."""
    state = _state(folder) if _is_held(folder) else None
    if state is None:
        raise UsageError(
            str(folder.resolve()),
            "holds no sandbox that is up",
            "start one with `preflight sandbox up`, or go to the folder where one was started",
        )
    return _sandbox(state)


def down(folder: Path) -> bool:
    """Stop the folder's sandbox, wait until it has gone, and remove what was secret in it.

    False where there was none. Raises RunError where it does not stop.
    """
    pid = _pid(folder) if _is_held(folder) else None
    if pid is not None:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)
        until = time.monotonic() + STOP_SECONDS
        while _is_held(folder):
            if time.monotonic() > until:
                raise RunError("the sandbox", "does not stop", f"kill -9 {pid}")
            time.sleep(0.05)
    # One that was killed had no time to tidy up.
    with suppress(FileNotFoundError, BlockingIOError), (folder / LOCK).open("rb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        _forget(folder)
    return pid is not None


def _program() -> Path:
    """The Pulumi program: of the working directory, else of the checkout this package is in.

    Raises UsageError where neither is one, or is another project's.
    """
    checkout = Path(preflight.__file__).resolve().parents[1]
    if not (checkout / PROGRAM_FILE).is_file():
        return program_folder()
    with suppress(UsageError):
        here = program_folder()
        if _SETTING in (here / PROGRAM_FILE).read_text(errors="replace"):
            return here
    return checkout


def _start(folder: Path, program: Path) -> "subprocess.Popen[bytes]":
    with (folder / LOG).open("ab") as log:
        return subprocess.Popen(  # noqa: S603 - this very module
            # -P: a module of the user's in the working directory is not taken for one of ours.
            [sys.executable, "-P", "-m", __name__, str(folder.resolve()), str(program)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )


def _stop(process: "subprocess.Popen[bytes] | None") -> None:
    """End a start that takes too long or is not wanted any more."""
    if process is None:
        return
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()


def _is_held(folder: Path) -> bool:
    """Whether a living process holds the folder's lock."""
    try:
        with (folder / LOCK).open("rb") as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False


def _pid(folder: Path) -> int | None:
    """The process that holds the lock; None in the moment before it has written its id."""
    text = (folder / LOCK).read_text()
    return int(text) if text.isdecimal() else None


def _state(folder: Path) -> dict[str, Any] | None:
    """What the sandbox that is up has written; None while it starts, and of one that was killed."""
    try:
        state: dict[str, Any] = json.loads((folder / STATE).read_text())
    except FileNotFoundError:
        return None
    return state if state["pid"] == _pid(folder) else None


def _sandbox(state: dict[str, Any]) -> Sandbox:
    return Sandbox(state["env"], state["outputs"], Path(state["requests"]))


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


def _forget(folder: Path) -> None:
    """Remove keys, and what the clouds kept."""
    for name in (STATE, f"{STATE}.part"):
        (folder / name).unlink(missing_ok=True)
    shutil.rmtree(folder / SCRATCH, ignore_errors=True)


def _serve(folder: Path, program: Path, lock: IO[bytes]) -> None:
    """Hold a sandbox until told to stop."""
    # Another command may be looking at this moment, under a shared lock.
    for attempt in stamina.retry_context(on=BlockingIOError, attempts=5, wait_max=0.2):
        with attempt:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    lock.truncate(0)
    lock.write(str(os.getpid()).encode())
    lock.flush()
    os.truncate(folder / LOG, 0)
    _forget(folder)
    told = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: told.set())
    try:
        with World(
            folder, program=program, say=lambda sentence: print(sentence, flush=True)
        ) as sandbox:
            if not told.is_set():
                _write_state(folder, sandbox)
            told.wait()
    finally:
        _forget(folder)


def _told_last(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    """End the log with one line that says why."""
    traceback.print_exception(kind, error, trace)
    print(f"{kind.__name__}: {' '.join(str(error).split())[:_LONGEST_REASON]}", file=sys.stderr)


if __name__ == "__main__":
    os.umask(0o077)
    sys.excepthook = _told_last
    here = Path(sys.argv[1])
    os.chdir(here)  # ... nor by the processes that it starts, and the user's folder is not held
    try:
        with (here / LOCK).open("ab") as held:
            _serve(here, Path(sys.argv[2]), held)
    except PreflightError as error:
        sys.exit(str(error))
