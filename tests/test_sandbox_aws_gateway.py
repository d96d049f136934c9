"""The sandbox's gateway at its AWS: as whom it acts, and where it has the results written."""

import json
from dataclasses import replace
from urllib.parse import quote, unquote

import httpx2
import pytest
from aws_stack import ACCOUNT, CLOCK, REGION, SECONDS, deploy
from openai import APIStatusError, OpenAI

from infra.grants import identity_policy
from preflight.permissions import Identity
from preflight.sandbox.accounts import BedrockAccount
from preflight.sandbox.gateway import SandboxGateway
from preflight.sandbox.handlers.aws import handlers

pytest_plugins = ["aws_fixtures"]

KEY = "tfy-key-of-the-caller"


@pytest.fixture(scope="module")
def gateway():
    with SandboxGateway(KEY) as running:
        yield running


def registered(gateway, stack, role_arn, **more):
    """A client of the gateway, which acts at AWS as the role, or as its own user."""
    keys = stack.cloud.gateway_keys
    gateway.register(
        BedrockAccount(
            "bedrock-main",
            REGION,
            keys.access_key_id,
            keys.secret_access_key,
            role_arn,
            stack.cloud.aws_endpoint,
            stack.cloud.bedrock_endpoint,
            **more,
        )
    )
    return OpenAI(
        api_key=KEY, base_url=gateway.base_url, default_headers=headers(stack), max_retries=0
    )


def headers(stack):
    return {
        "x-tfy-provider-name": "bedrock-main",
        "x-tfy-aws-s3-bucket": stack.promised.bucket,
        "x-tfy-aws-bedrock-model": stack.promised.model,
    }


def uploaded(asking):
    body = {"messages": [{"role": "user", "content": "Hello"}], "max_tokens": 16}
    rows = [
        {"custom_id": f"r{n}", "method": "POST", "url": "/v1/chat/completions", "body": body}
        for n in range(100)
    ]
    content = "".join(f"{json.dumps(row)}\n" for row in rows).encode()
    return asking.files.create(file=("requests.jsonl", content), purpose="batch").id


def created(asking, stack, **extra):
    told = {"model": stack.promised.model, "role_arn": stack.promised.job_role_arn, **extra}
    return asking.batches.create(
        input_file_id=uploaded(asking),
        endpoint="/v1/chat/completions",
        completion_window="24h",
        extra_body=told,
    )


def ended(asking, batch):
    CLOCK.now += SECONDS
    return asking.batches.retrieve(batch.id)


def test_a_gateway_without_a_role_runs_a_batch_as_its_user(gateway, aws_cloud, stack):
    promised = replace(stack.promised, gateway_principal_arn=aws_cloud.gateway_user_arn)
    name = aws_cloud.gateway_user_arn.rpartition("/")[2]
    made = handlers(aws_cloud.env)["aws:iam/userPolicy:UserPolicy"]
    inputs = {"user": name, "policy": identity_policy(promised, Identity.GATEWAY)}
    identity, state = made.create("batch", inputs)
    asking = registered(gateway, stack, "")
    batch = ended(asking, created(asking, stack))
    assert batch.status == "completed"
    assert len(asking.files.content(batch.output_file_id).content.splitlines()) == 100
    made.delete(identity, state)
    with pytest.raises(
        APIStatusError, match=f"User: {aws_cloud.gateway_user_arn} is not authorized"
    ):
        uploaded(asking)


def test_a_gateway_runs_a_batch_as_a_role_below_a_path(gateway, aws_cloud):
    stack = deploy(aws_cloud, path="/platform/")
    asking = registered(gateway, stack, stack.promised.gateway_principal_arn)
    assert ended(asking, created(asking, stack)).status == "completed"


def test_a_role_that_asks_for_an_external_id_is_told_it(gateway, aws_cloud, stack, operator):
    role = stack.promised.gateway_principal_arn
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": aws_cloud.gateway_user_arn},
        "Action": "sts:AssumeRole",
        "Condition": {"StringEquals": {"sts:ExternalId": "agreed"}},
    }
    operator.get("iam").update_assume_role_policy(
        RoleName=role.rpartition("/")[2],
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [statement]}),
    )
    with pytest.raises(APIStatusError, match="sts:AssumeRole"):
        uploaded(registered(gateway, stack, role))
    assert uploaded(registered(gateway, stack, role, external_id="agreed"))


def test_the_results_go_where_the_create_says(gateway, stack):
    bucket = handlers(stack.cloud.env)["aws:s3/bucket:Bucket"].create("results", {})[0]
    place = [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"]
    reads = ("s3:ListBucket", "s3:GetObject", "s3:GetObjectAttributes")
    stack.allow(stack.promised.gateway_principal_arn, *reads, on=place)
    stack.allow(stack.promised.job_role_arn, "s3:PutObject", on=place)
    asking = registered(gateway, stack, stack.promised.gateway_principal_arn)
    target = {"s3OutputDataConfig": {"s3Uri": f"s3://{bucket}/one/run", "s3BucketOwner": ACCOUNT}}
    first, second = (created(asking, stack, output_data_config=target) for _ in range(2))
    assert unquote(first.output_file_id) == f"s3://{bucket}/one/run/"
    assert ended(asking, first).status == asking.batches.retrieve(second.id).status == "completed"
    # The prefix is the client's affair, and holds the results of both; the batch knows its own.
    assert len(asking.files.content(first.output_file_id).content.splitlines()) == 200
    own = f"{gateway.base_url}/batches/{quote(first.id, safe='')}/output"
    sent = {**headers(stack), "Authorization": f"Bearer {KEY}"}
    assert len(httpx2.get(own, headers=sent).raise_for_status().content.splitlines()) == 100


def test_a_place_for_the_results_that_is_no_place_is_refused(gateway, stack):
    asking = registered(gateway, stack, stack.promised.gateway_principal_arn)
    with pytest.raises(APIStatusError) as refused:
        created(asking, stack, output_data_config="s3://bucket/prefix/")
    assert refused.value.status_code == 400
