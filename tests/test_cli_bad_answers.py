"""`preflight run` through odd ids, cut files, rows that are none, gone batches and other clocks."""

import json
import time

import pytest
from cli_world import IDS, ended, one_sentence, sent, started, world
from flask import Response
from gateway_double import KEY, Double, lines, refusal, result

ROWS = {custom_id: result(custom_id) for custom_id in IDS}
OK = lines(*ROWS.values())
COUNTS = {"total": len(IDS), "completed": len(IDS), "failed": 0}
GOING = {"status": "in_progress"}
DONE = {"status": "completed", "output_file_id": "out", "request_counts": COUNTS}
DAY = 86400.0


class Gateway(Double):
    """A double whose files and batches have ids of one form, and the time of their making."""

    form = "{}"

    def _file(self, number):
        return super()._file(number) | {"id": self.form.format(f"file-{number}")}

    def _batch(self, number, **state):
        made = {"created_at": int(self.made[number])}
        return super()._batch(number, **state) | made

    def _create(self):
        self.made = [*getattr(self, "made", ()), REAL_TIME()]
        return super()._create()


REAL_TIME = time.time


@pytest.fixture
def double():
    return Gateway(states=[GOING, DONE], content={"out": OK})


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch, double):
    with world(tmp_path, monkeypatch, double):
        yield tmp_path / "run"


@pytest.fixture
def run(preflight, folder):
    return lambda: preflight("run", "requests.jsonl", "--out", folder, "--offline", "--force")


def ids(path):
    return [json.loads(line)["custom_id"] for line in path.read_bytes().splitlines()]


FORMS = {
    "of 700 characters": "x" * 690 + "-{}",
    "that is an address in S3": "s3://bucket/preflight/{}.jsonl",
    "that is an address in Cloud Storage, encoded": "gs%3A%2F%2Fbucket%2Fpreflight%2F{}.jsonl",
    "that is an address of the web": "https://files.example.com/v1/{}?version=2&signed=yes#part",
    "that is a resource's name": "projects/1/locations/europe-west4/batchPredictionJobs/{}",
    "of other characters": "d\N{LATIN SMALL LETTER O WITH DIAERESIS} {}+\N{SNOWMAN}",
}


@pytest.mark.parametrize("form", FORMS)
def test_a_run_ends_well_with_an_id(run, double, folder, form):
    double.form = FORMS[form]
    double.created_id = FORMS[form].format("batch-{}")
    output = FORMS[form].format("output")
    double.states = [GOING, DONE | {"output_file_id": output}]
    double.content = {output.replace("%3A", ":").replace("%2F", "/"): OK}
    code, _, err = run()
    assert (code, sent(double)) == (0, (1, 1)), err
    assert ids(folder / "results.jsonl") == list(IDS)
    assert double.creates[0]["input_file_id"] == double.form.format("file-0")


@pytest.mark.parametrize("form", FORMS)
def test_a_lost_create_is_found_by_an_id(run, double, form):
    double.form = FORMS[form]
    double.created_id = FORMS[form].format("batch-{}")
    double.shows_metadata = False
    double.after["create"] = [refusal(502, "boom")]
    code, _, err = run()
    assert (code, sent(double)) == (0, (1, 1)), err


