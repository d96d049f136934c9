"""Azure in the sandbox: Azure's own clients work against it, and it refuses as Azure does."""

import time
from types import SimpleNamespace

import httpx2
import jwt
import pytest
from azure.core.exceptions import ResourceNotFoundError
from azure.identity import DefaultAzureCredential, ManagedIdentityCredential
from azure.mgmt.authorization import AuthorizationManagementClient
from azure.mgmt.cognitiveservices import CognitiveServicesManagementClient
from azure_stack import CONTRIBUTOR, assign

from preflight.sandbox.azure.names import GATEWAY, MANAGEMENT, OPERATOR, SUBSCRIPTION, TENANT
from preflight.sandbox.azure.operator import ArmRefused, account_path, deployment_path

pytest_plugins = ["azure_fixtures"]


@pytest.mark.parametrize("credential", [DefaultAzureCredential, ManagedIdentityCredential])
def test_azures_own_credentials_get_the_operators_token(azure_cloud, credential):
    with credential() as found:
        token = found.get_token(f"{MANAGEMENT}/.default")
    claims = jwt.decode(token.token, options={"verify_signature": False})
    assert (claims["oid"], claims["tid"], claims["aud"]) == (OPERATOR, TENANT, MANAGEMENT)
    assert token.expires_on > time.time()


def test_the_token_endpoint_wants_its_header(azure_cloud):
    answer = httpx2.get(azure_cloud.env["IDENTITY_ENDPOINT"], params={"resource": MANAGEMENT})
    assert answer.status_code == 401
    assert "access_token" not in answer.text


def test_resource_manager_believes_no_token_but_its_own(azure_cloud, promised):
    url = f"{azure_cloud.url}{account_path(promised)}?api-version=2025-09-01"
    forged = jwt.encode({"oid": OPERATOR, "aud": MANAGEMENT}, "k" * 32, algorithm="HS256")
    for token, code in (
        (None, "AuthenticationFailed"),
        (forged, "InvalidAuthenticationToken"),
        (azure_cloud.token(OPERATOR), "InvalidAuthenticationTokenAudience"),
    ):
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        answer = httpx2.get(url, headers=headers)
        assert (answer.status_code, answer.json()["error"]["code"]) == (401, code)


@pytest.fixture
def clients(azure_cloud):
    with (
        DefaultAzureCredential() as who,
        CognitiveServicesManagementClient(who, SUBSCRIPTION, base_url=azure_cloud.url) as openai,
        AuthorizationManagementClient(who, SUBSCRIPTION, base_url=azure_cloud.url) as roles,
    ):
        yield SimpleNamespace(openai=openai, roles=roles)


def test_azures_client_reads_what_the_handlers_made(clients, promised, azure_cloud):
    group, name = promised.resource_group, promised.account
    account = clients.openai.accounts.get(group, name, enforce_https=False)
    assert account.location == "swedencentral"
    assert account.properties.custom_sub_domain_name == "batch-1"
    assert account.properties.endpoint == f"{azure_cloud.url}/accounts/batch-1/"
    assert account.properties.provisioning_state == "Succeeded"
    assert account.identity.principal_id
    found = clients.openai.deployments.get(group, name, "batch", enforce_https=False)
    assert (found.sku.name, found.sku.capacity) == ("GlobalBatch", 50)
    assert (found.properties.model.name, found.properties.model.version) == (
        "gpt-4o-mini",
        "2024-07-18",
    )
    listed = list(clients.openai.deployments.list(group, name, enforce_https=False))
    assert [one.name for one in listed] == ["batch"]
    assert [one.name for one in clients.openai.accounts.list(enforce_https=False)] == ["batch-1"]
    upper = clients.openai.accounts.get(group.upper(), name.upper(), enforce_https=False)
    assert upper.id == account.id


def test_azures_client_creates_and_deletes(clients, promised):
    group, name = promised.resource_group, promised.account
    asked = {
        "sku": {"name": "DataZoneBatch", "capacity": 7},
        "properties": {"model": {"format": "OpenAI", "name": "gpt-4.1"}},
    }
    made = clients.openai.deployments.begin_create_or_update(
        group, name, "second", asked, enforce_https=False
    ).result()
    assert (made.sku.name, made.properties.model.version) == ("DataZoneBatch", "2025-04-14")
    clients.openai.deployments.begin_delete(group, name, "second", enforce_https=False).result()
    with pytest.raises(ResourceNotFoundError) as missing:
        clients.openai.deployments.get(group, name, "second", enforce_https=False)
    assert missing.value.error.code == "ResourceNotFound"


