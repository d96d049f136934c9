"""What the pages on running and on the sandbox say of files, JSON and variables."""

import json
import re
from pathlib import Path

from cli_world import write_promises, write_requests

from preflight.batch import ledger, merged_files, parquet, plan
from preflight.batch.fetch import RAW, raw_name
from preflight.batch.run import Finished
from preflight.batch.shard_files import SHARDS
from preflight.commands.ledgers import SHARED
from preflight.contract import Gateway, OpenAI, Promises
from preflight.outcomes import Failed, Passed, Skipped, Unknown
from preflight.render import json_report
from preflight.render.outcome import show_finished, show_submitted
from preflight.render.run_list import ListedRun, show_runs
from preflight.render.standing import ShardStanding, show_standing
from preflight.report import Report, Result
from preflight.sandbox import detached
from preflight.sandbox.world import World

DOCS = Path(__file__).parents[1] / "docs"
RUNNING = (DOCS / "running.md").read_text()
SANDBOX = (DOCS / "sandbox.md").read_text()
PLAN = plan.make(
    Promises(Gateway("http://127.0.0.1:1"), (OpenAI("openai-main", "gpt-4o-mini"),)),
    "openai",
    OpenAI("openai-main", "gpt-4o-mini"),
    Path("requests.jsonl"),
    sha256="",
    count=1,
    size=1,
)
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


def test_each_document_of_json_has_the_fields_that_are_documented(
    preflight, capsys, tmp_path, monkeypatch
):
    report = Report((Result("openai", "suite", "a-check", "A title", Passed("seen")),))
    shown = [json.dumps(json_report.shape(report))]
    capsys.readouterr()
    show_submitted(PLAN, {1: "an id"}, tmp_path, "json")
    shown.append(capsys.readouterr().out)
    one = ShardStanding(1, 1, "an id", "in_progress", False, False, None, None, ())
    show_standing([one], tmp_path, "json")
    shown.append(capsys.readouterr().out)
    show_finished(
        Finished("completed", (), merged_files.Summary(1, 1, 0, 0, 0), tmp_path, {}), "json"
    )
    shown.append(capsys.readouterr().out)
    write_promises(tmp_path / "promises.json")
    requests = write_requests(tmp_path / "requests.jsonl")
    promises = ("--promises", tmp_path / "promises.json", "--offline")
    shown.append(preflight("plan", requests, *promises, "--format", "json")[1])
    show_runs([ListedRun("r", "openai", "openai-main", 1, {})], "json")
    shown.append(capsys.readouterr().out)
    shown.append(preflight("status", tmp_path / "nowhere", "--format", "json")[1])
    monkeypatch.chdir(tmp_path)
    others = ("init --yes --promises promises.json", "collect", "config", "sandbox list")
    others += ("scan requests.jsonl --shard 1/1 --to part.json",)
    shown += [preflight(*line.split(), "--json")[1] for line in others]
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
    raw = {f"{RAW}/{raw_name(1, 9, name)}" for name in ("output", "errors")}
    shards = {f"{SHARDS}/0001.jsonl"}
    kept = {ledger.NAME, ledger.LOCK, plan.REQUESTS, *merged_files.FILES}
    further = {parquet.NAME, SHARED, "retry-1.jsonl"}
    assert documented == kept | further | raw | shards


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
