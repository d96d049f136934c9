"""`preflight run` over calls that are lost or refused: found again, and nothing sent twice."""

import pytest
from cli_world import IDS, files_in, sent, world
from gateway_double import KEY, Double, lines, page, refusal, result

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


@pytest.mark.parametrize("shows_metadata", [True, False])
@pytest.mark.parametrize("answer", [refusal(500, "boom"), page(200), refusal(408, "slow")])
def test_a_create_whose_answer_was_lost_is_found(run, double, answer, shows_metadata):
    double.shows_metadata = shows_metadata
    double.after["create"] = [answer]
    code, _, err = run()
    assert (code, sent(double)) == (0, (1, 1)), err
    assert "had been created" in err


def test_a_create_that_was_never_carried_out_is_looked_for_before_it_is_tried_again(run, double):
    double.before["create"] = [refusal(500, "boom")]
    code, _, err = run()
    assert (code, sent(double)) == (0, (1, 1))
    assert double.done["list"] >= 2
    assert "no batch was created: creating it once more" in err


def test_a_gateway_that_fails_every_create_is_told_and_nothing_is_paid_for(run, double):
    double.before["create"] = [refusal(500, "boom")] * 3
    code, out, err = run()
    assert (code, sent(double), out) == (1, (1, 0), "")
    assert "boom, 3 times; run the same command again" in err.splitlines()[-1]
    assert run()[0] == 0
    assert sent(double) == (1, 1)


def test_a_lost_create_is_not_repeated_where_batches_are_not_listed(run, double):
    double.before = {"create": [refusal(502, "boom")], "list": [refusal(405, "no such call")] * 9}
    for _ in range(2):
        code, _, err = run("--offline", "--force")
        assert (code, sent(double)) == (1, (1, 0))
        assert "look for it at the provider" in err.splitlines()[-1]


def test_an_upload_whose_answer_was_lost_is_found(run, double):
    double.after["upload"] = [refusal(502, "boom")]
    code, _, err = run()
    assert (code, sent(double)) == (0, (1, 1))
    assert "had arrived" in err


def test_an_upload_is_repeated_where_files_are_not_listed(run, double):
    double.after["upload"] = [refusal(502, "boom")]
    double.before["list-files"] = [refusal(404, "no such call")]
    assert run()[0] == 0
    assert sent(double) == (2, 1)


@pytest.mark.parametrize("answer", [refusal(502, "away"), refusal(429, "slow down"), page(200)])
def test_a_gateway_that_is_away_for_some_looks_is_waited_for(run, double, answer):
    double.before["look"] = [answer] * 3
    code, _, _ = run()
    assert (code, sent(double)) == (0, (1, 1))


def test_a_batch_that_is_unknown_just_after_its_create_is_waited_for(run, double):
    double.before["look"] = [refusal(404, "no such batch")]
    assert run()[0] == 0


def test_a_batch_that_has_gone_ends_the_waiting(run, double):
    double.after["look"] = [{"id": "batch-0", "status": "in_progress"}, refusal(404, "gone")]
    code, out, err = run()
    assert (code, out) == (1, "")
    assert "gone" in err.splitlines()[-1]


def test_a_declined_create_is_tried_again_after_the_repair_without_a_second_upload(run, double):
    double.before["create"] = [refusal(403, "not authorized to perform iam:PassRole")]
    code, out, err = run()
    assert (code, out) == (1, "")
    assert "iam:PassRole" in err.splitlines()[-1]
    assert run()[0] == 0
    assert sent(double) == (1, 1)


def test_the_key_is_in_no_file_and_no_output(run, double, folder):
    double.before["look"] = [refusal(401, f"Incorrect API key provided: {KEY}")]
    code, out, err = run()
    assert code == 0
    assert "***: waiting for the gateway" in err
    assert KEY not in out + err
    assert files_in(folder) >= {"ledger.sqlite3", "requests.jsonl"}
    for name in files_in(folder):
        assert KEY.encode() not in (folder / name).read_bytes()