def test_quotas_say_what_the_deployments_take(clients, promised):
    found = {
        one.name.value: (one.current_value, one.limit)
        for one in clients.openai.usages.list("swedencentral", enforce_https=False)
    }
    assert found["OpenAI.GlobalBatch.gpt-4o-mini"] == (50, 1_000_000)
    assert found["OpenAI.DataZoneBatch.gpt-4o-mini"] == (0, 100_000)
    elsewhere = {
        one.name.value for one in clients.openai.usages.list("uksouth", enforce_https=False)
    }
    assert "OpenAI.DataZoneBatch.gpt-4o-mini" not in elsewhere
    skus = {
        (one.model.name, sku.name)
        for one in clients.openai.models.list("uksouth", enforce_https=False)
        for sku in one.model.skus
    }
    assert ("gpt-4o-mini", "GlobalBatch") in skus
    assert ("gpt-4o-mini", "DataZoneBatch") not in skus


def test_azures_client_lists_a_principals_roles_also_those_held_above_or_by_a_group(
    clients, promised, arm, azure_cloud
):
    def names(query):
        found = clients.roles.role_assignments.list_for_scope(
            account_path(promised), filter=query, enforce_https=False
        )
        ids = [one.role_definition_id for one in found]
        return {
            clients.roles.role_definitions.get_by_id(one, enforce_https=False).role_name
            for one in ids
        }

    assert names(f"assignedTo('{GATEWAY}')") == {"Cognitive Services OpenAI Contributor"}
    group = "00000000-0000-0000-0000-0000000009ff"
    azure_cloud.add_group(group, [GATEWAY])
    above = f"/subscriptions/{SUBSCRIPTION}"
    assign(arm, above, group, "acdd72a7-3385-48ef-bd42-f606fba81ae7", principalType="Group")
    assert "Reader" in names(f"assignedTo('{GATEWAY}')")
    assert "Reader" not in names(f"principalId eq '{GATEWAY}'")
    assert names("atScope()") == {"Owner", "Reader", "Cognitive Services OpenAI Contributor"}
    at_the_top = clients.roles.role_assignments.list_for_scope(
        above, filter="atScope()", enforce_https=False
    )
    assert {one.principal_id for one in at_the_top} == {OPERATOR, group}


def test_role_definitions_are_found_by_name(clients, azure_cloud):
    found = clients.roles.role_definitions.list(
        f"/subscriptions/{SUBSCRIPTION}",
        filter="roleName eq 'Cognitive Services OpenAI User'",
        enforce_https=False,
    )
    (role,) = found
    assert role.name == "5e0bd9bd-7b93-4f28-af87-19fc36ad61bd"
    held = role.permissions[0].data_actions
    assert "Microsoft.CognitiveServices/accounts/OpenAI/*/read" in held
    assert not any("batch" in action for action in held)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"sku": {"name": "GlobalBatch", "capacity": 2_000_000}}, "InsufficientQuota"),
        ({"sku": {"name": "Batch", "capacity": 1}}, "InvalidResourceProperties"),
        ({"sku": {"name": "GlobalBatch", "capacity": 0}}, "InvalidCapacity"),
        (
            {"properties": {"model": {"format": "OpenAI", "name": "gpt-9", "version": "1"}}},
            "DeploymentModelNotSupported",
        ),
        (
            {"properties": {"model": {"format": "OpenAI", "name": "text-embedding-3-small"}}},
            "InvalidResourceProperties",
        ),
    ],
)
def test_a_deployment_that_cannot_be_had_is_refused(arm, promised, change, code):
    before = arm.get(deployment_path(promised), "2025-09-01")
    body = {"sku": before["sku"], "properties": before["properties"]} | change
    with pytest.raises(ArmRefused, match=code):
        arm.put(f"{account_path(promised)}/deployments/other", "2025-09-01", body)


