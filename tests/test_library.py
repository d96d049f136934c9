"""The library through the sandbox's gateway to its OpenAI: from the check to merged results."""

import asyncio
import json
import os
import pickle
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from cli_world import write_requests
from library_world import IDS, KEY, ids, one_at_a_time, promises, silent, timing, upstream

import preflight
from preflight.sandbox.upstream.lifecycle import Timing

__all__ = ["promises", "silent", "timing", "upstream"]

pytestmark = pytest.mark.usefixtures("silent")


def test_from_the_check_to_results(promises, tmp_path):
    report = preflight.check("requests.jsonl", promises=promises, key=KEY)
    assert report.verdict is preflight.Verdict.READY, report.failed_ids()
    planned = preflight.plan(tmp_path / "requests.jsonl", promises=promises)
    assert (planned.provider, len(planned.shards)) == ("openai", 1)
    said, seen = [], []
    finished = preflight.run(
        "requests.jsonl",
        promises=promises,
        out="run",
        key=KEY,
        say=said.append,
        progress=seen.append,
    )
    assert finished.complete
    assert ids(finished.folder / "results.jsonl") == IDS
    assert said[0].startswith("READY: ")
    assert seen[-1].ended
    assert [each.batch for each in seen[-1].shards] != [None]


KILLED = """
import json, os, signal, sys
import preflight
def ended(standing):
    if any(each.ended for each in standing.shards):
        os.kill(os.getpid(), signal.SIGKILL)
preflight.run("requests.jsonl", promises=json.loads(sys.argv[1]), out="run", tables="tables.toml",
              progress=ended)
"""


def test_a_run_whose_process_was_killed_is_resumed_by_its_folder_and_paid_for_once(
    promises, upstream, tmp_path
):
    tables = one_at_a_time(tmp_path)
    command = [sys.executable, "-c", KILLED, json.dumps(promises)]
    killed = subprocess.run(command, env=os.environ | {"TFY_API_KEY": KEY}, check=False)
    assert killed.returncode == -9
    there = preflight.runs(".")
    assert [(one.place, one.results) for one in there] == [("run", None)]
    before = len(upstream.batches)
    assert 1 <= before < 4
    seen = []
    finished = preflight.resume("run", tables=tables, key=KEY, progress=seen.append)
    assert (finished.complete, finished.shards) == (True, {"completed": 4})
    at_once = [sum((each.batch and not each.ended) or 0 for each in one.shards) for one in seen]
    assert max(at_once) == 1
    assert ids(finished.folder / "results.jsonl") == IDS
    assert len(upstream.batches) == 4
    assert preflight.resume("run") == finished  # nobody is asked: there is no key


def test_what_was_submitted_is_watched_while_the_loop_goes_on_and_then_fetched(promises):
    standing = preflight.submit("requests.jsonl", promises=promises, out="run", key=KEY)
    assert (standing.ended, standing.waiting, standing.requests) == (False, 0, 40)
    ticks = 0

    async def tick():
        nonlocal ticks
        while True:
            ticks += 1
            await asyncio.sleep(0.01)

    async def watched():
        ticking = asyncio.create_task(tick())
        seen = [each async for each in preflight.watch(standing.folder, poll_every=0.1, key=KEY)]
        ticking.cancel()
        return seen

    seen = asyncio.run(watched())
    assert [each.ended for each in seen] == [False] * (len(seen) - 1) + [True]
    assert len(seen) > 1
    assert ticks > 2 * len(seen)
    finished = preflight.fetch("run", key=KEY)
    assert (finished.complete, finished.status) == (True, "completed")


def test_a_watch_ends_where_nobody_sends_the_rest(promises, tmp_path):
    one_at_a_time(tmp_path)
    preflight.submit("requests.jsonl", promises=promises, out="run", key=KEY, tables="tables.toml")

    async def watched():
        watch = preflight.watch("run", poll_every=0.05, patience=0.3, key=KEY)
        return [each async for each in watch]

    last = asyncio.run(watched())[-1]
    assert (last.ended, last.waiting) == (False, 3)


