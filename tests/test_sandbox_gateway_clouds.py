"""Whole batches through the sandbox's gateway, by OpenAI's own SDK, at the sandbox's own clouds.

The gateway identity holds the rows of the permission table and no more.
"""

import httpx2
import pytest
from whole_batch_fixtures import gateway
from whole_batches import COUNT, EVERY_ID, gateway_get, ids_of, run

from preflight.contract import AzureOpenAI, VertexAI
from preflight.contract import OpenAI as OpenAIPromise
from preflight.permissions import Identity, On, permissions
from preflight.sandbox.accounts import AzureAccount, OpenAIAccount, VertexAccount
from preflight.sandbox.azure.cloud import AzureCloud
from preflight.sandbox.gcp.cloud import GcpCloud
from preflight.sandbox.upstream import OpenAIUpstream

__all__ = ["gateway"]


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
