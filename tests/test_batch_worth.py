"""What is sent again: what failed for a reason that passes, and what never came back."""

import io
import json

import pytest
from join_world import World, ask, chat, claude, gemini, lines

from preflight.batch.joining import Returned
from preflight.batch.rows import row
from preflight.batch.worth import worth, write_retry


def judged(value):
    found = row(json.dumps(value).encode())
    assert not found.ok
    return worth(json.loads(found.line))


def failed(code, body=None, error=None):
    return {"custom_id": "r", "response": {"status_code": code, "body": body}, "error": error}


def expired(code):
    return {"custom_id": "r", "response": None, "error": {"code": code, "message": "m"}}


def bedrock(code, **more):
    error = {"errorCode": code, "errorMessage": "m", "expired": False, "retryable": False}
    return {"recordId": "r", "modelInput": {}, "error": error | more}


def hollow(body):
    return {"custom_id": "r", "response": {"status_code": 200, "body": body}, "error": None}


@pytest.mark.parametrize(
    "value",
    [
        failed(429),
        failed(500),
        failed(503, {"error": {"message": "x"}}),
        failed(408),
        failed(529),
        failed(400, {"error": {"code": "rate_limit_exceeded"}}),
        failed(None, error={"code": "server_error"}),
        expired("batch_expired"),
        expired("batch_cancelled"),
        expired("429"),
        bedrock(429),
        bedrock(500),
        bedrock(400, retryable=True),
        bedrock(400, expired=True),
        bedrock("ThrottlingException"),
        gemini("r", status="RESOURCE_EXHAUSTED: quota"),
        gemini("r", status='Error: {"error": {"code": 429, "message": "slow down"}}'),
        gemini("r", status='Bad: {"code": 503}'),
        gemini("r", status="UNAVAILABLE"),
        hollow({}),
        hollow({"choices": []}),
        hollow({"error": {"type": "overloaded_error"}}),
        {"custom_id": "r", "response": None, "error": "UNAVAILABLE"},
    ],
)
def test_what_passes_is_worth_another_try(value):
    assert judged(value)


@pytest.mark.parametrize(
    "value",
    [
        failed(400),
        failed(401),
        failed(404),
        failed(422, {"error": {"code": "invalid_request"}}),
        expired("invalid_request"),
        expired("400"),
        bedrock(400),
        bedrock("ValidationException"),
        gemini("r", status='Bad Request: {"error": {"code": 400, "status": "INVALID_ARGUMENT"}}'),
        gemini("r", status="cut short"),
        hollow({"candidates": [], "promptFeedback": {"blockReason": "SAFETY"}}),
        hollow({"output": [], "incomplete_details": {"reason": "max_output_tokens"}}),
        hollow({"error": {"type": "invalid_request_error", "message": "an internal rule"}}),
        {"custom_id": "r", "response": None, "error": None},
        {"custom_id": "r", "response": None, "error": 5},
    ],
)
def test_what_was_refused_for_what_it_says_is_not(value):
    assert not judged(value)


def test_a_row_that_could_not_be_read_is_worth_another_try():
    found = row(b'{"custom_id":"r","response":{"status_code":200,"body":"\xff"},"error":null}')
    assert worth(json.loads(found.line))


@pytest.fixture
def world(tmp_path):
    return World(tmp_path)


def retried(world, **options):
    to = io.BytesIO()
    assert write_retry(world.requests, world.folder, to, **options) == to.getvalue().count(b"\n")
    return to.getvalue()


def test_the_requests_worth_it_are_written_as_they_were_in_their_order(world):
    asked = [ask(f"r{number}") for number in range(6)]
    (shard,) = world.asked(b"\n".join(json.dumps(each).encode() for each in asked))
    rows = [chat("r4", code=429), chat("r2"), chat("r0", code=400), chat("r3", code=500)]
    world.join([Returned(shard, (world.file(lines(*rows)),))])
    assert retried(world) == lines(asked[1], asked[3], asked[4], asked[5])


def test_what_comes_back_for_them_completes_the_run(world):
    (shard,) = world.asked(lines(ask("r0"), ask("r1"), ask("r2")), renamed=True)
    first = world.file(lines(chat("r0000000001"), chat("r0000000002", code=503)))
    assert not world.join([Returned(shard, (first,))])[0].complete
    sent = [json.loads(line)["custom_id"] for line in retried(world, renamed=True).splitlines()]
    assert sent == ["r0000000000", "r0000000002"]
    again = world.file(lines(claude(sent[1]), chat(sent[0])))
    found, out = world.join([Returned(shard, (first,))], [again])
    assert found.complete
    assert [json.loads(line)["custom_id"] for line in out["results"].splitlines()] == [
        "r0",
        "r1",
        "r2",
    ]
    assert retried(world) == b""


def test_a_request_whose_answer_cannot_be_told_is_not_sent_again(world):
    (shard,) = world.asked(b'{"custom_id":""}\n{\n{"custom_id":7}\n' + lines(ask("r0")))
    world.join([Returned(shard, ())])
    assert retried(world) == b'{"custom_id":7}\n' + lines(ask("r0"))


@pytest.mark.parametrize("renamed", [False, True])
def test_a_request_that_is_too_long_is_not_sent_again(world, monkeypatch, renamed):
    for place in ("blocks", "worth"):
        monkeypatch.setattr(f"preflight.batch.{place}.LONGEST_LINE", 600_000)
    content = lines(ask("r0")) + lines(ask("x" * 700_000)) + lines(ask("r2"))
    (shard,) = world.asked(content, renamed=renamed)
    world.join([Returned(shard, ())])
    sent = [json.loads(line)["custom_id"] for line in retried(world, renamed=renamed).splitlines()]
    assert sent == (["r0000000000", "r0000000002"] if renamed else ["r0", "r2"])
