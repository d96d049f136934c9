"""`preflight sandbox` as real processes: what it opens and leaves, and who reads its keys."""

import json
import os
import signal
import stat
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

pytest.importorskip("ministack", reason="the sandbox extra is not installed")
if not Path("/proc/self/fd").exists():
    pytest.skip("there is no /proc to look into", allow_module_level=True)

from preflight.sandbox import detached
from preflight.seams import UsageError

LOOPBACK = {"0100007F", "00000000000000000000000001000000"}
CLEAN = ("AWS_", "GOOGLE_", "AZURE_", "IDENTITY_", "PREFLIGHT_", "TFY_", "CLOUDSDK_")


def command(folder, *arguments, **more):
    environment = {name: value for name, value in os.environ.items() if not name.startswith(CLEAN)}
    done = subprocess.run(
        [sys.executable, "-P", "-m", "preflight", *map(str, arguments)],
        cwd=folder,
        env=environment | more,
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )
    return done.returncode, done.stdout, done.stderr


def state(folder):
    return json.loads((folder / ".preflight-sandbox" / "sandbox.json").read_text())


def session(pid):
    """The processes of the sandbox: it is the leader of a session of its own."""
    found = set()
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(fields[3]) == pid and fields[0] != "Z":
            found.add(int(path.parent.name))
    return found


def sockets(pid):
    """The inodes of a process's sockets."""
    for entry in Path(f"/proc/{pid}/fd").iterdir():
        try:
            target = str(entry.readlink())
        except FileNotFoundError:
            continue
        if target.startswith("socket:["):
            yield target[8:-1]


def bound(pids):
    """The local addresses that these processes listen at, as the kernel writes them."""
    owned = {inode for pid in pids for inode in sockets(pid)}
    for table, states in (("tcp", {"0A"}), ("tcp6", {"0A"}), ("udp", {"07"}), ("udp6", {"07"})):
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[9] in owned and fields[3] in states:
                yield fields[1].partition(":")[0]


def gone(pids):
    until = time.monotonic() + 10
    while alive := {pid for pid in pids if Path(f"/proc/{pid}/fd").exists() and _runs(pid)}:
        if time.monotonic() > until:
            return alive
        time.sleep(0.05)
    return set()


