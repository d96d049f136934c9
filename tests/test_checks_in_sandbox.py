"""The clients and checks against the sandbox's clouds, one at a time."""

import httpx2
import pytest
from made_google import PROJECT, google
from suite_reports import outcomes, report

from preflight.checks import azure as azure_checks
from preflight.checks import vertex as vertex_checks
from preflight.cloud import azure, gcp
from preflight.contract import AzureOpenAI
from preflight.grants import azure_account_id
from preflight.outcomes import Passed
from preflight.report import Verdict
from preflight.sandbox.azure import breakages as azure_breakages
from preflight.sandbox.azure.cloud import AzureCloud
from preflight.sandbox.gcp import breakages as gcp_breakages
from preflight.sandbox.gcp.cloud import GcpCloud
from preflight.sandbox.handlers import azure as azure_handlers
from preflight.sandbox.handlers import gcp as gcp_handlers
from preflight.seams import Refused
from preflight.seams.azure import EVERYONE

SUBSCRIPTION = "00000000-0000-0000-0000-00000000a2e0"
PRINCIPAL = "00000000-0000-0000-0000-00000000ca7e"
CONTRIBUTOR = "a001fd3d-188f-4b5d-821b-7da978bf7442"


@pytest.fixture
def vertex(tmp_path, monkeypatch):
    """The operator's environment, and the promise."""
    with GcpCloud(tmp_path) as cloud:
        for name, value in cloud.env.items():
            monkeypatch.setenv(name, value)
        table = gcp_handlers.handlers(cloud.env)
        yield cloud, google(lambda token, inputs: table[token].create("x", inputs)[1])


@pytest.fixture
def openai_account(tmp_path, monkeypatch):
    """The operator's environment, and the promise."""
    with AzureCloud(tmp_path) as cloud:
        for name, value in cloud.env.items():
            monkeypatch.setenv(name, value)
        table = azure_handlers.handlers(cloud.env)

        def make(kind, inputs):
            return table[f"azure-native:{kind}"].create("x", inputs)[1]

        group = make("resources:ResourceGroup", {"location": "swedencentral"})["name"]
        account = make(
            "cognitiveservices:Account",
            {
                "resourceGroupName": group,
                "accountName": "batches",
                "location": "swedencentral",
                "kind": "OpenAI",
                "sku": {"name": "S0"},
                "properties": {"customSubDomainName": "batches", "publicNetworkAccess": "Enabled"},
            },
        )
        make(
            "cognitiveservices:Deployment",
            {
                "resourceGroupName": group,
                "accountName": "batches",
                "deploymentName": "batch",
                "sku": {"name": "GlobalBatch", "capacity": 50},
                "properties": {
                    "model": {"format": "OpenAI", "name": "gpt-4o-mini", "version": "2024-07-18"}
                },
            },
        )
        roles = f"/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions"
        scope = (
            f"/subscriptions/{SUBSCRIPTION}/resourceGroups/{group}"
            "/providers/Microsoft.CognitiveServices/accounts/batches"
        )
        make(
            "authorization:RoleAssignment",
            {
                "scope": scope,
                "roleDefinitionId": f"{roles}/{CONTRIBUTOR}",
                "principalId": PRINCIPAL,
                "principalType": "ServicePrincipal",
            },
        )
        assert account
        yield (
            cloud,
            AzureOpenAI(
                provider_name="azure-main",
                subscription_id=SUBSCRIPTION,
                resource_group=group,
                account="batches",
                region="swedencentral",
                deployment="batch",
                model="gpt-4o-mini",
                sku="GlobalBatch",
                api_version="2024-10-21",
                gateway_principal_id=PRINCIPAL,
            ),
        )


def judged_vertex(promised):
    return report(vertex_checks.SUITES, promised, gcp.connect(promised))


def judged_azure(promised):
    return report(azure_checks.SUITES, promised, azure.connect(promised))


def test_what_the_program_makes_at_google_cloud_is_ready(vertex):
    _, promised = vertex
    looked = judged_vertex(promised)
    assert all(isinstance(one, Passed) for one in outcomes(looked).values()), outcomes(looked)