def test_an_account_that_cannot_be_had_is_refused(arm, promised):
    body = {
        "location": "swedencentral",
        "kind": "OpenAI",
        "sku": {"name": "S0"},
        "properties": {"customSubDomainName": "batch-1"},
    }
    group = account_path(promised).rpartition("/")[0]
    for change, code in (
        ({}, "CustomDomainInUse"),
        ({"location": "atlantis"}, "LocationNotAvailableForResourceType"),
        ({"kind": "Speech"}, "InvalidApiSetId"),
    ):
        with pytest.raises(ArmRefused, match=code):
            arm.put(f"{group}/batch-2", "2025-09-01", body | change)
    with pytest.raises(ArmRefused, match="CustomSubDomainNameChanged"):
        arm.put(account_path(promised), "2025-09-01", body | {"properties": {}})
    with pytest.raises(ArmRefused, match="ResourceGroupNotFound: Resource group 'none'"):
        arm.get(f"/subscriptions/{SUBSCRIPTION}/resourceGroups/none", "2021-04-01")
    with pytest.raises(ArmRefused, match="SubscriptionNotFound"):
        arm.get("/subscriptions/other/resourceGroups/none", "2021-04-01")


def test_a_role_assignment_that_makes_no_sense_is_refused(arm, promised):
    scope, somebody = account_path(promised), "00000000-0000-0000-0000-00000000beef"
    with pytest.raises(ArmRefused, match="PrincipalNotFound"):
        assign(arm, scope, somebody, CONTRIBUTOR)
    assert assign(arm, scope, somebody, CONTRIBUTOR, principalType="ServicePrincipal")
    with pytest.raises(ArmRefused, match="RoleAssignmentExists"):
        assign(arm, scope, GATEWAY, CONTRIBUTOR, name="99999999-0000-3333-4444-555555555555")
    with pytest.raises(ArmRefused, match="UnmatchedPrincipalType"):
        assign(arm, scope, GATEWAY, CONTRIBUTOR, principalType="User")
    with pytest.raises(ArmRefused, match="RoleDefinitionDoesNotExist"):
        assign(arm, scope, GATEWAY, GATEWAY)
    with pytest.raises(ArmRefused, match="InvalidRoleAssignmentId"):
        assign(arm, scope, GATEWAY, CONTRIBUTOR, name="gateway")
    with pytest.raises(ArmRefused, match="ResourceNotFound"):
        assign(arm, f"{scope}-none", GATEWAY, CONTRIBUTOR)


def test_who_holds_no_role_is_told_the_missing_action_before_what_exists(azure_cloud, promised):
    nobody = azure_cloud.token("00000000-0000-0000-0000-00000000d00d", MANAGEMENT)
    for name in (promised.account, "no-such-account"):
        path = account_path(promised).replace(promised.account, name)
        answer = httpx2.get(
            f"{azure_cloud.url}{path}?api-version=2025-09-01",
            headers={"Authorization": f"Bearer {nobody}"},
        )
        error = answer.json()["error"]
        assert (answer.status_code, error["code"]) == (403, "AuthorizationFailed")
        assert "action 'Microsoft.CognitiveServices/accounts/read'" in error["message"]


def test_the_gateways_role_reads_the_account_but_not_the_quotas(azure_cloud, promised):
    headers = {"Authorization": f"Bearer {azure_cloud.token(GATEWAY, MANAGEMENT)}"}
    version = "?api-version=2025-09-01"
    read = httpx2.get(f"{azure_cloud.url}{deployment_path(promised)}{version}", headers=headers)
    assert read.status_code == 200
    services = f"/subscriptions/{SUBSCRIPTION}/providers/Microsoft.CognitiveServices"
    path = f"{services}/locations/swedencentral/usages"
    assert httpx2.get(f"{azure_cloud.url}{path}{version}", headers=headers).status_code == 403
    path = f"{account_path(promised)}{version}"
    assert httpx2.delete(f"{azure_cloud.url}{path}", headers=headers).status_code == 403


def test_a_call_without_an_api_version_is_refused(azure_cloud, promised):
    headers = {"Authorization": f"Bearer {azure_cloud.token(OPERATOR, MANAGEMENT)}"}
    answer = httpx2.get(f"{azure_cloud.url}{account_path(promised)}", headers=headers)
    assert answer.json()["error"]["code"] == "MissingApiVersionParameter"


def test_a_resource_group_takes_all_in_it_along(arm, promised):
    group = account_path(promised).partition("/providers")[0]
    arm.delete(group, "2021-04-01")
    with pytest.raises(ArmRefused, match="ResourceGroupNotFound"):
        arm.get(account_path(promised), "2025-09-01")
    held = arm.listed(
        f"/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Authorization/roleAssignments",
        "2022-04-01",
    )
    assert [one["properties"]["principalId"] for one in held] == [OPERATOR]
