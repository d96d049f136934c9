"""What the pages on running and on the sandbox say of files, JSON and variables."""

import json
import re
from pathlib import Path

from request_files import PROMISED, good_lines, write

from preflight.batch import ledger, merge
from preflight.batch import run as runs
from preflight.batch.answers import Batch
from preflight.batch.run import Finished
from preflight.check import Failed, Passed, Skipped, Unknown
from preflight.commands.plan import planned
from preflight.render import json_report
from preflight.render.outcome import show_batch, show_finished, show_submitted
from preflight.render.plan import shape as plan_shape
from preflight.report import Report, Result
from preflight.requests.scan import scan
from preflight.sandbox import detached
from preflight.sandbox.world import World

DOCS = Path(__file__).parents[1] / "docs"
RUNNING = (DOCS / "running.md").read_text()
SANDBOX = (DOCS / "sandbox.md").read_text()
OUTCOMES = {
    "passed": Passed("seen"),
    "failed": Failed("wrong", "change it"),
    "unknown": Unknown("refused", "a right"),
    "skipped": Skipped("decided"),
}


def rows(text, head):
    """The cells of the table that begins with this head."""
    table = text[text.index(f"| {head} |") :].split("\n\n")[0]
    return [line.strip("| ").split(" | ") for line in table.splitlines()[2:]]


def names(cell):
    """What a cell names; what it says in brackets is about the name before it."""
    return set(re.findall(r"`([^`]+)`", re.sub(r"\([^)]*\)", "", cell)))


def test_each_document_of_json_has_the_fields_that_are_documented(preflight, capsys, tmp_path):
    report = Report((Result("openai", "suite", "a-check", "A title", Passed("seen")),))
    shown = [json.dumps(json_report.shape(report))]
    capsys.readouterr()
    show_submitted("an id", tmp_path, "json")
    shown.append(capsys.readouterr().out)
    show_batch(Batch("an id", "in_progress"), 1, "json")
    shown.append(capsys.readouterr().out)
    show_finished(Finished("completed", (), merge.Summary(1, 1, 0, 0, 0), tmp_path), "json")
    shown.append(capsys.readouterr().out)
    shown.append(preflight("status", tmp_path / "nowhere", "--format", "json")[1])
    found = scan(write(tmp_path / "requests.jsonl", good_lines(3)))
    plan = planned(found, "openai", PROMISED["openai"], one=False, offline=True)
    shown.append(json.dumps(plan_shape(plan)))
    documents = {document["format"]: document for document in map(json.loads, shown)}

    documented = {
        kind.strip("`"): names(holds) for kind, _, holds in rows(RUNNING, "`format` | From | Holds")
    }
    always = {"format", "version", "exit_code"}
    assert {kind: set(one) - always for kind, one in documents.items()} == documented
    assert all(always <= set(one) and one["version"] == 1 for one in documents.values())


def test_each_outcome_has_the_fields_that_are_documented():
    (row,) = [line for line in RUNNING.splitlines() if line.startswith("All have `version`")]
    start = RUNNING.index(row)
    common = names(RUNNING[start : RUNNING.index("\n\n", start)].partition("`checks`")[2])
    documented = {
        outcome.strip("`"): names(fields) for outcome, fields in rows(RUNNING, "`outcome` | Fields")
    }
    results = tuple(Result("openai", "s", "a-check", "T", one) for one in OUTCOMES.values())
    entries = json_report.shape(Report(results))["checks"]
    assert {entry["outcome"]: set(entry) - common for entry in entries} == documented
    assert all(common <= set(entry) for entry in entries)


def test_every_file_of_a_runs_folder_is_documented():
    documented = set().union(*(names(file) for file, _ in rows(RUNNING, "File | Holds")))
    raw = {f"{runs.RAW}/{name}-N.jsonl" for name in ("output", "errors")}
    assert documented == {ledger.NAME, ledger.LOCK, runs.REQUESTS, *merge.FILES} | raw


def test_every_variable_that_the_sandbox_sets_is_documented(preflight, tmp_path, monkeypatch):
    documented = set().union(*(names(cell) for cell, _ in rows(SANDBOX, "Variable | Is")))
    with World(tmp_path, count=1) as running:
        assert documented == set(running.env)
        monkeypatch.setattr(detached, "attach", lambda _: running)
        code, out, _ = preflight("sandbox", "env")
    unset, *exported = out.splitlines()
    assert code == 0
    assert len(exported) == len(running.env)
    assert set(unset.split()[1:]) <= set(re.findall(r"[A-Z_]{5,}", SANDBOX))


def test_the_sandboxs_actions_are_documented(preflight):
    code, out, _ = preflight("sandbox", "--help")
    (choices,) = set(re.findall(r"\{([a-z,]+)\}", out))
    documented = {names(cell).pop().split()[2] for cell, _ in rows(SANDBOX, "Command | Does")}
    assert (code, documented) == (0, set(choices.split(",")))