@pytest.mark.parametrize("timing", [Timing(running=1.5)])
def test_what_is_cancelled_keeps_its_results_and_the_rest_is_tried_again(
    promises, upstream, timing
):
    preflight.submit("requests.jsonl", promises=promises, out="run", key=KEY)
    with pytest.raises(preflight.RunError, match="fetch it when"):
        preflight.fetch("run", key=KEY)
    while preflight.status("run", key=KEY).shards[0].status != "in_progress":
        time.sleep(0.05)
    assert preflight.cancel("run", key=KEY).shards[0].status in {"cancelling", "cancelled"}
    finished = preflight.resume("run", key=KEY)
    assert (finished.status, finished.complete) == ("cancelled", False)
    again = preflight.retry("run", key=KEY)
    assert again.complete
    assert again.summary.results == 40


def test_a_file_that_is_not_ready_is_not_sent_and_the_error_has_the_report(
    promises, upstream, tmp_path
):
    write_requests(tmp_path / "requests.jsonl", ("same", "same"))
    with pytest.raises(preflight.NotReady, match="NOT READY, nothing was sent: ") as caught:
        preflight.run("requests.jsonl", promises=promises, key=KEY)
    assert caught.value.exit_code == 1
    assert caught.value.report.failed_ids() == {caught.value.where}
    copy = pickle.loads(pickle.dumps(caught.value))
    assert (str(copy), copy.report.verdict) == (str(caught.value), preflight.Verdict.NOT_READY)
    with pytest.raises(preflight.NotReady):
        preflight.submit("requests.jsonl", promises=promises, key=KEY)
    assert upstream.batches == []


def test_each_fault_is_told_with_its_line_where_that_is_asked_for(promises, tmp_path):
    write_requests(tmp_path / "requests.jsonl", ("same", "same", "same", "other"))
    asked = {"promises": promises, "offline": True}
    (brief,) = (
        result.outcome
        for result in preflight.check("requests.jsonl", **asked).results
        if isinstance(result.outcome, preflight.Failed)
    )
    (told,) = (
        result.outcome
        for result in preflight.check("requests.jsonl", **asked, max_findings=9, jobs=2).results
        if isinstance(result.outcome, preflight.Failed)
    )
    assert (brief.findings, told.problem) == ((), brief.problem)
    assert [fault.line for fault in told.findings] == [2, 3]


def test_without_a_key_it_cannot_be_told(promises):
    with pytest.raises(preflight.NotReady, match="CANNOT TELL") as caught:
        preflight.run("requests.jsonl", promises=promises)
    assert caught.value.exit_code == 3
    report = preflight.check("requests.jsonl", promises=promises)
    assert report.verdict is preflight.Verdict.CANNOT_TELL


def test_who_fails_while_being_told_stops_this_process_and_not_the_run(promises, upstream):
    def fails(_):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        preflight.run("requests.jsonl", promises=promises, out="run", key=KEY, progress=fails)
    assert preflight.resume("run", key=KEY).complete
    assert len(upstream.batches) == 1


def test_two_runs_go_side_by_side_in_one_process(promises, upstream, tmp_path):
    write_requests(tmp_path / "others.jsonl", ("x1", "x2"))

    def run(name):
        return preflight.run(f"{name}.jsonl", promises=promises, out=f"run-{name}", key=KEY)

    with ThreadPoolExecutor() as pool:
        first, second = pool.map(run, ("requests", "others"))
    assert (first.summary.results, second.summary.results) == (40, 2)
    assert len(upstream.batches) == 2


def test_a_run_that_is_worked_on_is_refused_as_busy(promises):
    busy = []

    def another(_):
        with pytest.raises(preflight.Busy) as caught:
            preflight.resume("run", key=KEY)
        busy.append(caught.value)

    preflight.run("requests.jsonl", promises=promises, out="run", key=KEY, progress=another)
    assert isinstance(busy[0], preflight.UsageError)


