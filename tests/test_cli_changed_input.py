"""`preflight run` over a request file that is not, or no longer, what was checked."""

import pytest
from cli_world import IDS, one_sentence, request, sent, world, write_requests
from gateway_double import Double, lines, refusal, result

DONE = {"status": "completed", "output_file_id": "out"}
OK = lines(*map(result, IDS))


class Gateway(Double):
    """A double that does something while the check asks for its models."""

    meanwhile = staticmethod(lambda: None)

    def _models(self):
        self.meanwhile()
        return super()._models()


@pytest.fixture
def double():
    return Gateway(states=[DONE], content={"out": OK})


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch, double):
    with world(tmp_path, monkeypatch, double):
        yield tmp_path


def refused(answer, *words):
    """Nothing on standard output, and one sentence with these words."""
    code, out, err = answer
    assert out == ""
    assert one_sentence(err.splitlines()[-1] + "\n"), err
    assert all(word in err.splitlines()[-1] for word in words), err
    return code


SEND = ("requests.jsonl", "--out", "run")
CHANGES = {
    "gains a request": lambda path: write_requests(path, (*IDS, "r3")),
    "loses its last byte": lambda path: path.write_bytes(path.read_bytes()[:-1]),
    "is emptied": lambda path: path.write_bytes(b""),
    "has its requests in another order": lambda path: write_requests(path, reversed(IDS)),
}


@pytest.mark.parametrize("change", CHANGES)
def test_nothing_is_sent_of_a_file_that_while_it_is_checked(preflight, double, folder, change):
    path = folder / "requests.jsonl"
    double.meanwhile = lambda: CHANGES[change](path)
    code = refused(preflight("run", *SEND), str(path), "changed while it was being checked")
    assert (code, sent(double)) == (2, (0, 0))
    double.meanwhile = lambda: None
    write_requests(path)
    assert preflight("run", *SEND)[0] == 0
    assert double.uploads[0][1] == lines(*map(request, IDS))


def test_nothing_is_sent_of_a_file_that_goes_away_while_it_is_checked(preflight, double, folder):
    double.meanwhile = (folder / "requests.jsonl").unlink
    refused(preflight("run", *SEND), "requests.jsonl")
    assert sent(double) == (0, 0)


@pytest.mark.parametrize("change", CHANGES)
def test_a_run_begun_is_not_gone_on_with_by_a_file_that(preflight, double, folder, change):
    double.before["create"] = [refusal(403, "no batches for you")]
    assert preflight("run", *SEND)[0] == 1
    CHANGES[change](folder / "requests.jsonl")
    code, _, err = preflight("run", *SEND, "--offline", "--force")
    assert code == 2, err
    assert one_sentence(err.splitlines()[-1] + "\n")
    assert sent(double) == (1, 0)
    write_requests(folder / "requests.jsonl")
    assert preflight("run", *SEND)[0] == 0
    assert sent(double) == (1, 1)


def test_what_was_sent_is_what_results_are_joined_to(preflight, double, folder):
    assert preflight("submit", *SEND)[0] == 0
    write_requests(folder / "requests.jsonl", ("other", "ones"))
    code, out, err = preflight("fetch", "run")
    assert code == 0, err
    assert "3 results, 0 errors, 0 missing of 3 requests" in out
