import json
import runpy
import sys
from pathlib import Path

import pytest
from request_files import PROMISED

from preflight.checks.requests import checks_for
from preflight.contract import PROVIDERS
from preflight.outcomes import Passed
from preflight.requests.example import PROVIDER_MODELS, write_requests
from preflight.requests.scan import scan
from preflight.seams import RequestFileError, UsageError

SCRIPT = Path(__file__).parents[1] / "examples" / "make_requests.py"


def make(monkeypatch, *arguments):
    """Run the example as its command line would; the exit code."""
    monkeypatch.setattr(sys, "argv", [str(SCRIPT), *map(str, arguments)])
    with pytest.raises(SystemExit) as exit_:
        runpy.run_path(str(SCRIPT), run_name="__main__")
    return exit_.value.code


@pytest.mark.parametrize("provider", PROVIDERS)
def test_the_example_passes_every_check_of_its_provider(tmp_path, provider):
    path = tmp_path / f"{provider}.jsonl"
    write_requests(path, provider)
    result = scan(path)
    assert result.requests == 1000
    for check in checks_for(provider):
        assert isinstance(check(PROMISED[provider], result), Passed), check.id


def test_the_example_is_the_same_each_time_and_leaves_nothing_beside_it(tmp_path):
    first, second = tmp_path / "a.jsonl", tmp_path / "b.jsonl"
    write_requests(first, "openai", count=300)
    write_requests(second, "openai", count=300)
    assert first.read_bytes() == second.read_bytes()
    assert sorted(tmp_path.iterdir()) == [first, second]


def test_the_example_asks_about_documentation_there_is(tmp_path):
    path = tmp_path / "a.jsonl"
    write_requests(path, "vertex", count=5, model="gemini-next")
    requests = [json.loads(line) for line in path.read_text().splitlines()]
    assert {request["body"]["model"] for request in requests} == {"gemini-next"}
    assert all(request["custom_id"][0].isalpha() for request in requests)
    asked = [request["body"]["messages"][0]["content"] for request in requests]
    assert asked[0].startswith("Say in one sentence what abc.")
    assert len(set(asked)) == 5


def test_there_is_an_example_for_every_provider():
    assert tuple(PROVIDER_MODELS) == PROVIDERS


def test_more_requests_than_there_are_docstrings_are_refused(tmp_path, monkeypatch):
    known = iter(["one", "two"])
    monkeypatch.setattr("preflight.requests.example.requests", lambda *_: known)
    with pytest.raises(RequestFileError, match="ask for at most 2"):
        write_requests(tmp_path / "a.jsonl", "openai", count=3)
    assert not list(tmp_path.iterdir())


def test_an_unknown_provider_and_an_unwritable_place_are_errors(tmp_path):
    with pytest.raises(UsageError, match="name one of openai, azure, vertex, bedrock"):
        write_requests(tmp_path / "a.jsonl", "cohere")
    with pytest.raises(RequestFileError, match="cannot be written"):
        write_requests(tmp_path / "missing" / "a.jsonl", "openai")


def test_the_script_writes_what_it_is_asked_for(tmp_path, monkeypatch, capsys):
    path = tmp_path / "a.jsonl"
    asked = ("--provider", "azure", "--out", path, "--count", 7, "--model", "mine")
    assert make(monkeypatch, *asked) == 0
    assert capsys.readouterr().out == f"{path}: 7 requests for azure\n"
    assert list(scan(path).models) == ["mine"]
    assert list(scan(path).urls) == ["/chat/completions"]


def test_the_script_says_what_is_wrong(tmp_path, monkeypatch, capsys):
    asked = ("--provider", "openai", "--out", tmp_path / "none" / "a.jsonl")
    assert make(monkeypatch, *asked) == 2
    assert "cannot be written" in capsys.readouterr().err
    assert make(monkeypatch, "--provider", "openai", "--out", "a", "--count", "0") == 2
