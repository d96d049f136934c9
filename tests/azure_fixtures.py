"""One sandboxed Azure for each test, with what the program makes; a double of its manager."""

import httpx2
import pytest
from azure_double import Arm as ArmDouble
from azure_stack import CONTRIBUTOR, QUICK, VERSION, data_plane, definition

from preflight.cloud import azure as azure_client
from preflight.contract import AzureOpenAI
from preflight.sandbox.azure.cloud import AzureCloud
from preflight.sandbox.azure.names import GATEWAY, SUBSCRIPTION
from preflight.sandbox.azure.operator import Arm
from preflight.sandbox.handlers import azure
from preflight.sandbox.serving import serve


@pytest.fixture
def azure_cloud(tmp_path, monkeypatch):
    with AzureCloud(tmp_path, timing=QUICK) as azure_cloud:
        for name, value in azure_cloud.env.items():
            monkeypatch.setenv(name, value)
        yield azure_cloud


@pytest.fixture
def arm(azure_cloud):
    return Arm(azure_cloud.env)


@pytest.fixture
def promised(azure_cloud):
    """What the Pulumi program makes, through the handlers that it is made with."""
    create = {kind: one.create for kind, one in azure.handlers(azure_cloud.env).items()}
    _, group = create["azure-native:resources:ResourceGroup"](
        "batch", {"location": "swedencentral"}
    )
    account_id, account = create["azure-native:cognitiveservices:Account"](
        "batch",
        {
            "resourceGroupName": group["name"],
            "accountName": "batch-1",
            "location": "swedencentral",
            "kind": "OpenAI",
            "sku": {"name": "S0"},
            "identity": {"type": "SystemAssigned"},
            "properties": {"customSubDomainName": "batch-1", "disableLocalAuth": True},
        },
    )
    _, deployment = create["azure-native:cognitiveservices:Deployment"](
        "batch",
        {
            "resourceGroupName": group["name"],
            "accountName": account["name"],
            "deploymentName": "batch",
            "sku": {"name": "GlobalBatch", "capacity": 50.0},
            "properties": {
                "model": {"format": "OpenAI", "name": "gpt-4o-mini", "version": "2024-07-18"}
            },
        },
    )
    create["azure-native:authorization:RoleAssignment"](
        "gateway",
        {
            "scope": account_id,
            "roleAssignmentName": "11111111-2222-3333-4444-555555555555",
            "principalId": GATEWAY,
            "principalType": "ServicePrincipal",
            "roleDefinitionId": definition(CONTRIBUTOR),
        },
    )
    return AzureOpenAI(
        "azure-main",
        SUBSCRIPTION,
        group["name"],
        account["name"],
        "swedencentral",
        deployment["name"],
        "gpt-4o-mini",
        deployment["sku"]["name"],
        VERSION,
        GATEWAY,
    )


@pytest.fixture
def gateway(azure_cloud, promised):
    """The data plane as the gateway's principal, through OpenAI's own client for Azure."""
    answer = httpx2.post(f"{azure_cloud.url}/sandbox/tokens", json={"principal_id": GATEWAY})
    with data_plane(azure_cloud, promised, answer.json()["access_token"]) as client:
        yield client


@pytest.fixture(scope="module")
def served_double():
    double = ArmDouble()
    with serve(double.app()) as double.url:
        yield double


@pytest.fixture
def arm_double(served_double, monkeypatch):
    served_double.reset()
    monkeypatch.setenv("IDENTITY_ENDPOINT", f"{served_double.url}/token")
    monkeypatch.setenv("IDENTITY_HEADER", "header")
    monkeypatch.setenv("AZURE_TOKEN_CREDENTIALS", "ManagedIdentityCredential")
    monkeypatch.setenv(azure_client.ENDPOINT_VARIABLE, f"{served_double.url}/")
    return served_double
