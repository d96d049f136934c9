"""Batch prediction jobs in the sandbox: what they come to, and when."""

import json
import time

import pytest
from gcp_fixtures import cloud, promised, steady
from gcp_world import BUCKET, REGION, Caller, jobs, jsonl, line, read

from preflight.limits import LIMITS
from preflight.sandbox.gcp import requests_file
from preflight.sandbox.gcp.client import Operator
from preflight.sandbox.gcp.names import OPERATOR, PROJECT, VERTEX_API
from preflight.sandbox.gcp.requests_file import Fault, import_rows
from preflight.sandbox.handlers.gcp import handlers

__all__ = ["cloud", "promised", "steady"]


def test_a_healthy_job_completes_with_one_result_for_each_request(cloud, promised):
    gateway = Caller(cloud, promised.gateway_service_account)
    rows = [line(number) for number in range(5)]
    assert gateway.upload(rows)[0] == 200
    status, created = gateway.create()
    assert (status, created["state"]) == (200, "JOB_STATE_QUEUED")
    job, seen = gateway.ended(created)
    assert seen[0] == "JOB_STATE_QUEUED"
    assert seen[-2:] == ["JOB_STATE_RUNNING", "JOB_STATE_SUCCEEDED"]
    stats = job["completionStats"]
    assert stats == {"successfulCount": "5", "failedCount": "0", "incompleteCount": "0"}
    folder = job["outputInfo"]["gcsOutputDirectory"]
    assert folder.startswith(f"gs://{BUCKET}/out/prediction-model-")
    results = [json.loads(one) for one in read(cloud, f"{folder}/predictions.jsonl").splitlines()]
    assert {one["requestId"]: one["request"] for one in results} == {
        row["requestId"]: row["request"] for row in rows
    }
    assert [one["requestId"] for one in results] != [row["requestId"] for row in rows]
    for one in results:
        assert one["status"] == ""
        text = one["response"]["candidates"][0]["content"]["parts"][0]["text"]
        number = one["requestId"].removeprefix("request-")
        assert text == f"You asked: What is a quay? {number}"
        used = one["response"]["usageMetadata"]
        assert used["totalTokenCount"] == used["promptTokenCount"] + used["candidatesTokenCount"]


def test_jobs_can_be_listed_found_by_name_and_cancelled(cloud, promised):
    gateway = Caller(cloud, promised.gateway_service_account)
    gateway.upload([line(1)])
    first, second = gateway.create()[1], gateway.create()[1]
    _, listed = gateway.call("GET", jobs(), params={"filter": 'displayName="test"'})
    assert [one["name"] for one in listed["batchPredictionJobs"]] == [second["name"], first["name"]]
    _, listed = gateway.call("GET", jobs(), params={"filter": 'displayName="other"'})
    assert listed["batchPredictionJobs"] == []
    _, page = gateway.call("GET", jobs(), params={"pageSize": 1})
    assert page["nextPageToken"] == "1"
    assert gateway.call("POST", f"/v1/{first['name']}:cancel", json={}) == (200, {})
    job, seen = gateway.ended(first)
    assert (seen[-1], "outputInfo" in job) == ("JOB_STATE_CANCELLED", False)
    assert gateway.ended(second)[0]["state"] == "JOB_STATE_SUCCEEDED"
    gateway.call("POST", f"/v1/{second['name']}:cancel", json={})
    assert gateway.ended(second)[0]["state"] == "JOB_STATE_SUCCEEDED"
    assert gateway.call("GET", f"{jobs()}/1")[0] == 404


def test_a_request_that_the_model_refuses_fails_alone(cloud, promised):
    gateway = Caller(cloud, promised.gateway_service_account)
    bad = line(1, generationConfig={"temperature": 9})
    gateway.upload([line(0), bad])
    job, _ = gateway.ended(gateway.create()[1])
    assert job["completionStats"]["successfulCount"] == job["completionStats"]["failedCount"] == "1"
    folder = job["outputInfo"]["gcsOutputDirectory"]
    results = [json.loads(one) for one in read(cloud, f"{folder}/predictions.jsonl").splitlines()]
    (failed,) = [one for one in results if one["status"]]
    assert failed["requestId"] == "request-1"
    assert "response" not in failed
    assert "temperature" in failed["status"]


