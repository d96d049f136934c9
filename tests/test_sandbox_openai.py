"""OpenAI in the sandbox: the official SDK works against it, and it refuses as the service does."""

import json
import time

import pytest
from openai import AuthenticationError, BadRequestError, NotFoundError, OpenAI
from openai_world import jsonl, line

from preflight.sandbox.upstream import OpenAIUpstream, Timing
from preflight.sandbox.upstream.rules import CHAT

QUICK = Timing(0.02, 0.05, 0.02, 0.02)
OVER = {"completed", "failed", "expired", "cancelled"}


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
