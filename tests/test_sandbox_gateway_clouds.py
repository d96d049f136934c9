"""Whole batches through the sandbox's gateway, by OpenAI's own SDK, at the sandbox's own clouds.

The gateway identity holds the rows of the permission table and no more.
"""

import json
import time
from urllib.parse import quote

import boto3
import httpx2
import pytest
from openai import APIStatusError, OpenAI

from preflight.contract import AzureOpenAI, Bedrock, VertexAI
from preflight.contract import OpenAI as OpenAIPromise
from preflight.permissions import Identity, On, arns, condition, permissions, trust_source_arn
from preflight.routes import create_extras, endpoint, headers
from preflight.sandbox.accounts import AzureAccount, BedrockAccount, OpenAIAccount, VertexAccount
from preflight.sandbox.aws.cloud import AwsCloud
from preflight.sandbox.azure.cloud import AzureCloud
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


def gateway_get(gateway, promised, path):
    sent = {**headers(promised), "Authorization": f"Bearer {KEY}"}
    return httpx2.get(f"{gateway.base_url}{path}", headers=sent).raise_for_status().content


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


# --- Azure OpenAI --------------------------------------------------------------------------------

OWNER = "00000000-0000-0000-0000-000000000001"
CONTRIBUTOR = "a001fd3d-188f-4b5d-821b-7da978bf7442"


@pytest.fixture(scope="module")
def azure(gateway, tmp_path_factory):
    promised = AzureOpenAI(
        provider_name="azure-main",
        subscription_id="00000000-0000-0000-0000-00000000a2e0",
        resource_group="batch",
        account="batch-account",
        region="swedencentral",
        deployment="batch",
        model="gpt-4o-mini",
        sku="GlobalBatch",
        api_version="2025-03-01-preview",
        gateway_principal_id="00000000-0000-0000-0000-00000000ca7e",
    )
    with AzureCloud(tmp_path_factory.mktemp("azure")) as cloud:
        provision(cloud, promised)
        gateway.register(
            AzureAccount(
                "azure-main",
                f"{cloud.url}/accounts/{promised.account}",
                cloud.token(promised.gateway_principal_id),
            )
        )
        yield promised


def provision(cloud, promised):
    token = cloud.token(OWNER, "https://management.azure.com")
    subscription = f"/subscriptions/{promised.subscription_id}"
    group = f"{subscription}/resourceGroups/{promised.resource_group}"
    account = f"{group}/providers/Microsoft.CognitiveServices/accounts/{promised.account}"
    model = {"format": "OpenAI", "name": promised.model, "version": "2024-07-18"}
    role = f"{subscription}/providers/Microsoft.Authorization/roleDefinitions/{CONTRIBUTOR}"
    principal = promised.gateway_principal_id
    assignment = "11111111-1111-1111-1111-111111111111"
    for path, version, body in (
        (group, "2024-03-01", {"location": promised.region}),
        (
            account,
            "2025-06-01",
            {
                "location": promised.region,
                "kind": "OpenAI",
                "sku": {"name": "S0"},
                "properties": {"customSubDomainName": promised.account},
            },
        ),
        (
            f"{account}/deployments/{promised.deployment}",
            "2025-06-01",
            {"sku": {"name": promised.sku, "capacity": 50}, "properties": {"model": model}},
        ),
        (
            f"{account}/providers/Microsoft.Authorization/roleAssignments/{assignment}",
            "2022-04-01",
            {
                "properties": {
                    "roleDefinitionId": role,
                    "principalId": principal,
                    "principalType": "ServicePrincipal",
                }
            },
        ),
    ):
        answer = httpx2.put(
            f"{cloud.url}{path}",
            params={"api-version": version},
            json=body,
            headers={"Authorization": f"Bearer {token}"},
        )
        assert answer.is_success, answer.text


def test_a_batch_at_azure_runs_and_every_request_has_a_result(gateway, azure):
    asking, batch = run(gateway, azure)
    assert batch.status == "completed", batch.errors
    content = asking.files.content(batch.output_file_id).content
    assert ids_of(content, "custom_id") == EVERY_ID
    assert batch.id in [found.id for found in asking.batches.list(limit=5)]