def test_the_key_is_in_nothing_that_is_kept_or_shown(promises, tmp_path):
    finished = preflight.run("requests.jsonl", promises=promises, out="run", key=KEY)
    kept = [path for path in (tmp_path / "run").rglob("*") if path.is_file()]
    assert len(kept) > 3
    assert not [path for path in kept if KEY.encode() in path.read_bytes()]
    assert KEY not in repr(finished)
    wrong = "another-key-that-is-wrong"
    report = preflight.check("requests.jsonl", promises=promises, key=wrong)
    assert report.failed_ids() == {"gateway-key"}
    assert wrong not in repr(report)
    with pytest.raises(preflight.PreflightError) as caught:
        preflight.run("requests.jsonl", promises=promises, out="other", key=wrong, force=True)
    assert wrong not in f"{caught.value} {caught.value.__cause__}"


def test_results_from_elsewhere_are_joined_to_their_requests(promises, tmp_path):
    finished = preflight.run("requests.jsonl", promises=promises, out="run", key=KEY)
    rows = (finished.folder / "results.jsonl").read_bytes().splitlines(keepends=True)
    (tmp_path / "back.jsonl").write_bytes(b"".join(reversed(rows[1:])))
    counts = preflight.merge("requests.jsonl", "back.jsonl", to="merged")
    assert (counts.requests, counts.results, counts.missing) == (40, 39, 1)
    assert ids(tmp_path / "merged" / "results.jsonl") == IDS[1:]
    with pytest.raises(preflight.UsageError):
        preflight.merge("requests.jsonl", [tmp_path / "nowhere.jsonl"], to="other")


@pytest.mark.parametrize(
    ("words", "match"),
    [
        ({"provider": "opnai"}, "provider 'opnai': is not known; name one of openai, azure"),
        ({"provider": "vertex"}, "the stack promises only openai"),
        ({"stack": "dev"}, "stack and promises: say the same thing twice"),
        ({"promises": None}, "add --stack NAME or --promises FILE"),
        ({"promises": {"version": 2}}, "promises: gateway: is missing"),
        ({"promises": {"version": {1}}}, "promises: are no JSON"),
        ({"promises": "nowhere.json"}, "nowhere.json: cannot be read"),
        ({"requests": "nowhere.jsonl"}, "nowhere.jsonl: "),
        ({"requests": None, "offline": True}, "offline: leaves nothing to look at"),
        ({"deadline": 0}, "deadline: '0' is no number of seconds"),
        ({"overall_deadline": float("nan")}, "overall_deadline: 'nan' is no number of seconds"),
        ({"jobs": 0}, "jobs: is 0; give a whole number above 0"),
        ({"max_findings": True}, "max_findings: is True"),
        ({"only": "gateway-kye"}, "did you mean gateway-key"),
        ({"tables": "nowhere.toml"}, "nowhere.toml: cannot be read"),
    ],
)
def test_what_a_command_line_would_refuse_is_an_error_that_can_be_caught(promises, words, match):
    asked = {"requests": "requests.jsonl", "promises": promises} | words
    with pytest.raises(preflight.UsageError, match=match) as caught:
        preflight.check(asked.pop("requests"), **asked)
    assert (caught.value.exit_code, type(caught.value.remedy)) == (2, str)


def test_a_folder_without_a_run_is_told_by_each_that_takes_one(promises, tmp_path):
    (tmp_path / "empty").mkdir()
    for function in (preflight.status, preflight.fetch, preflight.cancel, preflight.resume):
        with pytest.raises(preflight.UsageError, match="holds no run"):
            function("empty", key=KEY)
    with pytest.raises(preflight.UsageError, match="holds no run"):
        asyncio.run(anext(preflight.watch("empty", key=KEY)))
    assert preflight.runs(tmp_path) == ()


def test_a_run_that_died_before_its_file_was_copied_says_so(promises, tmp_path):
    preflight.submit("requests.jsonl", promises=promises, out="run", key=KEY)
    (tmp_path / "run" / "requests.jsonl").write_text("half")
    with pytest.raises(preflight.RequestFileError, match="before it was copied"):
        preflight.resume("run", key=KEY)