@pytest.mark.parametrize(
    ("breakage", "check_id"),
    [
        (gcp_breakages.move_bucket, "vertex-bucket-region"),
        (gcp_breakages.delete_bucket, "vertex-bucket"),
        (gcp_breakages.remove_agent_grants, "vertex-agent-bucket"),
        (gcp_breakages.remove_upload_right, "vertex-gateway-bucket"),
        (gcp_breakages.remove_job_right, "vertex-gateway-project"),
        (gcp_breakages.disable_api, "vertex-apis"),
        (gcp_breakages.disable_service_account, "vertex-gateway-account"),
    ],
    ids=lambda value: getattr(value, "__name__", value),
)
def test_a_breakage_at_google_cloud_fails_exactly_its_check(vertex, breakage, check_id):
    cloud, promised = vertex
    breakage(cloud.env, promised)
    assert judged_vertex(promised).failed_ids() == {check_id}


def test_an_operator_who_may_only_look_at_little_is_told_what_it_lacks(vertex, monkeypatch):
    cloud, promised = vertex
    for name, value in cloud.env_of(promised.gateway_service_account).items():
        monkeypatch.setenv(name, value)
    client = gcp.connect(promised)
    with pytest.raises(Refused, match=r"storage\.buckets\.getIamPolicy"):
        client.bucket_bindings(promised.bucket)
    with pytest.raises(Refused, match=r"iam\.serviceAccounts\.getAccessToken"):
        client.project_grants(PROJECT, ["x"], promised.gateway_service_account)
    looked = report(vertex_checks.SUITES, promised, client)
    assert looked.verdict is Verdict.CANNOT_TELL
    assert not looked.failed_ids()


def test_what_the_program_makes_at_azure_is_ready(openai_account):
    _, promised = openai_account
    looked = judged_azure(promised)
    assert all(isinstance(one, Passed) for one in outcomes(looked).values()), outcomes(looked)


@pytest.mark.parametrize(
    ("breakage", "check_id"),
    [
        (azure_breakages.standard_deployment, "azure-deployment-type"),
        (azure_breakages.remove_role, "azure-gateway-role"),
        (azure_breakages.read_only_role, "azure-gateway-role"),
        (azure_breakages.delete_deployment, "azure-deployment"),
        (azure_breakages.remove_subdomain, "azure-subdomain"),
        (azure_breakages.other_model, "azure-deployment-model"),
    ],
    ids=lambda value: getattr(value, "__name__", value),
)
def test_a_breakage_at_azure_fails_exactly_its_check(openai_account, breakage, check_id):
    cloud, promised = openai_account
    breakage(cloud.env, promised)
    assert judged_azure(promised).failed_ids() == {check_id}


@pytest.mark.parametrize("whom", [PRINCIPAL, EVERYONE])
def test_what_a_deny_assignment_takes_away_no_role_gives_back(openai_account, whom):
    cloud, promised = openai_account
    write = "Microsoft.CognitiveServices/accounts/OpenAI/files/write"
    cloud.deny("Locked", azure_account_id(promised), (write,), (whom,))
    looked = judged_azure(promised)
    assert looked.failed_ids() == {"azure-gateway-role"}
    assert write in outcomes(looked)["azure-gateway-role"].problem
    token = httpx2.post(
        f"{cloud.url}/sandbox/tokens", json={"principal_id": PRINCIPAL}, trust_env=False
    ).json()["access_token"]
    refused = httpx2.post(
        f"{cloud.url}/accounts/{promised.account}/openai/files",
        params={"api-version": promised.api_version},
        headers={"Authorization": f"Bearer {token}"},
        files={"file": ("r.jsonl", b"{}"), "purpose": (None, "batch")},
        trust_env=False,
    )
    assert (refused.status_code, "files/write" in refused.text) == (403, True)


def test_a_role_held_through_a_group_counts(openai_account):
    cloud, promised = openai_account
    azure_breakages.remove_role(cloud.env, promised)
    group = "00000000-0000-0000-0000-0000000009a0"
    cloud.add_group(group, [PRINCIPAL])
    account = (
        f"/subscriptions/{SUBSCRIPTION}/resourceGroups/{promised.resource_group}"
        f"/providers/Microsoft.CognitiveServices/accounts/{promised.account}"
    )
    definitions = "providers/Microsoft.Authorization/roleDefinitions"
    azure_handlers.handlers(cloud.env)["azure-native:authorization:RoleAssignment"].create(
        "x",
        {
            "scope": account,
            "roleDefinitionId": f"/subscriptions/{SUBSCRIPTION}/{definitions}/{CONTRIBUTOR}",
            "principalId": group,
            "principalType": "Group",
        },
    )
    assert judged_azure(promised).verdict is Verdict.READY
