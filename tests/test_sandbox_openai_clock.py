"""OpenAI's batches in the sandbox, where the clock is held: states, queues, limits, odd values."""

import io
import json
from dataclasses import replace

import pytest
from openai_world import jsonl, line

from preflight.sandbox.upstream import Timing
from preflight.sandbox.upstream.batch import Order
from preflight.sandbox.upstream.engine import Engine
from preflight.sandbox.upstream.refusals import Refusal
from preflight.sandbox.upstream.rules import AZURE, CHAT, OPENAI
from preflight.sandbox.upstream.validation import Model, Queue


class Clock:
    def __init__(self):
        self.now = 1_000_000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def engine(tmp_path, clock):
    return Engine(tmp_path, OPENAI, Model, Timing(1, 4, 1, 1), clock)


def order(engine, *ids, lines=None):
    content = jsonl(*(lines or map(line, ids)))
    file = engine.upload(io.BytesIO(content), "requests.jsonl", "batch")
    return engine.create(Order(file.id, CHAT, "24h", None, None))["id"]


def lines_of(engine, file_id):
    return [json.loads(one) for one in engine.file(file_id).path.read_bytes().splitlines()]


def test_the_status_follows_the_clock(engine, clock):
    batch = order(engine, "a", "b", "c", "d")
    seen = []
    for _ in range(7):
        shape = engine.batch(batch)
        seen.append((shape["status"], *shape["request_counts"].values()))
        clock.now += 1
    assert seen == [
        ("validating", 0, 0, 0),
        ("in_progress", 4, 0, 0),
        ("in_progress", 4, 1, 0),
        ("in_progress", 4, 2, 0),
        ("in_progress", 4, 3, 0),
        ("finalizing", 4, 4, 0),
        ("completed", 4, 4, 0),
    ]


def test_a_cancelled_batch_keeps_what_was_done_and_names_what_was_not(engine, clock):
    batch = order(engine, "a", "b", "c", "d")
    clock.now += 3
    assert engine.cancel(batch)["status"] == "cancelling"
    assert engine.cancel(batch)["status"] == "cancelling"
    clock.now += 10
    shape = engine.batch(batch)
    assert shape["status"] == "cancelled"
    kept = lines_of(engine, shape["output_file_id"])
    lost = lines_of(engine, shape["error_file_id"])
    assert len(kept) == len(lost) == 2
    assert {row["custom_id"] for row in kept + lost} == set("abcd")
    assert {row["error"]["code"] for row in lost} == {"batch_cancelled"}
    with pytest.raises(Refusal, match="Cannot cancel a batch with status 'cancelled'"):
        engine.cancel(batch)


def test_a_batch_told_to_expire_keeps_what_was_done(engine, clock):
    engine.expire_next(0.25)
    batch, other = order(engine, "a", "b", "c", "d"), order(engine, "a")
    clock.now += 60
    shape = engine.batch(batch)
    assert shape["status"] == "expired"
    assert shape["expired_at"] == shape["in_progress_at"] + 1
    assert len(lines_of(engine, shape["output_file_id"])) == 1
    lost = lines_of(engine, shape["error_file_id"])
    assert [row["error"]["code"] for row in lost] == ["batch_expired"] * 3
    assert all(row["response"] is None for row in lost)
    assert engine.batch(other)["status"] == "completed"


def test_a_file_deleted_after_the_create_does_not_stop_the_batch(engine, clock):
    batch = order(engine, "a")
    engine.delete(engine.batch(batch)["input_file_id"])
    clock.now += 60
    assert engine.batch(batch)["status"] == "completed"


def test_open_batches_share_the_queue_of_their_model(tmp_path, clock):
    queue = Queue("q", 5, "Enqueued token limit reached")
    engine = Engine(tmp_path, OPENAI, lambda name: Model(name, queue), clock=clock)
    first, second = order(engine, "a", "b"), order(engine, "a", "b")
    clock.now += 60
    assert engine.batch(first)["status"] == "completed"
    failed = engine.batch(second)
    assert failed["errors"]["data"][0]["code"] == "token_limit_exceeded"
    third = order(engine, "a", "b")
    clock.now += 60
    assert engine.batch(third)["status"] == "completed"


def test_a_queue_counts_the_prompts_and_nothing_beside_them(tmp_path, clock):
    queue = Queue("q", 100, "Enqueued token limit reached")
    engine = Engine(tmp_path, OPENAI, lambda name: Model(name, queue), clock=clock)
    beside = order(engine, lines=[line("a", user="x" * 1000)])
    spoken = order(engine, lines=[line("a", messages=[{"role": "user", "content": "x" * 1000}])])
    clock.now += 60
    assert engine.batch(beside)["status"] == "completed"
    assert engine.batch(spoken)["status"] == "failed"


def test_too_many_requests_and_too_large_a_file_fail_the_batch(tmp_path, clock):
    small = replace(OPENAI, max_requests=2, max_bytes=1000)
    engine = Engine(tmp_path, small, Model, clock=clock)
    many = order(engine, "a", "b", "c")
    large = order(engine, lines=[line("a", user="x" * 1000)])
    clock.now += 60
    assert engine.batch(many)["errors"]["data"][0]["code"] == "too_many_tasks"
    assert engine.batch(large)["errors"]["data"][0]["code"] == "file_too_large"


def test_azure_keeps_500_input_files_that_never_expire(tmp_path, clock):
    engine = Engine(tmp_path, replace(AZURE, max_input_files=1), Model, clock=clock)

    def upload(lives):
        return engine.upload(io.BytesIO(b"{}"), "requests.jsonl", "batch", lives)

    upload(None)
    upload(1_209_600)
    with pytest.raises(Refusal, match="holds 1 batch input files"):
        upload(None)


ODD = (None, True, 0, -1, 1.5, "", "text", "\ud800", [], ["a", {}], {}, {"type": 7}, [[["deep"]]])


@pytest.mark.parametrize("url", OPENAI.endpoints)
@pytest.mark.parametrize(
    "name", ["messages", "input", "prompt", "response_format", "max_tokens", "temperature"]
)
def test_an_odd_value_fails_its_request_and_never_the_service(engine, clock, url, name):
    lines = [
        line(str(number), url=url, **{"input": "Hi", "prompt": "Hi"} | {name: value})
        for number, value in enumerate(ODD)
    ]
    lines += [
        line(f"in-{number}", url=url, messages=[{"role": "user", "content": value}], input=[value])
        for number, value in enumerate(ODD)
    ]
    file = engine.upload(io.BytesIO(jsonl(*lines)), "requests.jsonl", "batch")
    batch = engine.create(Order(file.id, url, "24h", None, None))["id"]
    clock.now += 60
    shape = engine.batch(batch)
    assert shape["status"] == "completed"
    kept = [shape["output_file_id"], shape["error_file_id"]]
    found = [one for file_id in kept if file_id for one in lines_of(engine, file_id)]
    assert {one["custom_id"] for one in found} == {one["custom_id"] for one in lines}
