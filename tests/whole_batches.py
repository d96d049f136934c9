"""A whole batch through the sandbox's gateway, by OpenAI's own SDK; the roles it is run with."""

import json
import time

import boto3
import httpx2
from openai import OpenAI

from preflight.permissions import arns, condition, permissions
from preflight.routes import create_extras, endpoint, headers
from preflight.sandbox.accounts import BedrockAccount

KEY = "tfy-key-of-the-caller"
COUNT = 120
ENDED = {"completed", "failed", "expired", "cancelled", "stopped", "partially_completed"}
JOB_ROLE = "arn:aws:iam::123456789012:role/job"
GATEWAY_ROLE = "arn:aws:iam::123456789012:role/gateway"
HAIKU = "anthropic.claude-3-5-haiku-20241022-v1:0"


def client(gateway, promised):
    return OpenAI(
        api_key=KEY,
        base_url=gateway.base_url,
        default_headers=headers(promised),
        max_retries=0,
    )


def requests(promised, count=COUNT):
    body = {"messages": [{"role": "user", "content": "Hello"}], "max_tokens": 16}
    rows = [
        {
            "custom_id": f"r-{number}",
            "method": "POST",
            "url": endpoint(promised),
            "body": {"model": getattr(promised, "deployment", promised.model), **body},
        }
        for number in range(count)
    ]
    return "".join(f"{json.dumps(row)}\n" for row in rows).encode()


def run(gateway, promised, count=COUNT):
    """Upload, create and wait. Returns the client and the ended batch."""
    asking = client(gateway, promised)
    uploaded = asking.files.create(
        file=("requests.jsonl", requests(promised, count)), purpose="batch"
    )
    batch = asking.batches.create(
        input_file_id=uploaded.id,
        endpoint=endpoint(promised),
        completion_window="24h",
        extra_body=create_extras(promised),
    )
    deadline = time.monotonic() + 20
    while batch.status not in ENDED and time.monotonic() < deadline:
        time.sleep(0.05)
        batch = asking.batches.retrieve(batch.id)
    return asking, batch


def gateway_get(gateway, promised, path):
    sent = {**headers(promised), "Authorization": f"Bearer {KEY}"}
    return httpx2.get(f"{gateway.base_url}{path}", headers=sent).raise_for_status().content


def ids_of(content, name):
    return sorted(json.loads(row)[name] for row in content.splitlines())


EVERY_ID = sorted(f"r-{number}" for number in range(COUNT))


def statements(promised, rows):
    return [
        {
            "Effect": "Allow",
            "Action": row.action,
            "Resource": list(arns(promised, row.on)),
            **(
                {"Condition": {"StringEquals": wanted}}
                if (wanted := condition(row, promised))
                else {}
            ),
        }
        for row in rows
    ]


def operator(aws, service):
    return boto3.client(
        service,
        region_name="us-west-2",
        endpoint_url=aws.aws_endpoint,
        aws_access_key_id=aws.env["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=aws.env["AWS_SECRET_ACCESS_KEY"],
    )


def put_policy(iam, arn, allowed):
    document = {"Version": "2012-10-17", "Statement": allowed}
    name = arn.rpartition("/")[2]
    iam.put_role_policy(RoleName=name, PolicyName="batch", PolicyDocument=json.dumps(document))


def role(iam, arn, trusted, promised, identity):
    name = arn.rpartition("/")[2]
    trust = {"Effect": "Allow", "Action": "sts:AssumeRole", **trusted}
    document = {"Version": "2012-10-17", "Statement": [trust]}
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(document))
    put_policy(iam, arn, statements(promised, permissions("bedrock", identity)))


def account(aws, role_arn=GATEWAY_ROLE):
    return BedrockAccount(
        "bedrock-main",
        "us-west-2",
        aws.gateway_keys.access_key_id,
        aws.gateway_keys.secret_access_key,
        role_arn,
        aws.aws_endpoint,
        aws.bedrock_endpoint,
    )
