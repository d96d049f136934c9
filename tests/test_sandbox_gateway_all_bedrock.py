"""Whole batches through the gateway at the sandbox of AWS; without one right one is refused."""

from urllib.parse import quote

import pytest
from openai import APIStatusError
from whole_batch_fixtures import aws, bedrock, gateway
from whole_batches import (
    COUNT,
    EVERY_ID,
    GATEWAY_ROLE,
    JOB_ROLE,
    account,
    client,
    gateway_get,
    ids_of,
    operator,
    put_policy,
    requests,
    run,
    statements,
)

from preflight.permissions import Identity, permissions
from preflight.routes import create_extras, endpoint

__all__ = ["aws", "bedrock", "gateway"]


def test_a_batch_at_bedrock_runs_and_every_request_has_a_result(gateway, bedrock):
    asking, batch = run(gateway, bedrock)
    assert batch.errors is None
    assert batch.status == "completed"
    assert batch.request_counts.to_dict() == {"total": COUNT, "completed": COUNT, "failed": 0}
    content = asking.files.content(batch.output_file_id).content
    assert ids_of(content, "recordId") == EVERY_ID
    assert len(content) == asking.files.retrieve(batch.output_file_id).bytes
    translated = gateway_get(gateway, bedrock, f"/batches/{quote(batch.id, safe='')}/output")
    assert ids_of(translated, "custom_id") == EVERY_ID


def test_a_batch_at_bedrock_with_too_few_requests_says_so_late(gateway, bedrock):
    _, batch = run(gateway, bedrock, count=3)
    assert batch.status == "failed"
    assert "less records (3) than the required minimum" in batch.errors.data[0].message


def test_a_gateway_role_that_trusts_nobody_is_refused_in_the_words_of_sts(gateway, bedrock, aws):
    gateway.register(account(aws, JOB_ROLE))
    try:
        with pytest.raises(APIStatusError, match="AssumeRole") as refused:
            client(gateway, bedrock).batches.retrieve("any")
    finally:
        gateway.register(account(aws))
    assert refused.value.status_code == 403
    assert aws.gateway_keys.secret_access_key not in refused.value.response.text


@pytest.fixture(scope="module")
def finished(gateway, bedrock):
    _, batch = run(gateway, bedrock)
    return batch


RIGHTS = permissions("bedrock", Identity.GATEWAY)


@pytest.mark.parametrize("lost", RIGHTS, ids=lambda row: f"{row.action} on {row.on.name}")
def test_without_any_one_right_of_the_table_some_call_at_bedrock_is_refused(
    gateway, bedrock, aws, finished, lost
):
    kept = [row for row in RIGHTS if row is not lost]
    put_policy(operator(aws, "iam"), GATEWAY_ROLE, statements(bedrock, kept))
    asking = client(gateway, bedrock)
    refusals = []
    for call in (
        lambda: asking.files.create(file=("r.jsonl", requests(bedrock)), purpose="batch"),
        lambda: asking.batches.create(
            input_file_id=finished.input_file_id,
            endpoint=endpoint(bedrock),
            completion_window="24h",
            extra_body=create_extras(bedrock),
        ),
        lambda: asking.batches.retrieve(finished.id),
        lambda: asking.files.content(finished.output_file_id),
        lambda: asking.batches.cancel(finished.id),
        asking.batches.list,
    ):
        try:
            call()
        except APIStatusError as error:
            refusals.append((error.status_code, error.message))
    put_policy(operator(aws, "iam"), GATEWAY_ROLE, statements(bedrock, RIGHTS))
    assert any(status == 403 and lost.action in message for status, message in refusals)
