"""The sandbox's gateway translates for Vertex AI."""

import json
from urllib.parse import quote

import pytest
from gateway_world import (
    CHAT,
    ONE,
    VERTEX,
    line,
    upload,
)
from openai import (
    BadRequestError,
    NotFoundError,
    PermissionDeniedError,
)

pytest_plugins = ["gateway_fixtures"]

AT_BUCKET = "/storage/v1/b/vertex-bucket/o"
AT_JOBS = "/v1/projects/sandbox-project/locations/europe-west4/batchPredictionJobs"


def vertex_job(state="JOB_STATE_SUCCEEDED", **more):
    return {
        "name": f"{AT_JOBS.removeprefix('/v1/')}/123",
        "state": state,
        "model": "publishers/google/models/gemini-2.5-flash",
        "inputConfig": {"gcsSource": {"uris": ["gs://vertex-bucket/in.jsonl"]}},
        "outputConfig": {"gcsDestination": {"outputUriPrefix": "gs://vertex-bucket/"}},
        "createTime": "2026-10-01T00:00:00.123456789Z",
        **more,
    }


def test_an_upload_for_vertex_becomes_requests_in_the_bucket(world):
    messages = [
        {"role": "system", "content": "Be brief"},
        {"role": "user", "content": "Hello"},
        {"role": "assistant", "content": "Hi"},
    ]
    made = upload(world.client(VERTEX), line("r-0", messages=messages, max_tokens=7, stop="END"))
    (asked,) = world.google.asked
    assert asked["call"] == f"POST /upload{AT_BUCKET}"
    assert asked["query"]["uploadType"] == "media"
    assert asked["authorization"] == "Bearer google-token"
    assert made.id == quote(f"gs://vertex-bucket/{asked['query']['name']}", safe="")
    assert json.loads(asked["body"]) == {
        "request": {
            "systemInstruction": {"parts": [{"text": "Be brief"}]},
            "contents": [
                {"role": "user", "parts": [{"text": "Hello"}]},
                {"role": "model", "parts": [{"text": "Hi"}]},
            ],
            "generationConfig": {"stopSequences": ["END"], "maxOutputTokens": 7},
        },
        "requestId": "r-0",
    }


def test_lines_that_cannot_be_read_are_dropped_for_vertex_without_a_word(world):
    upload(world.client(VERTEX), ONE + b"\n{half\n" + line("r-1"))
    rows = [json.loads(row) for row in world.google.asked[0]["body"].splitlines()]
    assert [row["requestId"] for row in rows] == ["r-0", "r-1"]


@pytest.mark.parametrize("missing", sorted(set(VERTEX) - {"x-tfy-provider-name"}))
def test_an_upload_to_vertex_needs_bucket_region_and_model(world, missing):
    headers = {name: value for name, value in VERTEX.items() if name != missing}
    with pytest.raises(BadRequestError, match=f"{missing} is missing"):
        upload(world.client(headers))
    assert not world.google.asked


@pytest.mark.parametrize("extra", [{}, {"model": "vertex-main/gemini-2.5-flash"}])
def test_create_at_vertex_starts_a_job_for_the_model(world, extra):
    world.google.answers[f"POST {AT_JOBS}"] = (200, vertex_job("JOB_STATE_PENDING"))
    batch = world.client(VERTEX).batches.create(
        input_file_id="gs%3A%2F%2Fvertex-bucket%2Ffolder%2Fin.jsonl",
        endpoint=CHAT,
        completion_window="24h",
        extra_body={"job_name": "run-7", **extra},
    )
    assert (batch.id, batch.status) == ("123", "validating")
    assert json.loads(world.google.asked[0]["body"]) == {
        "displayName": "run-7",
        "model": "publishers/google/models/gemini-2.5-flash",
        "inputConfig": {
            "instancesFormat": "jsonl",
            "gcsSource": {"uris": ["gs://vertex-bucket/folder/in.jsonl"]},
        },
        "outputConfig": {
            "predictionsFormat": "jsonl",
            "gcsDestination": {"outputUriPrefix": "gs://vertex-bucket/folder/"},
        },
    }


@pytest.mark.parametrize(
    ("state", "told"),
    [
        ("UNSPECIFIED", "validating"),
        ("QUEUED", "validating"),
        ("PENDING", "validating"),
        ("PAUSED", "validating"),
        ("RUNNING", "in_progress"),
        ("UPDATING", "in_progress"),
        ("SUCCEEDED", "completed"),
        ("PARTIALLY_SUCCEEDED", "completed"),
        ("FAILED", "failed"),
        ("CANCELLING", "cancelling"),
        ("CANCELLED", "cancelled"),
        ("EXPIRED", "expired"),
    ],
)
def test_a_state_of_vertex_becomes_a_status_of_openai(world, state, told):
    world.google.answers[f"GET {AT_JOBS}/123"] = (200, vertex_job(f"JOB_STATE_{state}"))
    assert world.client(VERTEX).batches.retrieve("123").status == told


