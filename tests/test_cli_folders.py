"""Run folders that are not there, not ours, damaged or full; and the steps by hand."""

import json
import os
import shutil
import sqlite3

import pytest
from cli_world import IDS, ended, files_in, one_sentence, started, world, write_requests
from gateway_double import Double, lines, refusal, result

GOING, DONE = {"status": "in_progress"}, {"status": "completed", "output_file_id": "out"}


@pytest.fixture
def double():
    return Double(states=[DONE], content={"out": lines(*map(result, IDS))})


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch, double):
    with world(tmp_path, monkeypatch, double):
        yield tmp_path


def refused(told, *words, code=2):
    found, out, err = told
    assert (found, out) == (code, ""), err
    assert one_sentence(err.splitlines(keepends=True)[-1]), err
    for word in words:
        assert word in err.splitlines()[-1]


BY_HAND = ("status", "fetch", "cancel")


@pytest.mark.parametrize("command", BY_HAND)
def test_a_folder_without_a_run_is_refused(preflight, folder, command):
    (folder / "empty").mkdir()
    (folder / "odd" / "ledger.sqlite3").mkdir(parents=True)
    for name in ("gone", "empty", "odd", "requests.jsonl"):
        refused(preflight(command, name), name, "holds no run")
    refused(preflight(command, "x" * 300), "cannot be looked into")
    assert not files_in(folder / "empty")


def other_program(path):
    path.unlink()
    with sqlite3.connect(path) as db:
        db.execute("create table run (plan text)")
    db.close()


def sql(statement):
    def damage(path):
        db = sqlite3.connect(path, isolation_level=None)
        db.execute(statement)
        db.close()

    return damage


