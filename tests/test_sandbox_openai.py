"""OpenAI in the sandbox: the official SDK works against it, and it refuses as the service does."""

import io
import json
import time
from dataclasses import replace

import pytest
from openai import AuthenticationError, BadRequestError, NotFoundError, OpenAI

from preflight.sandbox.upstream import OpenAIUpstream, Timing
from preflight.sandbox.upstream.batch import Order
from preflight.sandbox.upstream.engine import Engine
from preflight.sandbox.upstream.refusals import Refusal
from preflight.sandbox.upstream.rules import AZURE, CHAT, OPENAI
from preflight.sandbox.upstream.validation import Model, Queue

QUICK = Timing(0.02, 0.05, 0.02, 0.02)
OVER = {"completed", "failed", "expired", "cancelled"}


def line(custom_id="r1", url=CHAT, model="gpt-4o-mini", **body):
    body = {"messages": [{"role": "user", "content": f"Say {custom_id}"}]} | body
    return {
        "custom_id": custom_id,
        "method": "POST",
        "url": url,
        "body": {"model": model} | {key: value for key, value in body.items() if value is not None},
    }


def jsonl(*lines):
    return b"".join(
        (one if isinstance(one, bytes) else json.dumps(one).encode()) + b"\n" for one in lines
    )


@pytest.fixture
def upstream(tmp_path):
    with OpenAIUpstream(tmp_path, QUICK) as upstream:
        yield upstream


@pytest.fixture
def client(upstream):
    with OpenAI(base_url=upstream.base_url, api_key=upstream.api_key, max_retries=0) as client:
        yield client


def send(client, content, **create):
    file = client.files.create(file=("requests.jsonl", content), purpose="batch")
    wanted = {"endpoint": CHAT, "completion_window": "24h", "input_file_id": file.id} | create
    return client.batches.create(**wanted)


def finish(client, batch):
    deadline = time.monotonic() + 10
    while batch.status not in OVER:
        assert time.monotonic() < deadline
        time.sleep(0.01)
        batch = client.batches.retrieve(batch.id)
    return batch


def rows(client, file_id):
    return [json.loads(row) for row in client.files.content(file_id).text.splitlines()]


def verdict(client, content, **create):
    batch = finish(client, send(client, content, **create))
    assert batch.status == "failed"
    assert batch.output_file_id is None
    assert batch.error_file_id is None
    return batch.errors.data[0]


def test_a_healthy_batch_completes_with_one_row_per_request_in_another_order(client):
    sent = [f"r{number}" for number in range(7)]
    batch = send(client, jsonl(*map(line, sent)), metadata={"run": "one"})
    assert batch.status == "validating"
    assert batch.metadata == {"run": "one"}
    done = finish(client, batch)
    assert (done.status, done.error_file_id, done.errors) == ("completed", None, None)
    assert (done.request_counts.total, done.request_counts.completed) == (7, 7)
    assert done.created_at <= done.in_progress_at <= done.finalizing_at <= done.completed_at
    came = rows(client, done.output_file_id)
    assert sorted(row["custom_id"] for row in came) == sent
    assert [row["custom_id"] for row in came] != sent
    first = next(row for row in came if row["custom_id"] == "r3")
    assert first["id"].startswith("batch_req_")
    assert first["error"] is None
    assert first["response"]["status_code"] == 200
    body = first["response"]["body"]
    assert body["object"] == "chat.completion"
    assert body["model"] == "gpt-4o-mini-2024-07-18"
    assert body["choices"][0]["message"]["content"] == "You asked: Say r3"


def test_requests_that_fail_go_to_the_error_file_and_the_rest_is_kept(client):
    content = jsonl(line("good"), line("bad", messages=None), line("cold", temperature=9))
    batch = finish(client, send(client, content))
    assert batch.status == "completed"
    assert (batch.request_counts.completed, batch.request_counts.failed) == (1, 2)
    assert [row["custom_id"] for row in rows(client, batch.output_file_id)] == ["good"]
    bad = {row["custom_id"]: row["response"] for row in rows(client, batch.error_file_id)}
    assert bad["bad"]["status_code"] == 400
    assert bad["bad"]["body"]["error"]["message"] == "Missing required parameter: 'messages'."
    assert bad["cold"]["body"]["error"]["param"] == "temperature"


def test_a_batch_of_which_every_request_fails_completes_without_an_output_file(client):
    batch = finish(client, send(client, jsonl(line("bad", messages=[]))))
    assert (batch.status, batch.output_file_id) == ("completed", None)
    assert len(rows(client, batch.error_file_id)) == 1


