"""What a failed check of the request file tells to do: the lines it names, and the command."""

import dataclasses
import json
import shlex
from pathlib import Path

import pytest
from request_files import PROMISED, good_lines, line, request, write
from request_lines import AT, COUNT, asked, failing

from preflight.checks.requests import CHECKS, checks_for
from preflight.cli import main
from preflight.limits import LIMITS
from preflight.outcomes import Passed
from preflight.requests.scan import scan


@pytest.mark.parametrize("provider", ["openai", "azure", "vertex"])
def test_too_many_requests_fail_and_the_remedy_splits_the_file(tmp_path, provider):
    healthy = scan(write(tmp_path / "my requests.jsonl", good_lines(3, provider)))
    most = LIMITS[provider].max_requests
    [count] = [check for check in checks_for(provider) if check.id == "requests-count"]
    fits = dataclasses.replace(healthy, requests=most)
    assert isinstance(count(PROMISED[provider], fits), Passed)
    answer = count(PROMISED[provider], dataclasses.replace(healthy, requests=most + 1))
    assert f"{most + 1:,} requests" in answer.problem
    assert LIMITS[provider].source in answer.problem
    assert answer.remedy.startswith(f"split -l {most} -d --additional-suffix=.jsonl '/")


@pytest.mark.parametrize(
    ("provider", "custom_id", "why"),
    [
        ("vertex", "000000", 'custom_id "000000" reads as a number'),
        ("vertex", "2026-10-01x", 'custom_id "2026-10-01x" does not start with a letter'),
        ("vertex", "a/b", 'custom_id "a/b" has other characters than letters, digits, - and _'),
        ("vertex", "Upper", "custom_id may not be kept"),
        ("vertex", "null", "custom_id may not be kept"),
        ("bedrock", "a-b", "custom_id may not be kept"),
        ("bedrock", "a/b c", 'custom_id "a/b c" has other characters'),
    ],
)
def test_an_id_that_the_provider_may_not_carry_is_renamed_by_the_run_and_fails_nothing(
    tmp_path, provider, custom_id, why
):
    names = [*(f"r{n}" for n in range(1, AT)), custom_id, "0", "x-y"]
    rows = [line(request(n, provider) | {"custom_id": one}) for n, one in enumerate(names)]
    answers = asked(tmp_path, provider, rows)
    assert not failing(answers)
    said = answers[f"requests-ids-{provider}"].detail
    assert said.startswith(f"line {AT}: {why}")
    assert "sends the requests as r0000000000, r0000000001, ..." in said


@pytest.mark.parametrize("provider", ["vertex", "bedrock"])
def test_ids_that_the_provider_carries_stay_as_they_are(tmp_path, provider):
    rows = [line(request(n, provider) | {"custom_id": f"r{n}"}) for n in range(5)]
    said = asked(tmp_path, provider, rows)[f"requests-ids-{provider}"].detail
    assert said.startswith("every custom_id")


def test_many_broken_lines_are_counted_and_the_first_named(tmp_path):
    all_lines = good_lines(10) + [b"{"] * 2_000
    problem = asked(tmp_path, "openai", all_lines)["requests-json"].problem
    assert problem.startswith("line 11: ")
    assert "and 1,999 more: lines 12, 13, 14, 15, ..." in problem


def test_of_each_kind_of_broken_line_the_first_is_named(tmp_path):
    twice = line(request(3)).replace(b'"url":', b'"url": "/v1", "url":', 1)
    answer = asked(tmp_path, "openai", [*good_lines(3), b"{", twice, b"[]", b"["])["requests-json"]
    assert [said.split(":")[0] for said in answer.problem.split("; ")] == [
        "line 4",
        "line 5",
        "line 6",
    ]
    assert "(and 1 more: line 7)" in answer.problem
    assert answer.remedy.endswith("; write each key of a request once")


@pytest.mark.parametrize("name", ["a file.jsonl", "-dash.jsonl", "plain.jsonl"])
@pytest.mark.parametrize(
    ("check", "start"), [("requests-encoding", b"\xef\xbb\xbf"), ("requests-json", b"\n")]
)
def test_what_can_be_repaired_safely_is_repaired_by_the_command_that_is_named(
    tmp_path, monkeypatch, name, check, start
):
    monkeypatch.chdir(tmp_path)
    Path(name).write_bytes(start + b"\n".join(good_lines(3)))
    [asks] = [each for each in CHECKS if each.id == check]
    command, _, by_hand = asks(PROMISED["openai"], scan(Path(name))).remedy.partition(", or ")
    assert by_hand
    assert main(shlex.split(command)[1:]) == 0
    assert isinstance(asks(PROMISED["openai"], scan(Path(name))), Passed)


@pytest.mark.parametrize(
    ("check", "start"), [("requests-encoding", b"\xff\xfe"), ("requests-json", b"{\n\n")]
)
def test_no_command_is_named_for_what_it_would_not_repair(tmp_path, check, start):
    path = tmp_path / "requests.jsonl"
    path.write_bytes(start + b"\n".join(good_lines(3)))
    [asks] = [each for each in CHECKS if each.id == check]
    assert "preflight fix" not in asks(PROMISED["openai"], scan(path)).remedy


def test_a_file_that_is_stored_elsewhere_is_repaired_there(tmp_path):
    path = write(tmp_path / "requests.jsonl", [b"", *good_lines(3)])
    elsewhere = dataclasses.replace(scan(path), path=Path("s3://bucket/requests.jsonl"))
    [asks] = [check for check in CHECKS if check.id == "requests-json"]
    assert "preflight fix" not in asks(PROMISED["openai"], elsewhere).remedy


def test_what_the_file_says_cannot_write_on_the_terminal(tmp_path):
    hostile = "gpt\x1b[2J\u202e" + "x" * 500
    all_lines = [line(request(n, model=hostile)) for n in range(COUNT)]
    all_lines.append(json.dumps(request(3, model=None) | {"custom_id": "\x1b]0;"}).encode())
    for answer in asked(tmp_path, "vertex", all_lines).values():
        for said in dataclasses.astuple(answer):
            assert str(said).isprintable()
            assert len(str(said)) < 400
