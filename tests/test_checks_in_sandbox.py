"""The clients and checks against the sandbox's clouds and its gateway, one at a time."""

from dataclasses import replace

import httpx2
import pytest
from suite_reports import outcomes, report

from preflight.checks import azure as azure_checks
from preflight.checks import gateway as gateway_checks
from preflight.checks import openai as openai_checks
from preflight.checks import vertex as vertex_checks
from preflight.cloud import azure, gateway, gcp
from preflight.contract import AzureOpenAI, Gateway, OpenAI, VertexAI
from preflight.grants import azure_account_id
from preflight.outcomes import Passed, Unknown
from preflight.permissions import Identity, On, permissions
from preflight.report import Verdict
from preflight.sandbox.accounts import OpenAIAccount
from preflight.sandbox.azure import breakages as azure_breakages
from preflight.sandbox.azure.cloud import AzureCloud
from preflight.sandbox.gateway import SandboxGateway
from preflight.sandbox.gcp import breakages as gcp_breakages
from preflight.sandbox.gcp.cloud import GcpCloud
from preflight.sandbox.handlers import azure as azure_handlers
from preflight.sandbox.handlers import gcp as gcp_handlers
from preflight.sandbox.upstream import OpenAIUpstream
from preflight.seams import Refused
from preflight.seams.azure import EVERYONE

PROJECT = "sandbox-project"
SUBSCRIPTION = "00000000-0000-0000-0000-00000000a2e0"
PRINCIPAL = "00000000-0000-0000-0000-00000000ca7e"
CONTRIBUTOR = "a001fd3d-188f-4b5d-821b-7da978bf7442"
APIS = ("aiplatform.googleapis.com", "storage.googleapis.com", "iamcredentials.googleapis.com")


def google(make):
    """Make what the Pulumi program makes, and promise it."""
    for api in APIS:
        make("gcp:projects/service:Service", {"service": api})
    agent = make(
        "gcp:projects/serviceIdentity:ServiceIdentity", {"service": "aiplatform.googleapis.com"}
    )
    gateway = make("gcp:serviceaccount/account:Account", {"accountId": "batch-gateway"})
    bucket = make(
        "gcp:storage/bucket:Bucket",
        {
            "location": "EUROPE-WEST4",
            "uniformBucketLevelAccess": True,
            "publicAccessPrevention": "enforced",
            "lifecycleRules": [{"action": {"type": "Delete"}, "condition": {"age": 14}}],
        },
    )
    for identity, made in ((Identity.GATEWAY, gateway), (Identity.SERVICE_AGENT, agent)):
        member = {"member": made["member"]}
        for row in permissions("vertex", identity):
            if row.on is On.PROJECT:
                given = {"role": row.granted_by, "project": PROJECT}
                make("gcp:projects/iAMMember:IAMMember", {**given, **member})
            else:
                given = {"role": row.granted_by, "bucket": bucket["name"]}
                make("gcp:storage/bucketIAMMember:BucketIAMMember", {**given, **member})
    return VertexAI(
        provider_name="vertex-main",
        project=PROJECT,
        project_number=str(bucket["projectNumber"]),
        region="europe-west4",
        bucket=bucket["name"],
        model="gemini-2.5-flash",
        gateway_service_account=gateway["email"],
        service_agent=agent["email"],
    )


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


ROUTE = OpenAI("openai-main", "gpt-4o-mini")


@pytest.fixture
def through(tmp_path, monkeypatch):
    """OpenAI behind the gateway; `ask` runs all checks with the key and the promise given."""
    with OpenAIUpstream(tmp_path) as upstream, SandboxGateway("the-key") as served:

        def ask(promised=ROUTE, key="the-key", path=""):
            monkeypatch.setenv("TFY_API_KEY", key)
            client = gateway.connect(Gateway(served.base_url + path))
            return report((*gateway_checks.SUITES, *openai_checks.SUITES), promised, client)

        served.register(OpenAIAccount("openai-main", upstream.base_url, upstream.api_key))
        yield ask, served, upstream


def test_openai_behind_the_gateway_is_ready(through):
    ask, _, _ = through
    assert ask().verdict is Verdict.READY


def test_a_wrong_gateway_key_is_the_gateways_word(through):
    ask, _, _ = through
    assert ask(key="another").failed_ids() == {"gateway-key"}


def test_a_revoked_openai_key_is_openais_word(through):
    ask, _, upstream = through
    upstream.revoke_key()
    assert ask().failed_ids() == {"openai-key"}


def test_an_unknown_provider_account_is_named(through):
    ask, _, _ = through
    broken = ask(replace(ROUTE, provider_name="openai-other"))
    assert broken.failed_ids() == {"gateway-provider-account"}
    assert "openai-other" in outcomes(broken)["gateway-provider-account"].problem


def test_a_provider_that_does_not_answer_is_unknown(through):
    ask, served, _ = through
    served.register(OpenAIAccount("openai-main", "http://127.0.0.1:1", "key"))
    looked = ask()
    assert not looked.failed_ids()
    assert isinstance(outcomes(looked)["gateway-batch-api"], Unknown)
