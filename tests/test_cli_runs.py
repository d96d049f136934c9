"""`preflight run` to each end of a batch: files, summary, exit code, and nothing sent twice."""

import json

import pytest
from cli_world import IDS, sent, world
from gateway_double import Double, lines, page, refusal, result

OK = lines(*(result(custom_id) for custom_id in reversed(IDS)))
DONE = {"status": "completed", "output_file_id": "out"}


@pytest.fixture
def double():
    return Double(states=[{"status": "in_progress"}, DONE], content={"out": OK})


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch, double):
    with world(tmp_path, monkeypatch, double):
        yield tmp_path / "run"


@pytest.fixture
def run(preflight, folder):
    return lambda *more: preflight("run", "requests.jsonl", "--out", folder, *more)


def ids(path):
    return [json.loads(line)["custom_id"] for line in path.read_bytes().splitlines()]


def test_a_run_ends_with_each_result_in_the_order_of_the_requests(run, double, folder):
    code, out, err = run()
    assert (code, sent(double)) == (0, (1, 1)), err
    assert "3 results, 0 errors, 0 missing of 3 requests" in out
    assert ids(folder / "results.jsonl") == list(IDS)
    assert double.creates[0]["input_file_id"] == "file-0"


def test_a_run_that_is_over_is_not_paid_for_again(run, double, folder):
    run()
    code, out, err = run()
    assert (code, sent(double)) == (0, (1, 1))
    assert "nothing is sent" in err
    assert "3 results" in out


FAILED = {
    "status": "failed",
    "errors": {
        "data": [
            {"code": "invalid", "message": "no such model", "line": 2},
            {"message": "\x1b[31m::error::x"},
        ]
    },
    "error_file_id": "err",
}


def test_a_batch_that_failed_says_why_and_is_tried_again_when_told_to(run, double, folder):
    double.states = [FAILED]
    code, out, _ = run()
    assert (code, sent(double)) == (1, (1, 1))
    assert "failed: 0 results, 0 errors, 3 missing of 3 requests" in out
    assert "reason: line 2: invalid: no such model" in out
    assert "\x1b" not in out
    assert ids(folder / "missing.jsonl") == list(IDS)
    double.states = [DONE]
    code, _, err = run()
    assert (code, sent(double)) == (0, (2, 2))
    assert "attempt 2" in err
    assert len({name for name, _ in double.uploads}) == 2


def test_a_batch_that_failed_with_an_error_file_keeps_its_errors(run, double, folder):
    double.states = [FAILED]
    double.content = {"err": lines(result("r1", error={"code": "bad"}))}
    code, out, _ = run()
    assert (code, ids(folder / "errors.jsonl")) == (1, ["r1"])
    assert "0 results, 1 errors, 2 missing" in out


@pytest.mark.parametrize("word", ["expired", "cancelled", "Stopped", "JOB_STATE_EXPIRED"])
def test_partial_results_are_kept_and_not_paid_for_again(run, double, folder, word):
    double.states = [{"status": word, "output_file_id": "out", "error_file_id": "err"}]
    error = result("r2", error={"code": "batch_expired", "message": "too late"})
    double.content = {"out": lines(result("r0")), "err": lines(error)}
    for _ in range(2):
        code, out, _ = run()
        assert (code, sent(double)) == (1, (1, 1))
        assert f"{word}: 1 results, 1 errors, 1 missing" in out
        names = {"results": ["r0"], "errors": ["r2"], "missing": ["r1"], "again": ["r1", "r2"]}
        for name, expected in names.items():
            assert ids(folder / f"{name}.jsonl") == expected


def test_a_batch_that_ended_early_with_every_result_is_a_success(run, double):
    double.states = [{"status": "cancelled", "output_file_id": "out"}]
    assert run()[0] == 0


