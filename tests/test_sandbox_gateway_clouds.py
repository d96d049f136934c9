"""Whole batches through the sandbox's gateway, by OpenAI's own SDK, at the sandbox's own clouds.

The gateway identity holds the rows of the permission table and no more.
"""

import json
import time

import boto3
import httpx2
import pytest
from openai import APIStatusError, OpenAI

from preflight.contract import Bedrock, VertexAI
from preflight.contract import OpenAI as OpenAIPromise
from preflight.permissions import Identity, On, arns, condition, permissions, trust_source_arn
from preflight.routes import create_extras, endpoint, headers
from preflight.sandbox.accounts import BedrockAccount, OpenAIAccount, VertexAccount
from preflight.sandbox.aws.cloud import AwsCloud
from preflight.sandbox.gateway import SandboxGateway
from preflight.sandbox.gcp.cloud import GcpCloud
from preflight.sandbox.upstream import OpenAIUpstream

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
        time.sleep(0.2)
        batch = asking.batches.retrieve(batch.id)
    return asking, batch


def ids_of(content, name):
    return sorted(json.loads(row)[name] for row in content.splitlines())


EVERY_ID = sorted(f"r-{number}" for number in range(COUNT))


@pytest.fixture(scope="module")
def gateway():
    with SandboxGateway(KEY) as running:
        yield running


# --- OpenAI --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def openai(gateway, tmp_path_factory):
    with OpenAIUpstream(tmp_path_factory.mktemp("openai")) as upstream:
        gateway.register(OpenAIAccount("openai-main", upstream.base_url, upstream.api_key))
        yield OpenAIPromise("openai-main", "gpt-4o-mini")


def test_a_batch_at_openai_runs_and_every_request_has_a_result(gateway, openai):
    asking, batch = run(gateway, openai)
    assert batch.status == "completed"
    content = asking.files.content(batch.output_file_id).content
    assert ids_of(content, "custom_id") == EVERY_ID
    assert batch.id in [found.id for found in asking.batches.list(limit=5)]


# --- Bedrock -------------------------------------------------------------------------------------


def statements(promised, identity):
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
        for row in permissions("bedrock", identity)
    ]


def role(iam, arn, trusted, promised, identity):
    name = arn.rpartition("/")[2]
    trust = {"Effect": "Allow", "Action": "sts:AssumeRole", **trusted}
    document = {"Version": "2012-10-17", "Statement": [trust]}
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(document))
    document = {"Version": "2012-10-17", "Statement": statements(promised, identity)}
    iam.put_role_policy(RoleName=name, PolicyName="batch", PolicyDocument=json.dumps(document))


@pytest.fixture(scope="module")
def aws(tmp_path_factory):
    with AwsCloud(tmp_path_factory.mktemp("aws")) as cloud:
        yield cloud