def _runs(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder that is no checkout, with a module of the user's whose name is one of Python's."""
    made = tmp_path_factory.mktemp("elsewhere")
    (made / "json.py").write_text("raise RuntimeError('not this one')")
    with ThreadPoolExecutor(2) as both:  # two at once start one
        for code, out, err in both.map(lambda _: command(made, "sandbox", "up"), range(2)):
            assert (code, err) == (0, "")
            assert "on loopback only" in out
    yield made
    command(made, "sandbox", "down")


def test_every_listening_socket_is_on_loopback(folder):
    addresses = list(bound(session(state(folder)["pid"])))
    assert len(addresses) >= 6
    assert set(addresses) <= LOOPBACK


def test_up_again_is_the_same_sandbox(folder):
    before = state(folder)
    assert command(folder, "sandbox", "up")[0] == 0
    assert state(folder) == before


def test_its_folder_is_its_owners_alone(folder):
    place = folder / ".preflight-sandbox"
    assert stat.S_IMODE(place.stat().st_mode) == 0o700
    for path in place.rglob("*"):
        if path.is_file() and path.name != "sandbox.log":
            assert stat.S_IMODE(path.stat().st_mode) == 0o600, path


def test_the_key_is_nowhere_but_in_its_state(folder):
    key = state(folder)["env"]["TFY_API_KEY"].encode()
    for path in folder.rglob("*"):
        if path.is_file() and path.name != "sandbox.json":
            assert key not in path.read_bytes(), path
    for pid in session(state(folder)["pid"]):
        assert key not in Path(f"/proc/{pid}/cmdline").read_bytes()
        assert key not in Path(f"/proc/{pid}/environ").read_bytes()
    for action in ("up", "list"):
        assert key.decode() not in "".join(command(folder, "sandbox", action)[1:])


def test_a_shell_takes_its_environment(folder):
    code, out, err = command(folder, "sandbox", "env")
    assert (code, err) == (0, "")
    script = 'set -eu; eval "$1"; env -0'
    outside = {"PATH": os.environ["PATH"], "AWS_PROFILE": "mine", "AWS_SESSION_TOKEN": "mine"}
    shell = ["sh", "-c", script, "sh", out]
    done = subprocess.run(shell, env=outside, capture_output=True, text=True, check=True)
    inside = dict(entry.partition("=")[::2] for entry in done.stdout.split("\0") if entry)
    for name, value in state(folder)["env"].items():
        assert inside[name] == value
    assert not {"AWS_PROFILE", "AWS_SESSION_TOKEN"} & set(inside)


def test_each_breakage_is_listed_and_one_that_is_applied_is_found(folder):
    listed = command(folder, "sandbox", "list")[1].splitlines()
    assert any(line.startswith("openai-duplicate-id") for line in listed)
    environment = state(folder)["env"]
    requests = Path(state(folder)["requests"]) / "openai.jsonl"
    check = ("check", requests, "--provider", "openai")
    assert command(folder, *check, **environment)[0] == 0
    code, out, _ = command(folder, "sandbox", "break", "openai-duplicate-id")
    assert (code, out.startswith("broken: ")) == (0, True)
    code, out, _ = command(folder, *check, **environment)
    assert (code, "[requests-unique]" in out) == (1, True)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("break",), "sandbox list"),
        (("break", "everything"), "everything"),
        (("up", "now"), "leave it out"),
    ],
)
def test_a_wrong_use_is_told(folder, preflight, monkeypatch, arguments, words):
    monkeypatch.chdir(folder)
    code, out, err = preflight("sandbox", *arguments)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert words in err


@pytest.mark.parametrize("action", ["env", "break"])
def test_a_folder_without_a_sandbox_is_told(tmp_path, preflight, monkeypatch, action):
    monkeypatch.chdir(tmp_path)
    name = ("openai-duplicate-id",) if action == "break" else ()
    code, out, err = preflight("sandbox", action, *name)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert str(tmp_path / ".preflight-sandbox") in err
    assert preflight("sandbox", "down")[:2] == (0, "no sandbox was up\n")
    assert not list(tmp_path.iterdir())


def test_one_that_was_killed_leaves_no_process_and_another_can_be_started(folder):
    """The last test of this sandbox; what comes after `down` is looked at with its successor."""
    first = state(folder)
    processes = session(first["pid"])
    assert len(processes) >= 2
    os.kill(first["pid"], signal.SIGKILL)
    assert gone(processes) == set()
    code, _, err = command(folder, "sandbox", "env")
    assert code == 2, err
    assert command(folder, "sandbox", "up")[0] == 0
    second = state(folder)
    assert second["pid"] != first["pid"]
    processes = session(second["pid"])
    assert command(folder, "sandbox", "down")[1] == "the sandbox is down\n"
    assert gone(processes) == set()
    left = {path.name for path in (folder / ".preflight-sandbox").iterdir()}
    assert left == {"lock", "promises.json", "requests", "sandbox.log", "tables.toml"}
    for value in (second["env"]["TFY_API_KEY"], second["env"]["AWS_SECRET_ACCESS_KEY"]):
        for path in folder.rglob("*"):
            assert path.is_dir() or value.encode() not in path.read_bytes(), path


def test_a_program_that_cannot_be_applied_is_told_and_nothing_is_left(tmp_path):
    (tmp_path / "Pulumi.yaml").write_text("config: {gatewayUrl: [odd\n")
    code, out, err = command(tmp_path, "sandbox", "up")
    assert (code, out, err.count("\n")) == (1, "", 1)
    assert "did not start (ParserError: " in err
    left = {path.name for path in (tmp_path / ".preflight-sandbox").iterdir()}
    assert left == {"lock", "sandbox.log"}


@pytest.mark.parametrize("other", [None, "name: of-another-project\n"])
def test_the_program_is_found_from_any_folder(tmp_path, monkeypatch, other):
    monkeypatch.chdir(tmp_path)
    if other is not None:
        (tmp_path / "Pulumi.yaml").write_text(other)
    assert detached._program() == Path(__file__).resolve().parents[1]  # noqa: SLF001
    (tmp_path / "Pulumi.yaml").write_text("config:\n  gatewayUrl:\n")
    assert detached._program() == tmp_path  # noqa: SLF001


def test_where_there_is_no_program_nothing_is_started(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("preflight.__file__", str(tmp_path / "site" / "preflight" / "__init__.py"))
    with pytest.raises(UsageError, match=r"Pulumi\.yaml"):
        detached.up(tmp_path / "sandbox")
    assert not list(tmp_path.iterdir())


def test_what_a_killed_sandbox_left_is_removed_by_down(tmp_path, preflight, monkeypatch):
    monkeypatch.chdir(tmp_path)
    place = tmp_path / ".preflight-sandbox"
    (place / "clouds").mkdir(parents=True)
    (place / "clouds" / "operator.json").write_text("a key")
    (place / "lock").write_text("1")
    (place / "sandbox.json").write_text('{"pid": 1}')
    assert preflight("sandbox", "down")[1] == "no sandbox was up\n"
    assert {path.name for path in place.iterdir()} == {"lock"}
