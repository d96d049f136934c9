"""Batch jobs in the sandbox's AWS: what a good job brings back, how jobs are created and found."""

import json
from secrets import token_hex

import pytest
from aws_stack import CLOCK, PROFILE, SECONDS, deploy, refusal, requests

pytest_plugins = ["aws_fixtures"]


def test_a_good_job_completes_with_one_result_per_request(stack):
    job = stack.run(requests(120))
    assert job["status"] == "Completed", job.get("message")
    lines = [json.loads(line) for line in stack.output(job).splitlines()]
    ids = [line["recordId"] for line in lines]
    assert sorted(ids) == sorted(f"r{number}" for number in range(120))
    assert ids != [f"r{number}" for number in range(120)], "the order must not be relied on"
    said = lines[0]["modelOutput"]
    assert said["role"] == "assistant"
    assert "capital of France" in said["content"][0]["text"]
    assert said["usage"]["output_tokens"] > 0
    manifest = json.loads(stack.output(job, "manifest.json.out"))
    assert (manifest["totalRecordCount"], manifest["successRecordCount"]) == (120, 120)
    assert (job["processedRecordCount"], job["errorRecordCount"]) == (120, 0)


def test_a_job_goes_through_every_status_and_counts_nothing_before_it_starts(stack):
    stack.upload(requests(100))
    arn = stack.create()
    submitted = CLOCK.now
    seen = []
    for seconds in (0.0, 2.0, 3.5, 4.0, 6.0, 8.0):
        CLOCK.now = submitted + seconds
        job = stack.look(arn)
        seen.append((job["status"], job["processedRecordCount"], "endTime" in job))
    assert seen == [
        ("Submitted", 0, False),
        ("Validating", 0, False),
        ("Scheduled", 0, False),
        ("InProgress", 0, False),
        ("InProgress", 50, False),
        ("Completed", 100, True),
    ]


def test_a_profile_job_completes_when_the_role_may_run_the_model_in_every_region(aws_cloud):
    stack = deploy(aws_cloud, PROFILE)
    assert len(stack.promised.model_arns) == 4
    job = stack.run(requests(100))
    assert job["status"] == "Completed", job.get("message")


def test_a_nova_model_answers_in_its_own_shape(aws_cloud):
    stack = deploy(aws_cloud, "us.amazon.nova-lite-v1:0")
    rows = requests(100, messages=[{"role": "user", "content": [{"text": "Hello there"}]}])
    job = stack.run(rows)
    assert job["status"] == "Completed", job.get("message")
    said = json.loads(stack.output(job).splitlines()[0])["modelOutput"]
    assert "Hello there" in said["output"]["message"]["content"][0]["text"]


def test_a_row_the_model_does_not_understand_fails_alone(stack):
    rows = requests(100)
    rows[7] = json.dumps({"recordId": "r7", "modelInput": {"messages": []}})
    job = stack.run(rows)
    assert (job["status"], job["errorRecordCount"]) == ("Completed", 1)
    by_id = {line["recordId"]: line for line in map(json.loads, stack.output(job).splitlines())}
    assert "anthropic_version" in by_id["r7"]["error"]["errorMessage"]
    assert "modelOutput" not in by_id["r7"]


def test_a_job_that_runs_out_of_time_keeps_what_it_has(aws_cloud, stack, monkeypatch):
    monkeypatch.setattr(aws_cloud.runner, "rows_on_time", 90)
    job = stack.run(requests(100))
    assert (job["status"], job["processedRecordCount"]) == ("PartiallyCompleted", 90)
    assert len(stack.output(job).splitlines()) == 90


def test_a_stopped_job_ends_as_stopped_and_cannot_be_stopped_twice(stack):
    stack.upload(requests(100))
    arn = stack.create()
    bedrock = stack.gateway.get("bedrock")
    bedrock.stop_model_invocation_job(jobIdentifier=arn)
    assert stack.look(arn)["status"] == "Stopping"
    assert stack.ended(arn)["status"] == "Stopped"
    assert refusal(bedrock.stop_model_invocation_job, jobIdentifier=arn)[0] == "ConflictException"


# --- creating, finding


def test_a_job_name_is_used_once_and_a_token_makes_one_job(stack):
    stack.upload(requests(100))
    first = stack.create(jobName=f"once-{token_hex(4)}", clientRequestToken="t" + token_hex(4))
    job = stack.look(first)
    again = stack.create(jobName="other", clientRequestToken=job["clientRequestToken"])
    assert again == first
    code, _ = refusal(stack.create, jobName=job["jobName"])
    assert code == "ConflictException"


def test_jobs_are_listed_by_name_and_status_page_by_page(stack, operator):
    stack.upload(requests(100))
    mark = token_hex(4)
    made = [stack.create(jobName=f"{mark}-{number}") for number in range(3)]
    stack.ended(made[-1])
    pages = operator.get("bedrock").get_paginator("list_model_invocation_jobs")

    def listed(**query):
        found = pages.paginate(nameContains=mark, PaginationConfig={"PageSize": 2}, **query)
        return [job["jobArn"] for page in found for job in page["invocationJobSummaries"]]

    assert listed() == made[::-1]
    assert listed(statusEquals="Completed", sortOrder="Ascending") == made
    assert listed(statusEquals="Failed") == []


def test_only_so_many_jobs_of_one_model_are_open_at_a_time(aws_cloud):
    stack = deploy(aws_cloud, "us.amazon.nova-pro-v1:0")
    stack.upload(requests(100))
    for _ in range(20):
        stack.create()
    assert refusal(stack.create)[0] == "ServiceQuotaExceededException"
    CLOCK.now += SECONDS
    stack.create()


def test_jobs_of_another_region_are_not_found(stack, operator):
    stack.upload(requests(100))
    arn = stack.create()
    elsewhere = operator.get("bedrock", "us-east-1")
    assert elsewhere.list_model_invocation_jobs(nameContains="job-")["invocationJobSummaries"] == []
    code, _ = refusal(elsewhere.get_model_invocation_job, jobIdentifier=arn)
    assert code == "ResourceNotFoundException"


@pytest.mark.parametrize(
    ("model", "part"),
    [
        ("cohere.command-r-v1:0", "Batch inference is not supported for the requested model"),
        ("anthropic.claude-sonnet-4-20250514-v1:0", "with on-demand throughput isn't supported"),
        ("anthropic.claude-9-v1:0", "model identifier is invalid"),
    ],
)
def test_a_model_that_cannot_do_batch_is_refused_at_once(stack, model, part):
    assert part in refusal(stack.create, modelId=model)[1]


def test_tags_need_a_right_of_their_own(stack):
    stack.upload(requests(100))
    code, message = refusal(stack.create, tags=[{"key": "team", "value": "a"}])
    assert (code, "bedrock:TagResource" in message) == ("AccessDeniedException", True)