@pytest.fixture(scope="module")
def bedrock(gateway, aws):
    promised = Bedrock(
        provider_name="bedrock-main",
        partition="aws",
        account="123456789012",
        region="us-west-2",
        bucket="batch-bucket",
        model=HAIKU,
        model_arns=(f"arn:aws:bedrock:us-west-2::foundation-model/{HAIKU}",),
        job_role_arn=JOB_ROLE,
        gateway_principal_arn=GATEWAY_ROLE,
    )
    operator = boto3.Session(
        aws_access_key_id=aws.env["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=aws.env["AWS_SECRET_ACCESS_KEY"],
        region_name="us-west-2",
    )
    operator.client("s3", endpoint_url=aws.aws_endpoint).create_bucket(
        Bucket=promised.bucket, CreateBucketConfiguration={"LocationConstraint": "us-west-2"}
    )
    iam = operator.client("iam", endpoint_url=aws.aws_endpoint)
    source = {"ArnLike": {"aws:SourceArn": trust_source_arn(promised)}}
    by_bedrock = {"Principal": {"Service": "bedrock.amazonaws.com"}, "Condition": source}
    role(iam, JOB_ROLE, by_bedrock, promised, Identity.JOB_ROLE)
    by_gateway = {"Principal": {"AWS": aws.gateway_user_arn}}
    role(iam, GATEWAY_ROLE, by_gateway, promised, Identity.GATEWAY)
    gateway.register(account(aws))
    return promised


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


def test_a_batch_at_bedrock_runs_and_every_request_has_a_result(gateway, bedrock):
    asking, batch = run(gateway, bedrock)
    assert batch.errors is None
    assert batch.status == "completed"
    assert batch.request_counts.to_dict() == {"total": COUNT, "completed": COUNT, "failed": 0}
    content = asking.files.content(batch.output_file_id).content
    assert ids_of(content, "recordId") == EVERY_ID
    assert len(content) == asking.files.retrieve(batch.output_file_id).bytes


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


# --- Vertex AI -----------------------------------------------------------------------------------


def google(cloud, path, body, method="POST"):
    asked = {"email": "operator@sandbox-project.iam.gserviceaccount.com"}
    token = httpx2.post(f"{cloud.url}/sandbox/tokens", json=asked).json()["access_token"]
    answer = httpx2.request(
        method, f"{cloud.url}{path}", json=body, headers={"Authorization": f"Bearer {token}"}
    )
    assert answer.is_success, answer.text
    return answer.json()


@pytest.fixture(scope="module")
def vertex(gateway, tmp_path_factory):
    email = "gateway@sandbox-project.iam.gserviceaccount.com"
    with GcpCloud(tmp_path_factory.mktemp("gcp"), agent_seconds=0) as cloud:
        project = "/v1/projects/sandbox-project"
        google(cloud, f"{project}/services/aiplatform.googleapis.com:enable", {})
        google(cloud, f"{project}/serviceAccounts", {"accountId": "gateway"})
        google(
            cloud,
            "/storage/v1/b?project=sandbox-project",
            {"name": "vertex-bucket", "location": "EUROPE-WEST4"},
        )
        grant(cloud, email)
        told = httpx2.post(f"{cloud.url}/sandbox/tokens", json={"email": email}).json()
        gateway.register(
            VertexAccount("vertex-main", cloud.url, "sandbox-project", told["access_token"])
        )
        yield VertexAI(
            provider_name="vertex-main",
            project="sandbox-project",
            project_number="123456789",
            region="europe-west4",
            bucket="vertex-bucket",
            model="gemini-2.5-flash",
            gateway_service_account=email,
            service_agent="service-123456789@gcp-sa-aiplatform.iam.gserviceaccount.com",
        )


def grant(cloud, email):
    """Bind the roles that the table names for the gateway's service account."""
    on_project, on_bucket = "/v1/projects/sandbox-project", "/storage/v1/b/vertex-bucket/iam"
    rows = permissions("vertex", Identity.GATEWAY)
    for found, write in (
        ({row.granted_by for row in rows if row.on is On.PROJECT}, on_project),
        ({row.granted_by for row in rows if row.on is not On.PROJECT}, on_bucket),
    ):
        project = write == on_project
        policy = (
            google(cloud, f"{write}:getIamPolicy", {})
            if project
            else google(cloud, write, None, "GET")
        )
        policy["bindings"] += [
            {"role": role, "members": [f"serviceAccount:{email}"]} for role in sorted(found)
        ]
        if project:
            google(cloud, f"{write}:setIamPolicy", {"policy": policy})
        else:
            google(cloud, write, policy, "PUT")


def test_a_batch_at_vertex_runs_and_every_request_has_a_result(gateway, vertex):
    asking = client(gateway, vertex)
    # The first job of a project is refused until its service agent has been made.
    try:
        asking, batch = run(gateway, vertex)
    except APIStatusError as error:
        assert "being provisioned" in error.message  # noqa: PT017 - what else would be a defect
        asking, batch = run(gateway, vertex)
    assert batch.errors is None
    assert batch.status == "completed"
    assert batch.request_counts.to_dict() == {"total": COUNT, "completed": COUNT, "failed": 0}
    content = asking.files.content(batch.output_file_id).content
    assert ids_of(content, "requestId") == EVERY_ID
    assert batch.id in [found.id for found in asking.batches.list(limit=5)]