DAMAGES = {
    "cut": lambda path: os.truncate(path, 3000),
    "text": lambda path: path.write_text("a note, no database" * 99),
    "of another program": other_program,
    "plan is no JSON": sql("update preflight_runs set plan = '{{'"),
    "plan is a list": sql("update preflight_runs set plan = '[1]'"),
    "plan lacks a field": sql("update preflight_runs set plan = json_remove(plan, '$.requests')"),
    "plan has a new field": sql(
        "update preflight_runs set plan = json_set(plan, '$.promised.more', 1)"
    ),
    "plan names nobody": sql(
        "update preflight_runs set plan = json_set(plan, '$.provider', 'watson')"
    ),
    "journal is no JSON": sql("update preflight_journal set detail = 'x'"),
    "journal lacks the id": sql("update preflight_journal set detail = '{}'"),
    "journal is gone": sql("drop table preflight_journal"),
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_a_damaged_ledger_is_refused_and_left_as_it_is(preflight, folder, double, damage):
    preflight("submit", "requests.jsonl", "--out", "run")
    ledger = folder / "run" / "ledger.sqlite3"
    damage(ledger)
    before = ledger.read_bytes()
    for command in BY_HAND:
        refused(preflight(command, "run"), "ledger.sqlite3: is damaged")
    assert ledger.read_bytes() == before
    preflight("run", "requests.jsonl", "--out", "run")
    assert double.done["create"] == 1


@pytest.mark.parametrize(
    "name", ["requests.jsonl", "requests.jsonl/below", "/proc/self", "/proc/x"]
)
def test_a_folder_that_cannot_be_is_refused(preflight, double, name):
    refused(preflight("run", "requests.jsonl", "--out", name), name, "another folder with --out")
    assert double.done["upload"] == 0


@pytest.mark.parametrize("name", ["results.jsonl", "requests.jsonl", "missing.jsonl", "raw"])
def test_files_that_belong_to_no_run_are_not_overwritten(preflight, folder, double, name):
    (folder / "mine").mkdir()
    (folder / "mine" / name).write_text("mine")
    refused(preflight("run", "requests.jsonl", "--out", "mine"), name, "a new folder with --out")
    assert (folder / "mine" / name).read_text() == "mine"
    assert double.done["upload"] == 0


def test_a_run_whose_ledger_was_lost_is_not_paid_for_again(preflight, folder, double):
    preflight("run", "requests.jsonl", "--out", "run")
    (folder / "run" / "ledger.sqlite3").unlink()
    refused(preflight("run", "requests.jsonl", "--out", "run"), "no run that it belongs to")
    assert double.done["create"] == 1


def test_the_folder_of_another_file_is_refused_and_kept(preflight, folder, double):
    preflight("run", "requests.jsonl", "--out", "run")
    before = {name: (folder / "run" / name).read_bytes() for name in files_in(folder / "run")}
    write_requests(folder / "other.jsonl", ("r7",))
    refused(preflight("run", "other.jsonl", "--out", "run"), "another file", "with --out")
    assert {name: (folder / "run" / name).read_bytes() for name in before} == before
    assert double.done["upload"] == 1


def test_a_copy_of_the_requests_that_was_damaged_is_made_anew(preflight, folder, double):
    double.before["upload"] = [refusal(403, "no")]
    preflight("run", "requests.jsonl", "--out", "run")
    (folder / "run" / "requests.jsonl").write_text("{}")
    assert preflight("run", "requests.jsonl", "--out", "run")[0] == 0
    assert double.uploads[0][1] == (folder / "requests.jsonl").read_bytes()


def test_a_run_without_a_batch_says_so(preflight, double):
    double.before["upload"] = [refusal(403, "no")]
    preflight("run", "requests.jsonl", "--out", "run")
    for command in BY_HAND:
        refused(preflight(command, "run"), "no batch was created yet", code=1)


def test_the_steps_by_hand(preflight, folder, double):
    double.states = [GOING, GOING, DONE]
    code, out, _ = preflight("submit", "requests.jsonl", "--out", "a run")
    assert (code, out) == (0, "submitted: batch-0\n  preflight status 'a run'\n")
    code, out, err = preflight("status", "a run")
    assert (code, out, err) == (0, "in_progress: 3 requests (batch-0)\n", "")
    refused(preflight("fetch", "a run"), "batch-0: is in_progress", code=1)
    assert preflight("cancel", "a run")[1].startswith("cancelling: ")
    code, out, _ = preflight("fetch", "a run")
    assert (code, out.splitlines()[1]) == (0, "  'a run/results.jsonl'")
    assert double.done["create"] == 1


def test_a_run_can_be_moved_and_be_looked_at_from_anywhere(preflight, folder, monkeypatch):
    preflight("submit", "requests.jsonl", "--out", "run")
    (folder / "run").rename(folder / "moved")
    (folder / "requests.jsonl").unlink()
    (folder / "elsewhere").mkdir()
    monkeypatch.chdir(folder / "elsewhere")
    code, out, _ = preflight("fetch", folder / "moved")
    assert (code, "3 results" in out) == (0, True)


def test_the_steps_by_hand_need_the_key(preflight, folder, monkeypatch):
    preflight("submit", "requests.jsonl", "--out", "run")
    monkeypatch.delenv("TFY_API_KEY")
    for command in BY_HAND:
        refused(preflight(command, "run"), "TFY_API_KEY", code=3)


def test_a_cancel_that_is_refused_says_why(preflight, double):
    preflight("submit", "requests.jsonl", "--out", "run")
    double.before["cancel"] = [refusal(409, "it is completed")]
    refused(preflight("cancel", "run"), "HTTP 409: it is completed", code=1)


def test_rows_that_are_gone_from_the_provider_are_kept(preflight, folder, double):
    double.states = [{"status": "expired", "output_file_id": "out", "error_file_id": "err"}]
    double.content = {"out": lines(result("r0"))}
    preflight("run", "requests.jsonl", "--out", "run")
    double.content = {"err": lines(result("r1"))}
    code, out, _ = preflight("fetch", "run", "--format", "json")
    assert (code, json.loads(out)["requests"]["results"]) == (1, 2)


def test_what_only_looks_needs_no_right_to_write(preflight, folder):
    preflight("run", "requests.jsonl", "--out", "run")
    shutil.rmtree(folder / "run" / "raw")
    before = files_in(folder / "run")
    assert preflight("status", "run")[0] == 0
    assert files_in(folder / "run") == before


@pytest.mark.parametrize("blocks", [1, 40])
def test_a_full_disk_is_told_and_what_was_sent_is_not_sent_again(folder, double, blocks):
    """A limit on the size of files stands for the full disk: 512 bytes a block."""
    many = [f"r{number}" for number in range(40)]
    write_requests(folder / "many.jsonl", many)
    double.content = {"out": lines(*(result(name) | {"pad": "x" * 500} for name in many))}
    full = ["sh", "-c", f'ulimit -f {blocks}; exec "$@"', "sh"]
    code, out, err = ended(started("run", "many.jsonl", "--out", "run", before=full))
    assert code in (1, 2), err
    refused((code, out, err), code=code)
    assert not [name for name in files_in(folder) if name.endswith(".part")]
    code, _, err = ended(started("run", "many.jsonl", "--out", "run"))
    assert code == 0, err
    assert (double.done["upload"], double.done["create"]) == (1, 1)


def test_a_full_standard_output_is_told():
    with open("/dev/full", "wb") as full:  # noqa: PTH123
        process = started("check", "requests.jsonl", stdout=full)
        code, _, err = ended(process)
    assert code == 3
    assert one_sentence(err)
    assert "No space left" in err
