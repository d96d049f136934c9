"""The library through the sandbox's gateway to its OpenAI: from the check to merged results."""

import json
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from cli_world import write_requests
from library_world import IDS, KEY, ids, one_at_a_time, promises, silent, timing, upstream

import preflight
from preflight.sandbox.upstream.lifecycle import Timing
from preflight.vocabulary import FORMATS

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


def test_a_report_is_written_in_each_form_of_the_command(promises):
    report = preflight.check("requests.jsonl", promises=promises, offline=True)
    written = {form: preflight.formatted(report, form) for form in FORMATS}
    assert json.loads(written["json"])["verdict"] == "READY"
    assert "READY" in written["text"]
    assert all(written.values())
    with pytest.raises(
        preflight.UsageError, match=r"form 'jsn': is not known; did you mean json\?"
    ):
        preflight.formatted(report, "jsn")


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


def test_two_runs_go_side_by_side_in_one_process(promises, upstream, tmp_path):
    write_requests(tmp_path / "others.jsonl", ("x1", "x2"))

    def run(name):
        return preflight.run(f"{name}.jsonl", promises=promises, out=f"run-{name}", key=KEY)

    with ThreadPoolExecutor() as pool:
        first, second = pool.map(run, ("requests", "others"))
    assert (first.summary.results, second.summary.results) == (40, 2)
    assert len(upstream.batches) == 2


def test_results_from_elsewhere_are_joined_to_their_requests(promises, tmp_path):
    finished = preflight.run("requests.jsonl", promises=promises, out="run", key=KEY)
    rows = (finished.folder / "results.jsonl").read_bytes().splitlines(keepends=True)
    (tmp_path / "back.jsonl").write_bytes(b"".join(reversed(rows[1:])))
    counts = preflight.merge("requests.jsonl", "back.jsonl", to="merged")
    assert (counts.requests, counts.results, counts.missing) == (40, 39, 1)
    assert ids(tmp_path / "merged" / "results.jsonl") == IDS[1:]
    with pytest.raises(preflight.UsageError):
        preflight.merge("requests.jsonl", [tmp_path / "nowhere.jsonl"], to="other")
