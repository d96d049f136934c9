"""The sandbox's gateway and the jobs of Bedrock: start, look, stop; results in OpenAI's rows."""

import json
from urllib.parse import quote

import pytest
from gateway_world import BEDROCK, CHAT, HAIKU, JOB, KEY, ROLE, upload
from openai import BadRequestError, NotFoundError, PermissionDeniedError

pytest_plugins = ["gateway_fixtures"]


def create_at_bedrock(world, **extra):
    return world.client(BEDROCK).batches.create(
        input_file_id="s3%3A%2F%2Fbedrock-bucket%2Fin.jsonl",
        endpoint=CHAT,
        completion_window="24h",
        extra_body={"model": HAIKU, "role_arn": ROLE, **extra},
    )


def test_create_at_bedrock_starts_a_job_that_writes_below_its_own_prefix(world):
    world.jobs.answers["POST /model-invocation-job"] = (200, {"jobArn": JOB})
    batch = create_at_bedrock(world, job_name="run-7")
    again = create_at_bedrock(world)
    assert batch.id == quote(JOB, safe="")
    assert batch.status == "submitted"
    sent = json.loads(world.jobs.asked[0]["body"])
    assert sent["jobName"] == "run-7"
    assert sent["modelId"] == HAIKU
    assert sent["roleArn"] == ROLE
    assert sent["inputDataConfig"]["s3InputDataConfig"]["s3Uri"] == "s3://bedrock-bucket/in.jsonl"
    prefix = sent["outputDataConfig"]["s3OutputDataConfig"]["s3Uri"]
    assert prefix.startswith("s3://bedrock-bucket/")
    assert prefix.endswith("/")
    assert batch.output_file_id == quote(prefix, safe="")
    assert again.output_file_id != batch.output_file_id


def test_the_catalog_id_of_a_bedrock_model_becomes_the_model_id(world):
    world.jobs.answers["POST /model-invocation-job"] = (200, {"jobArn": JOB})
    create_at_bedrock(world, model=f"bedrock-main/{HAIKU}")
    assert json.loads(world.jobs.asked[0]["body"])["modelId"] == HAIKU


@pytest.mark.parametrize("missing", ["model", "role_arn"])
def test_create_at_bedrock_needs_model_and_role(world, missing):
    with pytest.raises(BadRequestError, match=f"{missing} is required"):
        create_at_bedrock(world, **{missing: None})
    assert not world.jobs.asked


def test_a_job_that_may_not_be_created_comes_back_in_the_words_of_bedrock(world):
    told = {
        "__type": "AccessDeniedException",
        "message": "User: arn:x is not authorized to perform: iam:PassRole on resource: arn:y",
    }
    world.jobs.answers["POST /model-invocation-job"] = (403, told)
    with pytest.raises(PermissionDeniedError, match="iam:PassRole on resource: arn:y"):
        create_at_bedrock(world)


def job(status="Completed", **more):
    return {
        "jobArn": JOB,
        "jobName": "run-7",
        "modelId": HAIKU,
        "roleArn": ROLE,
        "status": status,
        "submitTime": "2026-10-01T00:00:00Z",
        "lastModifiedTime": "2026-10-01T01:00:00Z",
        "inputDataConfig": {"s3InputDataConfig": {"s3Uri": "s3://bedrock-bucket/in.jsonl"}},
        "outputDataConfig": {"s3OutputDataConfig": {"s3Uri": "s3://bedrock-bucket/out/"}},
        **more,
    }


AT_JOB = f"GET /model-invocation-job/{JOB}"


@pytest.mark.parametrize(
    ("native", "told"),
    [
        ("Submitted", "submitted"),
        ("Validating", "validating"),
        ("Scheduled", "scheduled"),
        ("InProgress", "in_progress"),
        ("Completed", "completed"),
        ("PartiallyCompleted", "partially_completed"),
        ("Failed", "failed"),
        ("Stopping", "stopping"),
        ("Stopped", "stopped"),
        ("Expired", "expired"),
    ],
)
def test_a_job_has_its_native_status_in_snake_case(world, native, told):
    world.jobs.answers[AT_JOB] = (200, job(native))
    assert world.client(BEDROCK).batches.retrieve(quote(JOB, safe="")).status == told


def test_a_failed_job_says_why_and_how_far_it_came(world):
    counts = {"totalRecordCount": 3, "successRecordCount": 2, "errorRecordCount": 1}
    answer = job("Failed", message="too few", endTime="2026-10-01T02:00:00Z", **counts)
    world.jobs.answers[AT_JOB] = (200, answer)
    batch = world.client(BEDROCK).batches.retrieve(quote(JOB, safe=""))
    assert [error.message for error in batch.errors.data] == ["too few"]
    assert batch.request_counts.to_dict() == {"total": 3, "completed": 2, "failed": 1}
    assert batch.failed_at - batch.created_at == 7200
    assert batch.input_file_id == "s3%3A%2F%2Fbedrock-bucket%2Fin.jsonl"