# --- Bedrock -------------------------------------------------------------------------------------


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
        kms_key_arn=operator(aws, "kms").create_key()["KeyMetadata"]["Arn"],
    )
    s3 = operator(aws, "s3")
    s3.create_bucket(
        Bucket=promised.bucket, CreateBucketConfiguration={"LocationConstraint": "us-west-2"}
    )
    default = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": promised.kms_key_arn}
    rules = {"Rules": [{"ApplyServerSideEncryptionByDefault": default}]}
    s3.put_bucket_encryption(Bucket=promised.bucket, ServerSideEncryptionConfiguration=rules)
    iam = operator(aws, "iam")
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


# --- Vertex AI -----------------------------------------------------------------------------------


PROJECT = "/projects/sandbox-project"
BUCKET_POLICY = "/storage/v1/b/vertex-bucket/iam"
OPERATOR = "operator@sandbox-project.iam.gserviceaccount.com"


def minted(cloud, email):
    told = httpx2.post(f"{cloud.url}/sandbox/tokens", json={"email": email}).json()
    return told["access_token"]


def google(cloud, path, body, method="POST"):
    authorization = {"Authorization": f"Bearer {minted(cloud, OPERATOR)}"}
    answer = httpx2.request(method, f"{cloud.url}{path}", json=body, headers=authorization)
    assert answer.is_success, answer.text
    return answer.json()


@pytest.fixture(scope="module")
def vertex(gateway, tmp_path_factory):
    promised = VertexAI(
        provider_name="vertex-main",
        project="sandbox-project",
        project_number="123456789",
        region="europe-west4",
        bucket="vertex-bucket",
        model="gemini-2.5-flash",
        gateway_service_account="gateway@sandbox-project.iam.gserviceaccount.com",
        service_agent="service-123456789@gcp-sa-aiplatform.iam.gserviceaccount.com",
    )
    with GcpCloud(tmp_path_factory.mktemp("gcp")) as cloud:
        api = "services/aiplatform.googleapis.com"
        google(cloud, f"/v1{PROJECT}/{api}:enable", {})
        google(cloud, f"/v1beta1{PROJECT}/{api}:generateServiceIdentity", {})
        google(cloud, f"/v1{PROJECT}/serviceAccounts", {"accountId": "gateway"})
        bucket = {"name": promised.bucket, "location": promised.region}
        google(cloud, f"/storage/v1/b?project={promised.project}", bucket)
        on_project = google(cloud, f"/v1{PROJECT}:getIamPolicy", {})
        on_project["bindings"] += bindings(promised, On.PROJECT)
        google(cloud, f"/v1{PROJECT}:setIamPolicy", {"policy": on_project})
        on_bucket = google(cloud, BUCKET_POLICY, None, "GET")
        on_bucket["bindings"] += bindings(promised, On.BUCKET, On.OBJECTS)
        google(cloud, BUCKET_POLICY, on_bucket, "PUT")
        token = minted(cloud, promised.gateway_service_account)
        gateway.register(VertexAccount("vertex-main", cloud.url, promised.project, token))
        yield promised


def bindings(promised, *on):
    """The roles that the table names for the gateway's service account and the service agent."""
    members = {
        Identity.GATEWAY: promised.gateway_service_account,
        Identity.SERVICE_AGENT: promised.service_agent,
    }
    return [
        {"role": role, "members": [f"serviceAccount:{email}"]}
        for identity, email in members.items()
        for role in sorted({row.granted_by for row in permissions("vertex", identity, *on)})
    ]


def test_a_batch_at_vertex_runs_and_every_request_has_a_result(gateway, vertex):
    asking, batch = run(gateway, vertex)
    assert batch.errors is None
    assert batch.status == "completed"
    assert batch.request_counts.to_dict() == {"total": COUNT, "completed": COUNT, "failed": 0}
    content = asking.files.content(batch.output_file_id).content
    assert ids_of(content, "requestId") == EVERY_ID
    assert batch.id in [found.id for found in asking.batches.list(limit=5)]
    translated = gateway_get(gateway, vertex, f"/batches/{batch.id}/output")
    assert ids_of(translated, "custom_id") == EVERY_ID