CUT = {
    "in the middle of a row": (OK[: len(OK) // 2], 1),
    "before its last byte": (OK[:-1], 3),
    "between two rows": (lines(ROWS["r0"], ROWS["r1"]), 2),
    "to nothing but a bracket": (b"{", 0),
}


@pytest.mark.parametrize("cut", CUT)
def test_a_results_file_that_is_cut_off_keeps_its_whole_rows_when_cut(run, double, folder, cut):
    content, whole = CUT[cut]
    double.content = {"out": content}
    code, out, _ = run()
    assert (code == 0, sent(double)) == (whole == 3, (1, 1))
    assert f"{whole} results, 0 errors, {3 - whole} missing of 3 requests" in out
    assert ids(folder / "results.jsonl") == list(IDS[:whole])
    assert ids(folder / "missing.jsonl") == list(IDS[whole:])
    assert ids(folder / "again.jsonl") == list(IDS[whole:])


NO_ROWS = {
    "no JSON": b"Segmentation fault (core dumped)",
    "half a row": b'{"custom_id": "r1", "response": {"status_',
    "a list": b'["custom_id", "r1"]',
    "a number too large": b"1" * 5000,
    "bytes that are no text": bytes(range(128, 256)),
    "a page": b"<html><body>502 Bad Gateway</body></html>",
    "two rows on a line": lines(ROWS["r1"]).strip() * 2,
}


@pytest.mark.parametrize("row", NO_ROWS)
def test_the_rows_around_it_count_where_one_is(run, double, folder, row):
    double.content = {"out": lines(ROWS["r0"]) + NO_ROWS[row] + b"\n" + lines(ROWS["r2"])}
    code, out, _ = run()
    assert (code, sent(double)) == (1, (1, 1))
    assert "2 results, 0 errors, 1 missing of 3 requests" in out
    assert ids(folder / "missing.jsonl") == ["r1"]
    assert (folder / "unmatched.jsonl").read_bytes().strip() == NO_ROWS[row]


def test_a_status_word_never_seen_is_shown_as_it_is_and_waited_through(run, double):
    double.states = [{"status": "Zq\x1b[2J_9"}, {"status": "hibernating"}, DONE]
    code, _, err = run()
    assert (code, sent(double)) == (0, (1, 1))
    assert "hibernating" in err
    assert "\x1b" not in err


def test_a_batch_that_vanishes_is_told_each_time_and_never_paid_for_again(run, double, monkeypatch):
    monkeypatch.setattr("preflight.batch.watch.NEW_SECONDS", 0.0)
    double.after["look"] = [dict(id="batch-0", **GOING), *[refusal(404, "no such batch")] * 9]
    for _ in range(2):
        code, out, err = run()
        assert (code, out, sent(double)) == (1, "", (1, 1)), err
        assert one_sentence(err.splitlines()[-1] + "\n")
        assert "batch" in err.splitlines()[-1]


@pytest.mark.parametrize("step", [-DAY, -3600.0, 3600.0, 400 * DAY, -60 * 365 * DAY])
def test_a_clock_that_steps_while_a_batch_is_waited_for_changes_nothing(
    run, double, folder, monkeypatch, step
):
    look = double._look  # noqa: SLF001 - the clock steps between two looks

    def stepped():
        monkeypatch.setattr(time, "time", lambda: REAL_TIME() + step)
        return look()

    double._look = stepped  # noqa: SLF001
    double.states = [GOING, GOING, DONE]
    code, _, err = run()
    assert (code, sent(double)) == (0, (1, 1)), err
    assert ids(folder / "results.jsonl") == list(IDS)
    assert run()[0] == 0
    assert sent(double) == (1, 1)


@pytest.mark.parametrize("step", [-DAY, -3600.0, 3600.0, DAY])
def test_a_lost_create_is_found_though_the_clock_stepped(run, double, monkeypatch, step):
    double.after["create"] = [refusal(502, "boom")]
    double.before["list"] = [refusal(503, "away")] * 9
    code, _, err = run()
    assert (code, sent(double)) == (3, (1, 1)), err
    double.before["list"] = []
    monkeypatch.setattr(time, "time", lambda: REAL_TIME() + step)
    code, _, err = run()
    assert (code, sent(double)) == (0, (1, 1)), err


def test_a_results_file_with_fewer_rows_than_the_batch_counts_is_fetched_again(run, double):
    double.after["content"] = [Response(lines(ROWS["r0"]))]
    code, out, err = run()
    assert (code, sent(double)) == (0, (1, 1)), err
    assert "3 results" in out


def test_a_key_that_ends_in_the_middle_of_a_run_is_waited_for_and_the_next_one_taken(
    double, folder, monkeypatch
):
    key = folder.parent / "key"
    key.write_text(KEY)
    monkeypatch.delenv("TFY_API_KEY")
    monkeypatch.setenv("TFY_API_KEY_FILE", str(key))
    double.states = [GOING]
    process = started("run", "requests.jsonl", "--out", "run", "--offline", "--force")
    waited_for(process, b"in_progress")
    key.write_text("tfy-a-key-that-has-expired-meanwhile")
    double.before["look"] = [refusal(401, "the key has expired")]
    waited_for(process, b"HTTP 401: the key has expired: waiting for a new key")
    double.states = [DONE]
    key.write_text(KEY)
    code, out, err = ended(process)
    assert (code, sent(double)) == (0, (1, 1)), err
    assert "3 results" in out


def waited_for(process, words):
    for line in process.stderr:
        if words in line:
            return
    raise AssertionError(ended(process))