@pytest.mark.parametrize(
    ("content", "code", "number"),
    [
        (jsonl(line(), b"{nope"), "invalid_json_line", 2),
        (jsonl(line(), b"", line("r2")), "invalid_json_line", 2),
        (jsonl(b"[]"), "invalid_json_line", 1),
        (jsonl(line(), b'{"custom_id": "\xff"}'), "invalid_json_line", 2),
        (jsonl(line(temperature=float("nan"))), "invalid_json_line", 1),
        (b"\xef\xbb\xbf" + jsonl(line()), "invalid_json_line", 1),
        (jsonl(line("a"), line("b"), line("a")), "duplicate_custom_id", 3),
        (jsonl(line(), line("r2", url="/v1/responses")), "invalid_url", 2),
        (jsonl(line(url="/chat/completions")), "invalid_url", 1),
        (jsonl(line(), line("r2", model="gpt-4o")), "mismatched_model", 2),
        (jsonl(line(model="openai-main/gpt-4o-mini")), "model_not_found", 1),
        (jsonl(line(model=None)), "invalid_request", 1),
        (jsonl(line(custom_id=None)), "missing_required_parameter", 1),
        (jsonl(line(custom_id=7)), "invalid_type", 1),
        (jsonl({**line(), "body": None}), "missing_required_parameter", 1),
        (jsonl({**line(), "method": "GET"}), "invalid_method", 1),
        (jsonl(line(), line("r2", stream=True)), "streaming_unsupported", 2),
        (b"", "empty_file", None),
    ],
)
def test_the_first_bad_line_fails_the_whole_batch_late(client, content, code, number):
    error = verdict(client, content)
    assert (error.code, error.line) == (code, number)
    assert error.message


def test_the_last_line_needs_no_newline_and_windows_newlines_are_taken(client):
    content = jsonl(line("a"), line("b")).replace(b"\n", b"\r\n").rstrip()
    assert finish(client, send(client, content)).request_counts.completed == 2


def test_responses_and_embeddings_are_answered_in_their_own_shapes(client):
    url = "/v1/responses"
    batch = send(client, jsonl(line(url=url, messages=None, input="Hi")), endpoint=url)
    row = rows(client, finish(client, batch).output_file_id)[0]
    assert row["response"]["body"]["output"][0]["content"][0]["text"] == "You asked: Hi"
    url, model = "/v1/embeddings", "text-embedding-3-small"
    content = jsonl(line(url=url, model=model, messages=None, input=["a", "b"]))
    row = rows(client, finish(client, send(client, content, endpoint=url)).output_file_id)[0]
    assert [len(one["embedding"]) for one in row["response"]["body"]["data"]] == [8, 8]


def test_what_is_wrong_with_the_call_itself_is_refused_at_once(client):
    with pytest.raises(BadRequestError, match="Value must be '24h'"):
        send(client, jsonl(line()), completion_window="48h")
    with pytest.raises(BadRequestError, match="Supported values are"):
        send(client, jsonl(line()), endpoint="/chat/completions")
    with pytest.raises(BadRequestError, match="at most 16 pairs"):
        send(client, jsonl(line()), metadata={"key": "v" * 513})
    with pytest.raises(NotFoundError, match="No such File object: file-none"):
        send(client, jsonl(line()), input_file_id="file-none")
    with pytest.raises(BadRequestError, match="Missing required parameter: 'input_file_id'"):
        client.post("/batches", body={}, cast_to=object)
    with pytest.raises(BadRequestError, match=r"Must be \.jsonl"):
        client.files.create(file=("requests.txt", b"x"), purpose="batch")


def test_a_file_of_another_purpose_is_accepted_and_fails_late(client):
    file = client.files.create(file=("requests.jsonl", jsonl(line())), purpose="user_data")
    error = verdict(client, b"", input_file_id=file.id)
    assert (error.code, error.line) == ("invalid_request", None)
    assert "must be 'batch'" in error.message


def test_files_and_batches_are_listed_page_by_page_the_newest_first(client):
    made = [send(client, jsonl(line())).id for _ in range(5)]
    assert [batch.id for batch in client.batches.list(limit=2)] == made[::-1]
    assert len(client.batches.list(limit=2).data) == 2
    names = [file.id for file in client.files.list(purpose="batch", limit=2)]
    assert len(names) == 5
    client.files.delete(names[0])
    with pytest.raises(NotFoundError):
        client.files.retrieve(names[0])
    assert [file.id for file in client.files.list(purpose="batch")] == names[1:]


def test_output_files_may_be_given_an_end(client):
    ends = {"anchor": "created_at", "seconds": 3600}
    batch = finish(client, send(client, jsonl(line()), output_expires_after=ends))
    file = client.files.retrieve(batch.output_file_id)
    assert file.expires_at == file.created_at + 3600


def test_a_wrong_or_revoked_key_gets_401_in_openais_words(upstream, client):
    wrong = client.with_options(api_key="sk-wrong")
    with pytest.raises(AuthenticationError) as refused:
        wrong.models.list()
    assert refused.value.code == "invalid_api_key"
    assert client.batches.list().data == []
    upstream.revoke_key()
    with pytest.raises(AuthenticationError, match="Incorrect API key"):
        client.batches.list()


def test_a_model_that_was_removed_is_neither_listed_nor_run(upstream, client):
    assert "gpt-4o-mini" in {model.id for model in client.models.list()}
    assert client.models.retrieve("gpt-4o-mini").id == "gpt-4o-mini"
    upstream.remove_model("gpt-4o-mini")
    with pytest.raises(NotFoundError):
        client.models.retrieve("gpt-4o-mini")
    assert verdict(client, jsonl(line())).code == "model_not_found"


# --- one level down, where the clock is held ---


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
