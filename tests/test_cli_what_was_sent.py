"""Results are joined to what was sent; a run waits for a key that takes another's place."""

import pytest
from cli_world import IDS, one_sentence, sent, world, write_requests
from gateway_double import Double, lines, result

GOING = {"status": "in_progress"}
COUNTS = {"total": len(IDS), "completed": len(IDS), "failed": 0}
DONE = {"status": "completed", "output_file_id": "out", "request_counts": COUNTS}
OK = lines(*map(result, IDS))
SEND = ("requests.jsonl", "--out", "run", "--offline", "--force")


@pytest.fixture
def double():
    return Double(states=[DONE], content={"out": OK})


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch, double):
    with world(tmp_path, monkeypatch, double):
        yield tmp_path


def test_results_are_not_joined_to_a_copy_that_was_edited(preflight, double, folder):
    assert preflight("submit", *SEND)[0] == 0
    write_requests(folder / "run" / "requests.jsonl", ("other", "ones"))
    code, out, err = preflight("fetch", "run")
    assert (code in (1, 2), out) == (True, ""), (out, err)
    assert one_sentence(err)
    assert "requests.jsonl" in err


def test_a_results_file_that_stays_short_is_looked_at_again_by_the_next_run(preflight, double):
    double.content["out"] = lines(result("r0"))
    assert preflight("run", *SEND)[0] == 1
    double.content["out"] = OK
    code, _, err = preflight("run", *SEND)
    assert (code, sent(double)) == (0, (1, 1)), err


def test_what_is_no_row_of_results_is_not_counted_as_one(preflight, double):
    double.content["out"] = b"{}"
    preflight("run", *SEND)
    double.content["out"] = OK
    code, _, err = preflight("run", *SEND)
    assert (code, sent(double)) == (0, (1, 1)), err