def test_a_batch_that_is_being_cancelled_is_waited_for(run, double):
    double.states = [{"status": "cancelling"}, {"status": "Stopping"}, {"status": "cancelled"}]
    code, out, err = run()
    assert (code, sent(double)) == (1, (1, 1))
    assert "cancelling" in err
    assert "cancelled: 0 results" in out


def test_completed_with_errors_only_is_no_success(run, double, folder):
    double.states = [{"status": "completed", "output_file_id": None, "error_file_id": "err"}]
    double.content = {"err": lines(*(result(custom_id, 400) for custom_id in IDS))}
    code, out, _ = run()
    assert (code, ids(folder / "errors.jsonl")) == (1, list(IDS))
    assert "0 results, 3 errors, 0 missing" in out
    run()
    assert sent(double) == (1, 1)


def test_completed_with_fewer_rows_than_requests_is_no_success(run, double, folder):
    double.content = {"out": lines(result("r2"))}
    code, _, _ = run()
    assert (code, ids(folder / "missing.jsonl")) == (1, ["r0", "r1"])


@pytest.mark.parametrize(("answer", "code"), [(refusal(404, "not there yet"), 1), (page(), 0)])
def test_completed_without_a_result_is_fetched_again_and_never_sent_again(
    run, double, answer, code
):
    double.before["content"] = [answer]
    assert run()[0] == code
    code, _, _ = run()
    assert (code, sent(double)) == (0, (1, 1))


def test_an_error_file_that_is_not_there_takes_no_result_away(run, double):
    double.states = [DONE | {"error_file_id": "never-made"}]
    assert run()[0] == 0


def test_native_words_and_unknown_ones_are_waited_through(run, double):
    words = [
        "submitted",
        "scheduled",
        "mulling_it_over",
        "JOB_STATE_RUNNING",
        "partially_completed",
    ]
    double.states = [DONE | {"status": word} for word in words]
    code, _, err = run()
    assert code == 0
    assert "mulling_it_over" in err


def test_counts_that_come_as_text_are_counted(run, double):
    counts = {"total": "3", "completed": "2", "failed": None}
    double.states = [{"status": "in_progress", "request_counts": counts}, DONE]
    code, _, err = run()
    assert code == 0
    assert "in_progress: 2 of 3" in err


def test_counts_are_shown_once_there_are_some_and_the_time_left_once_they_moved(run, double):
    counts = [(0, 0), (3, 0), (3, 1), (3, 2)]
    double.states = [
        {"status": "going", "request_counts": {"total": total, "completed": done, "failed": 0}}
        for total, done in counts
    ] + [DONE | {"request_counts": {"total": 3, "completed": 3, "failed": 0}}]
    code, _, err = run()
    assert code == 0
    shown = [row for row in err.splitlines() if row.startswith("going")]
    assert shown == [
        "going",
        "going: 0 of 3",
        "going: 1 of 3",
        "going: 2 of 3, less than a minute left",
    ]
    assert "completed: 3 of 3\n" in err


def test_an_id_that_is_an_encoded_address_and_a_prefix_for_output_arrive_whole(run, double):
    double.created_id = "arn%3Aaws%3Abedrock%3Aus-west-2%3A1%3Ajob%2F{}"
    double.states = [DONE | {"output_file_id": "s3%3A%2F%2Fbucket%2Fout%2F"}]
    double.content = {"s3://bucket/out/": OK}
    code, _, err = run()
    assert code == 0, err
    assert double.done["id arn:aws:bedrock:us-west-2:1:job/0"]
    assert "created batch arn:aws:bedrock:us-west-2:1:job/0" in err


def test_a_file_that_was_repaired_is_another_run(preflight, double, folder):
    requests = folder.parent / "requests.jsonl"
    double.states = [FAILED]
    preflight("run", "requests.jsonl")
    requests.write_bytes(requests.read_bytes().replace(b"Hello?", b"Hello!"))
    double.states = [DONE]
    assert preflight("run", "requests.jsonl")[0] == 0
    assert len(list((folder.parent / "preflight-runs").iterdir())) == 2
