"""What failed is tried again, what is unknown is settled, and who is to know is told."""

import json
import stat

import pytest
from cli_world import IDS, request, sent, world
from gateway_double import KEY, Double, lines, refusal, result

DONE = {"status": "completed", "output_file_id": "out"}


@pytest.fixture
def double():
    return Double(states=[DONE])


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch, double):
    with world(tmp_path, monkeypatch, double):
        yield tmp_path / "run"


@pytest.fixture
def run(preflight, folder):
    return lambda *more: preflight("run", "requests.jsonl", "--out", folder, *more)


def ids(path):
    return [json.loads(line)["custom_id"] for line in path.read_bytes().splitlines()]


def test_what_failed_for_a_reason_that_passes_is_sent_again_and_merged(
    run, double, folder, preflight
):
    double.content["out"] = lines(result("r0"), result("r1", 429), result("r2", 400))
    assert run()[0] == 1
    double.content["out"] = lines(result("r1"))
    code, out, err = preflight("retry", folder)
    assert (code, sent(double)) == (1, (2, 2)), err
    assert ids(folder / "results.jsonl") == ["r0", "r1"]
    assert ids(folder / "errors.jsonl") == ["r2"]
    (first, _), (second, sent_second) = double.uploads
    assert first != second
    assert [json.loads(line)["custom_id"] for line in sent_second.splitlines()] == ["r1"]
    assert "2 results, 1 errors, 0 missing of 3 requests" in out
    code, _, err = preflight("retry", folder)
    assert (code, sent(double)) == (1, (2, 2))
    assert "would fail again" in err


@pytest.mark.parametrize("again", ["retry", "run"])
def test_a_retry_that_is_refused_goes_on(run, double, folder, preflight, again):
    double.content["out"] = lines(*(result(each, 500) for each in IDS))
    assert run()[0] == 1
    double.before["create"] = [refusal(403, "no")]
    assert preflight("retry", folder)[0] == 1
    double.content["out"] = lines(*map(result, IDS))
    code, _, err = preflight("retry", folder) if again == "retry" else run()
    assert (code, sent(double)) == (0, (2, 2)), err
    assert ids(folder / "results.jsonl") == list(IDS)


def test_a_run_with_all_its_results_has_nothing_to_retry(run, double, folder, preflight):
    double.content["out"] = lines(*map(result, IDS))
    run()
    code, _, err = preflight("retry", folder)
    assert (code, sent(double)) == (0, (1, 1))
    assert "nothing to try again" in err


@pytest.fixture
def unknown(run, double, monkeypatch):
    """A create whose answer was lost, at a gateway that lists no batches."""
    double.content["out"] = lines(*map(result, IDS))
    double.after["create"] = [refusal(502, "boom")]
    double.before["list"] = [refusal(405, "no such call")] * 50
    code, _, err = run("--offline", "--force")
    assert (code, double.done["create"]) == (1, 1)
    assert "preflight settle RUN --batch ID" in err


def test_a_batch_that_a_person_found_is_taken_up(unknown, run, double, folder, preflight):
    assert preflight("settle", folder, "--batch", "batch-0")[0] == 0
    code, _, err = run("--offline", "--force")
    assert (code, double.done["create"]) == (0, 1), err


def test_a_batch_that_a_person_did_not_find_is_created(unknown, run, double, folder, preflight):
    assert preflight("settle", folder, "--none")[0] == 0
    assert run("--offline", "--force")[0] == 0
    assert double.done["create"] == 2
    code, _, err = preflight("settle", folder, "--none")
    assert code == 2
    assert "no create of shard 1 that nobody knows the end of" in err
    assert preflight("settle", folder, "--shard", "9", "--none")[0] == 2


def test_a_command_is_run_for_each_batch_that_ended(run, double, folder, tmp_path):
    double.content["out"] = lines(*map(result, IDS))
    script = tmp_path / "told"
    script.write_text("#!/bin/sh\ncat > told.json; env > told.env\n")
    script.chmod(script.stat().st_mode | stat.S_IXUSR)
    code, _, err = run("--notify", str(script))
    assert code == 0, err
    told = json.loads((tmp_path / "told.json").read_text())
    assert (told["shard"], told["status"], told["requests"]) == (1, "completed", 3)
    environment = (tmp_path / "told.env").read_text()
    assert "PREFLIGHT_STATUS=completed" in environment
    assert KEY not in environment


@pytest.mark.parametrize(
    ("target", "words"),
    [
        ("/no/such/command", "was not run"),
        ("false", "ended with 1"),
        ("http://127.0.0.1:1", "not told"),
    ],
)
def test_who_cannot_be_told_does_not_fail_the_run(run, double, target, words):
    double.content["out"] = lines(*map(result, IDS))
    code, _, err = run("--notify", target)
    assert code == 0
    assert "--notify: " in err
    assert words in err


def test_results_are_written_as_parquet_too(run, double, folder):
    parquet = pytest.importorskip("pyarrow.parquet")
    double.content["out"] = lines(*map(result, IDS))
    assert run("--parquet")[0] == 0
    table = parquet.read_table(folder / "results.parquet")
    assert table.column("custom_id").to_pylist() == list(IDS)


def test_runs_are_listed_with_how_far_each_has_come(run, double, folder, tmp_path, preflight):
    double.content["out"] = lines(*map(result, IDS))
    run()
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "ledger.sqlite3").write_text("no database")
    code, out, _ = preflight("runs", tmp_path, "--format", "json")
    broken, whole = json.loads(out)["runs"]
    assert code == 0
    assert (whole["results"], whole["shards"]) == (3, {"fetched": 1})
    assert "damaged" in broken["problem"]
    code, out, _ = preflight("runs", tmp_path)
    assert "3 requests to openai (openai-main): 1 fetched; 3 results" in out


def test_a_key_that_runs_out_is_read_anew_from_its_file(run, double, folder, tmp_path, monkeypatch):
    key = tmp_path / "key"
    key.write_text(KEY + "\n")
    monkeypatch.setenv("TFY_API_KEY_FILE", str(key))
    monkeypatch.setenv("TFY_API_KEY", "another-key")
    double.content["out"] = lines(*map(result, IDS))
    double.before["look"] = [refusal(401, "expired")] * 3
    code, _, err = run("--offline", "--force")
    assert code == 0, err
    assert "waiting for a new key" in err


def test_what_was_sent_by_models_is_sent_by_models_again(double, folder, preflight):
    two = [{"provider_name": "openai-main", "model": model} for model in ("gpt-4o-mini", "gpt-4.1")]
    promises = json.loads((folder.parent / "promises.json").read_text())
    (folder.parent / "promises.json").write_text(json.dumps(promises | {"openai": two}))
    asked = [request(each) for each in IDS]
    asked[1]["body"]["model"] = "gpt-4.1"
    (folder.parent / "requests.jsonl").write_bytes(lines(*asked))
    double.content["out"] = lines(*(result(each, 429) for each in IDS))
    code, _, err = preflight("run", "requests.jsonl", "--out", folder)
    assert (code, sent(double)) == (1, (2, 2)), err
    double.content["out"] = lines(*map(result, IDS))
    code, out, err = preflight("retry", folder)
    assert (code, sent(double)) == (0, (4, 4)), err
    models = [
        [json.loads(row)["body"]["model"] for row in content.splitlines()]
        for _, content in double.uploads
    ]
    assert models == [["gpt-4o-mini"] * 2, ["gpt-4.1"]] * 2
    assert "3 results, 0 errors, 0 missing of 3 requests" in out