def test_an_id_is_understood_however_a_client_escapes_it(world):
    world.jobs.answers[AT_JOB] = (200, job())
    once = quote(JOB, safe="")
    for sent in (JOB, once, quote(once, safe="")):
        assert world.get(f"/batches/{sent}", BEDROCK).json()["id"] == once


def test_cancel_stops_the_job(world):
    world.jobs.answers[f"POST /model-invocation-job/{JOB}/stop"] = (200, {})
    world.jobs.answers[AT_JOB] = (200, job("Stopping"))
    assert world.client(BEDROCK).batches.cancel(quote(JOB, safe="")).status == "stopping"


def test_jobs_are_listed_newest_first_and_by_pages(world):
    arns = [JOB[:-1] + digit for digit in "123"]
    jobs = [
        {**job(), "jobArn": arn, "submitTime": f"2026-10-0{day}T00:00:00Z"}
        for day, arn in enumerate(arns, 1)
    ]
    world.jobs.answers["GET /model-invocation-jobs"] = (200, {"invocationJobSummaries": jobs})
    client = world.client(BEDROCK)
    first = client.batches.list(limit=2)
    assert [batch.id for batch in first.data] == [quote(arn, safe="") for arn in arns[:0:-1]]
    assert first.has_more
    assert [batch.id for batch in first] == [quote(arn, safe="") for arn in reversed(arns)]


def test_the_content_of_an_output_prefix_is_the_native_rows(world, bucket):
    rows = b'{"recordId":"r-0","modelInput":{},"modelOutput":{}}\n'
    bucket.put_object(Bucket="bedrock-bucket", Key="out/abcdefghijkl/in.jsonl.out", Body=rows)
    bucket.put_object(Bucket="bedrock-bucket", Key="out/abcdefghijkl/manifest.json.out", Body=b"{}")
    prefix = quote("s3://bedrock-bucket/out/", safe="")
    client = world.client(BEDROCK)
    assert client.files.content(prefix).content == rows
    assert client.files.retrieve(prefix).bytes == len(rows)
    for sent in ("s3://bedrock-bucket/out/", prefix, quote(prefix, safe="")):
        assert world.get(f"/files/{sent}/content", BEDROCK).content == rows


@pytest.mark.usefixtures("bucket")
def test_a_prefix_without_results_is_not_found(world):
    with pytest.raises(NotFoundError, match="no results below s3://bedrock-bucket/none/"):
        world.client(BEDROCK).files.content(quote("s3://bedrock-bucket/none/", safe=""))


def test_the_output_of_a_bedrock_batch_is_in_the_rows_of_openai(world, bucket):
    rows = [
        {
            "recordId": "r-0",
            "modelOutput": {
                "content": [{"type": "text", "text": "Hi"}],
                "stop_reason": "max_tokens",
                "usage": {"input_tokens": 1, "output_tokens": 2},
            },
        },
        {
            "recordId": "r-1",
            "modelOutput": {
                "output": {"message": {"role": "assistant", "content": [{"text": "Ho"}]}},
                "stopReason": "end_turn",
            },
        },
        {"recordId": "r-2", "error": {"errorCode": 400, "errorMessage": "Malformed"}},
    ]
    body = b"".join(json.dumps(row).encode() + b"\n" for row in rows)
    bucket.put_object(Bucket="bedrock-bucket", Key="out/abcdefghijkl/in.jsonl.out", Body=body)
    world.jobs.answers[AT_JOB] = (200, job())
    answer = world.get(f"/batches/{quote(JOB, safe='')}/output", BEDROCK)
    first, second, third = (json.loads(row) for row in answer.content.splitlines())
    assert first["custom_id"] == "r-0"
    assert first["response"]["body"]["choices"][0]["message"]["content"] == "Hi"
    assert first["response"]["body"]["choices"][0]["finish_reason"] == "length"
    assert first["response"]["body"]["usage"]["total_tokens"] == 3
    assert second["response"]["body"]["choices"][0]["message"]["content"] == "Ho"
    assert third["response"] is None
    assert third["error"] == {"code": "400", "message": "Malformed"}


def test_the_files_of_a_bucket_are_listed_described_and_deleted(world, bucket):
    client = world.client(BEDROCK)
    made = upload(client)
    assert [file.id for file in client.files.list()] == [made.id]
    assert client.files.retrieve(made.id).bytes == made.bytes
    assert client.files.delete(made.id).deleted
    assert "Contents" not in bucket.list_objects_v2(Bucket="bedrock-bucket")


def test_the_id_of_another_provider_is_not_found(world):
    with pytest.raises(NotFoundError, match="no file file-1 at this provider"):
        world.client(BEDROCK).files.content("file-1")


def test_what_goes_wrong_inside_is_told_and_logged_without_any_secret(world, caplog, monkeypatch):
    monkeypatch.setattr("preflight.sandbox.gateway.bedrock.seconds", None)
    world.jobs.answers[AT_JOB] = (200, job())
    answer = world.get(f"/batches/{quote(JOB, safe='')}", BEDROCK)
    said = caplog.text
    assert answer.status_code == 500
    assert "TypeError" in said
    assert not any(secret in answer.text + said for secret in (KEY, "AKIAGATEWAY", "sk-of-the"))
