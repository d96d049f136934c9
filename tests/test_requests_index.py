"""The requests of a file as places in it."""

import json
import random

import pytest
from request_files import good_lines, line, request, write
from test_requests_fuzz import damaged

from preflight.requests.diagnose import diagnose
from preflight.requests.index import Request, index, named
from preflight.requests.tokens import tokens_of
from preflight.seams import RequestFileError


def test_every_request_is_found_at_its_place(tmp_path):
    every = good_lines(700)
    path = write(tmp_path / "requests.jsonl", every)
    content = path.read_bytes()
    found = list(index(path))
    assert [content[one.offset : one.offset + one.length] for one in found] == every
    assert [one.custom_id for one in found] == [f"ask-{n}" for n in range(1, 701)]
    assert {one.model for one in found} == {"gpt-4o-mini"}
    assert [one.tokens for one in found] == list(map(tokens_of, every))


def test_blank_lines_are_passed_over_and_a_last_line_needs_no_newline(tmp_path):
    path = tmp_path / "requests.jsonl"
    first, second = good_lines(2)
    path.write_bytes(b"\n" + first + b"\n \t\r\n" + second)
    found = list(index(path))
    assert [(one.offset, one.length) for one in found] == [
        (1, len(first)),
        (len(first) + 6, len(second)),
    ]


@pytest.mark.parametrize(
    "bad", [b"{", b"null", b'{"custom_id": 7}', b"\xff", line({"body": request(1)["body"]})]
)
def test_a_line_that_is_no_request_comes_without_an_id(tmp_path, bad):
    one, two = index(write(tmp_path / "requests.jsonl", [*good_lines(1), bad]))
    assert one.custom_id == "ask-1"
    assert two.custom_id is None
    assert two[:2] == (one.length + 1, len(bad))


@pytest.mark.parametrize(
    "body",
    [
        {"messages": [{"role": "user", "content": [{"type": "text", "text": "word " * 9}]}]},
        {"tools": [{"type": "function", "function": {"name": "f", "description": "d" * 99}}]},
        {"messages": [{"role": "user", "content": "日本語"}], "model": "another"},
        {"messages": None, "input": ["a", "b" * 50], "model": None},
    ],
)
def test_tokens_and_model_are_those_of_each_line(tmp_path, body):
    raw = line(request(1, **body))
    [found] = index(write(tmp_path / "requests.jsonl", [raw]))
    model = json.loads(raw)["body"].get("model")
    assert found == Request(0, len(raw), "ask-1", model, tokens_of(raw))
    assert found.tokens > 0


def test_a_file_that_is_missing_is_an_error(tmp_path):
    with pytest.raises(RequestFileError, match="does not exist"):
        next(index(tmp_path / "none.jsonl"))


def test_what_is_read_quickly_is_what_is_read_slowly():
    chance = random.Random(11)
    for number in range(4_000):
        raw = damaged(chance, number)
        facts, _ = diagnose(raw, 0, 0)
        assert named(raw) == ((facts.custom_id, facts.model) if facts else (None, None)), raw