def test_a_vertex_job_names_its_predictions_counts_and_error(world):
    answer = vertex_job(
        completionStats={"successfulCount": "2", "failedCount": "1"},
        outputInfo={"gcsOutputDirectory": "gs://vertex-bucket/prediction-model-1"},
        error={"code": 9, "message": "failed to get GCS bucket location"},
        endTime="2026-10-01T01:00:00Z",
    )
    world.google.answers[f"GET {AT_JOBS}/123"] = (200, answer)
    batch = world.client(VERTEX).batches.retrieve("123")
    place = "gs://vertex-bucket/prediction-model-1/predictions.jsonl"
    assert batch.output_file_id == quote(place, safe="")
    assert batch.request_counts.to_dict() == {"total": 3, "completed": 2, "failed": 1}
    assert batch.errors.data[0].message == "failed to get GCS bucket location"
    assert batch.completed_at - batch.created_at == 3600


def test_the_content_of_predictions_is_the_native_rows(world):
    path = "GET /download/storage/v1/b/vertex-bucket/o/prediction-model-1/predictions.jsonl"
    world.google.answers[path] = (200, b'{"status":""}\n')
    place = quote("gs://vertex-bucket/prediction-model-1/predictions.jsonl", safe="")
    assert world.client(VERTEX).files.content(place).content == b'{"status":""}\n'
    assert world.google.asked[0]["query"] == {"alt": "media"}


def test_the_error_file_of_vertex_is_no_object(world):
    with pytest.raises(NotFoundError, match="is no object"):
        world.client(VERTEX).files.content(quote("gs://vertex-bucket/", safe=""))


def test_the_output_of_a_vertex_batch_is_in_the_rows_of_openai(world):
    where = {"gcsOutputDirectory": "gs://vertex-bucket/out"}
    world.google.answers[f"GET {AT_JOBS}/123"] = (200, vertex_job(outputInfo=where))
    rows = [
        {
            "status": "",
            "requestId": "r-0",
            "response": {
                "candidates": [{"content": {"parts": [{"text": "Hi"}]}, "finishReason": "STOP"}]
            },
        },
        {"status": "Bad request", "requestId": "r-1"},
    ]
    body = b"".join(json.dumps(row).encode() + b"\n" for row in rows)
    path = "GET /download/storage/v1/b/vertex-bucket/o/out/predictions.jsonl"
    world.google.answers[path] = (200, body)
    answer = world.get("/batches/123/output", VERTEX)
    first, second = (json.loads(row) for row in answer.content.splitlines())
    assert first["response"]["body"]["choices"][0]["message"]["content"] == "Hi"
    assert second["error"] == {"code": "failed", "message": "Bad request"}


def test_cancel_reaches_vertex(world):
    world.google.answers[f"POST {AT_JOBS}/123:cancel"] = (200, {})
    world.google.answers[f"GET {AT_JOBS}/123"] = (200, vertex_job("JOB_STATE_CANCELLING"))
    assert world.client(VERTEX).batches.cancel("123").status == "cancelling"


def test_vertex_jobs_are_listed_over_all_pages(world):
    newer = vertex_job(name="x/456", createTime="2026-10-02T00:00:00Z")
    pages = iter(
        [
            {"batchPredictionJobs": [vertex_job()], "nextPageToken": "2"},
            {"batchPredictionJobs": [newer]},
        ]
    )

    class Pages(dict):
        def get(self, _path, _default):
            return 200, next(pages)

    world.google.answers = Pages()
    assert [batch.id for batch in world.client(VERTEX).batches.list()] == ["456", "123"]
    assert world.google.asked[1]["query"] == {"pageToken": "2"}


@pytest.mark.parametrize(
    ("status", "kind"), [(403, PermissionDeniedError), (400, BadRequestError), (404, NotFoundError)]
)
def test_a_refusal_of_google_comes_back_in_its_own_words(world, status, kind):
    told = {"error": {"code": status, "message": "Permission denied", "status": "SOME_WORD"}}
    world.google.answers[f"POST /upload{AT_BUCKET}"] = (status, told)
    with pytest.raises(kind, match="Permission denied") as refused:
        upload(world.client(VERTEX))
    assert refused.value.code == "SOME_WORD"