def test_a_global_job_takes_a_bucket_anywhere(cloud, promised):
    gateway = Caller(cloud, promised.gateway_service_account)
    gateway.upload([line(1)])
    job, _ = gateway.ended(gateway.create(location="global")[1])
    assert job["state"] == "JOB_STATE_SUCCEEDED"


def test_a_model_that_is_not_offered_is_refused_at_once(cloud, promised):
    gateway = Caller(cloud, promised.gateway_service_account)
    status, body = gateway.create(model="gemini-0.1-nano")
    assert status == 404
    assert body["error"]["message"].startswith(
        f"Publisher Model `projects/{PROJECT}/locations/{REGION}/publishers/google/models/"
        "gemini-0.1-nano` was not found or your project does not have access to it."
    )


def test_the_first_use_of_a_project_has_to_wait_for_the_service_agent(cloud):
    operator = Operator(cloud.env)
    operator.call("POST", f"/v1/projects/{PROJECT}/services/{VERTEX_API}:enable", {})
    handlers(cloud.env)["gcp:storage/bucket:Bucket"].create(
        "b", {"name": BUCKET, "location": REGION}
    )
    caller = Caller(cloud, OPERATOR)
    caller.upload([line(1)])
    status, body = caller.create()
    assert (status, body["error"]["status"]) == (400, "FAILED_PRECONDITION")
    assert body["error"]["message"].startswith("Service agents are being provisioned")
    time.sleep(0.06)
    status, job = caller.create()
    assert status == 200
    # An agent made by use, not on request, is given its role on the project, and needs no other.
    assert caller.ended(job)[0]["state"] == "JOB_STATE_SUCCEEDED"


@pytest.mark.parametrize(
    ("content", "code", "text"),
    [
        (b"{not json\n", 3, "Failed to import data. line 1"),
        (jsonl(line(1)) + b"[1]\n", 3, "line 2"),
        (jsonl(line(1, tools=[{"googleSearch": {}}])), 3, "empty object"),
        (jsonl(line(1, **{"$defs": 1})), 3, "field name"),
        (jsonl(line(1, seed=1)) + jsonl(line(2, seed="1")), 3, "a string here and a number before"),
        (jsonl({"custom_id": "a", "body": {"messages": "hi"}}), 13, "INTERNAL"),
        (b"\n", 3, "no requests"),
        (b'{"request": ' + b'{"a":' * 16 + b"1" + b"}" * 17, 3, "nested deeper than 15"),
    ],
)
def test_a_malformed_line_fails_the_whole_job_late(steady, content, code, text):
    cloud, promised = steady
    gateway = Caller(cloud, promised.gateway_service_account)
    gateway.upload(content)
    status, created = gateway.create()
    assert status == 200
    job, _ = gateway.ended(created)
    assert (job["state"], job["error"]["code"]) == ("JOB_STATE_FAILED", code)
    assert text in job["error"]["message"]


def test_too_many_requests_fail_the_job(monkeypatch):
    assert LIMITS["vertex"].max_requests == requests_file.MAX_REQUESTS
    assert LIMITS["vertex"].max_bytes == requests_file.MAX_BYTES
    monkeypatch.setattr(requests_file, "MAX_REQUESTS", 3)
    assert len(import_rows(jsonl(line(1)) * 3)) == 3
    assert import_rows(jsonl(line(1)) * 4) == Fault(
        3, "Failed to import data. the file has more than 3 requests"
    )


def test_ids_that_are_digits_only_come_back_as_numbers():
    rows = [{**line(1), "requestId": "007"}, {**line(2), "requestId": "8"}]
    assert [row["requestId"] for row in import_rows(b"".join(map(jsonl, rows)))] == [7, 8]
    rows[1]["requestId"] = "request-8"
    kept = import_rows(b"".join(map(jsonl, rows)))
    assert [row["requestId"] for row in kept] == ["007", "request-8"]
