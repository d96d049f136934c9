"""The command as a process: interrupted, killed, twice at once, without a reader."""

import os
import signal
import subprocess
import sys

import pytest
from cli_world import IDS, PREFLIGHT, ended, one_sentence, sent, started, world
from gateway_double import Double, lines, result

GOING, DONE = {"status": "in_progress"}, {"status": "completed", "output_file_id": "out"}
RUN = ("run", "requests.jsonl", "--out", "run", "--offline", "--force")
# Where tests run in the background, SIGINT is ignored, and a child inherits that.
HEAR = (
    "import os, signal, sys; signal.signal(2, signal.SIG_DFL); os.execv(sys.argv[1], sys.argv[1:])"
)
HEARING = (sys.executable, "-c", HEAR)


@pytest.fixture
def double():
    return Double(states=[GOING], content={"out": lines(*map(result, IDS))})


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch, double):
    with world(tmp_path, monkeypatch, double):
        yield tmp_path


def watching(*arguments, **options):
    """A run that has come to where it watches its batch."""
    process = started(*RUN, *arguments, before=HEARING, **options)
    for line in process.stderr:
        if line.startswith(b"in_progress"):
            return process
    raise AssertionError(process.communicate())


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGKILL, -9)]
)
def test_a_run_that_is_ended_while_it_waits_is_taken_up_again(preflight, double, number, code):
    process = watching()
    process.send_signal(number)
    found, out, err = ended(process)
    assert (found, out) == (code, "")
    if number != signal.SIGKILL:
        assert one_sentence(err)
        assert "the same command takes the run up again" in err
    double.states = [DONE]
    code, out, err = preflight(*RUN)
    assert (code, sent(double)) == (0, (1, 1)), err
    assert "all of this run was sent before" in err


MOMENTS = ("before upload", "after upload", "after create", "before look", "after content")


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_run_that_is_killed_at_any_call_sends_nothing_twice(preflight, double, moment):
    double.states = [DONE]
    held = double.hold(moment)
    process = started(*RUN)
    assert held.reached.wait(20)
    process.kill()
    ended(process)
    held.let_go.set()
    code, out, err = preflight(*RUN)
    assert (code, sent(double)) == (0, (1, 1)), err
    assert "3 results, 0 errors, 0 missing" in out


def test_a_run_that_is_killed_before_its_create_is_looked_for_before_it_creates(preflight, double):
    double.states = [DONE]
    held = double.hold("before create")
    process = started(*RUN)
    assert held.reached.wait(20)
    process.kill()
    ended(process)
    held.let_go.set()
    code, _, err = preflight(*RUN)
    assert (code, sent(double)) == (0, (1, 1))
    assert "an earlier create got no answer: looking for its batch" in err
    assert double.done["list"] > 1


def test_a_second_process_is_kept_out_while_the_first_works(preflight, folder, double):
    process = watching()
    try:
        for again in (RUN, ("fetch", "run")):
            code, out, err = preflight(*again)
            assert (code, out) == (2, "")
            assert "another preflight is working on this run" in err
        assert preflight("status", "run")[0] == 0
        assert preflight("cancel", "run")[0] == 0
    finally:
        double.states = [DONE]
        code, out, _ = ended(process)
    assert (code, sent(double)) == (0, (1, 1))


def test_two_processes_at_once_send_one_batch(double):
    double.states = [DONE]
    both = [started(*RUN) for _ in range(2)]
    codes = sorted(ended(process)[0] for process in both)
    assert codes in ([0, 0], [0, 2])
    assert sent(double) == (1, 1)


def test_a_reader_that_goes_away_ends_neither_the_check_nor_its_verdict(folder):
    (folder / "requests.jsonl").write_text("{}\n")
    script = 'set -o pipefail; "$@" | head -1'
    shell = ["bash", "-c", script, "bash", *PREFLIGHT, "check", "requests.jsonl", "--offline"]
    done = subprocess.run(shell, capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.startswith("openai  NOT READY")


def test_a_run_outlives_whoever_reads_its_talk(double):
    reading, writing = os.pipe()
    process = started(*RUN, stderr=writing)
    os.close(writing)
    os.read(reading, 1)
    os.close(reading)
    double.states = [DONE]
    code, out, _ = ended(process)
    assert code == 0
    assert "3 results" in out


def test_closed_descriptors_are_no_reason_to_fail(double):
    double.states = [DONE]
    shell = ["bash", "-c", '"$@" <&- >&- 2>&-', "bash", *PREFLIGHT, *RUN]
    assert subprocess.run(shell, check=False, timeout=60).returncode == 0
    stderr_only = ["bash", "-c", '"$@" 2>&- --format json', "bash", *PREFLIGHT, *RUN]
    done = subprocess.run(stderr_only, capture_output=True, check=False, timeout=60)
    assert done.stdout.startswith(b"{")
