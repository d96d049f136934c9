"""Azure in the sandbox: Azure's own clients work against it, and it refuses as Azure does."""

import json
import time
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import httpx2
import jwt
import pytest
from azure.core.exceptions import ResourceNotFoundError
from azure.identity import DefaultAzureCredential, ManagedIdentityCredential
from azure.mgmt.authorization import AuthorizationManagementClient
from azure.mgmt.cognitiveservices import CognitiveServicesManagementClient
from openai import AzureOpenAI as AzureClient
from openai import BadRequestError, NotFoundError, PermissionDeniedError

from preflight.contract import AzureOpenAI
from preflight.permissions import Identity, permissions
from preflight.sandbox.azure import breakages
from preflight.sandbox.azure.cloud import AzureCloud
from preflight.sandbox.azure.data_plane import DATA_ACTIONS
from preflight.sandbox.azure.names import GATEWAY, MANAGEMENT, OPERATOR, SUBSCRIPTION, TENANT
from preflight.sandbox.azure.operator import Arm, ArmRefused, account_path, deployment_path
from preflight.sandbox.handlers import azure
from preflight.sandbox.upstream import Timing

QUICK = Timing(0.02, 0.05, 0.02, 0.02)
OVER = {"completed", "failed", "expired", "cancelled"}
CONTRIBUTOR = "a001fd3d-188f-4b5d-821b-7da978bf7442"
VERSION = "2024-10-21"


@pytest.fixture
def cloud(tmp_path, monkeypatch):
    with AzureCloud(tmp_path, timing=QUICK) as cloud:
        for name, value in cloud.env.items():
            monkeypatch.setenv(name, value)
        yield cloud


@pytest.fixture
def arm(cloud):
    return Arm(cloud.env)


@pytest.fixture
def promised(cloud):
    """What the Pulumi program makes, through the handlers that it is made with."""
    create = {kind: one.create for kind, one in azure.handlers(cloud.env).items()}
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
def gateway(cloud, promised):
    """The data plane as the gateway's principal, through OpenAI's own client for Azure."""
    answer = httpx2.post(f"{cloud.url}/sandbox/tokens", json={"principal_id": GATEWAY})
    with data_plane(cloud, promised, answer.json()["access_token"]) as client:
        yield client


def data_plane(cloud, promised, token, version=VERSION):
    return AzureClient(
        azure_endpoint=f"{cloud.url}/accounts/{promised.account}",
        azure_ad_token=token,
        api_version=version,
        max_retries=0,
    )


def definition(guid):
    return f"/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions/{guid}"


def assign(arm, scope, principal, guid, name="99999999-2222-3333-4444-555555555555", **more):
    path = f"{scope}/providers/Microsoft.Authorization/roleAssignments/{name}"
    asked = {"principalId": principal, "roleDefinitionId": definition(guid), **more}
    return arm.put(path, "2022-04-01", {"properties": asked})


def line(custom_id="r1", url="/chat/completions", model="batch", **body):
    asked = {"messages": [{"role": "user", "content": f"Say {custom_id}"}]} | body
    return {
        "custom_id": custom_id,
        "method": "POST",
        "url": url,
        "body": {"model": model}
        | {key: value for key, value in asked.items() if value is not None},
    }


def jsonl(*lines):
    return b"".join(json.dumps(one).encode() + b"\n" for one in lines)


def run(client, content, endpoint="/chat/completions", window="24h"):
    """Force the job through, and wait for its end."""
    file = client.files.create(file=("requests.jsonl", content), purpose="batch")
    batch = client.batches.create(
        input_file_id=file.id, endpoint=endpoint, completion_window=window
    )
    assert batch.status == "validating"
    deadline = time.monotonic() + 10
    while batch.status not in OVER:
        assert time.monotonic() < deadline
        time.sleep(0.01)
        batch = client.batches.retrieve(batch.id)
    return batch


def rows(client, file_id):
    return [json.loads(row) for row in client.files.content(file_id).text.splitlines()]


def verdict(client, content, **how):
    batch = run(client, content, **how)
    assert batch.status == "failed"
    return batch.errors.data[0]


THREE = jsonl(line("a"), line("b"), line("c"))


# --- tokens ---


@pytest.mark.parametrize("credential", [DefaultAzureCredential, ManagedIdentityCredential])
def test_azures_own_credentials_get_the_operators_token(cloud, credential):
    with credential() as found:
        token = found.get_token(f"{MANAGEMENT}/.default")
    claims = jwt.decode(token.token, options={"verify_signature": False})
    assert (claims["oid"], claims["tid"], claims["aud"]) == (OPERATOR, TENANT, MANAGEMENT)
    assert token.expires_on > time.time()


def test_the_token_endpoint_wants_its_header(cloud):
    answer = httpx2.get(cloud.env["IDENTITY_ENDPOINT"], params={"resource": MANAGEMENT})
    assert answer.status_code == 401
    assert "access_token" not in answer.text


def test_resource_manager_believes_no_token_but_its_own(cloud, promised):
    url = f"{cloud.url}{account_path(promised)}?api-version=2025-09-01"
    forged = jwt.encode({"oid": OPERATOR, "aud": MANAGEMENT}, "k" * 32, algorithm="HS256")
    for token, code in (
        (None, "AuthenticationFailed"),
        (forged, "InvalidAuthenticationToken"),
        (cloud.token(OPERATOR), "InvalidAuthenticationTokenAudience"),
    ):
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        answer = httpx2.get(url, headers=headers)
        assert (answer.status_code, answer.json()["error"]["code"]) == (401, code)


# --- Resource Manager ---


@pytest.fixture
def clients(cloud):
    with (
        DefaultAzureCredential() as who,
        CognitiveServicesManagementClient(who, SUBSCRIPTION, base_url=cloud.url) as openai,
        AuthorizationManagementClient(who, SUBSCRIPTION, base_url=cloud.url) as roles,
    ):
        yield SimpleNamespace(openai=openai, roles=roles)


def test_azures_client_reads_what_the_handlers_made(clients, promised, cloud):
    group, name = promised.resource_group, promised.account
    account = clients.openai.accounts.get(group, name, enforce_https=False)
    assert account.location == "swedencentral"
    assert account.properties.custom_sub_domain_name == "batch-1"
    assert account.properties.endpoint == f"{cloud.url}/accounts/batch-1/"
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
    clients, promised, arm, cloud
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
    cloud.add_group(group, [GATEWAY])
    above = f"/subscriptions/{SUBSCRIPTION}"
    assign(arm, above, group, "acdd72a7-3385-48ef-bd42-f606fba81ae7", principalType="Group")
    assert "Reader" in names(f"assignedTo('{GATEWAY}')")
    assert "Reader" not in names(f"principalId eq '{GATEWAY}'")
    assert names("atScope()") == {"Owner", "Reader", "Cognitive Services OpenAI Contributor"}
    at_the_top = clients.roles.role_assignments.list_for_scope(
        above, filter="atScope()", enforce_https=False
    )
    assert {one.principal_id for one in at_the_top} == {OPERATOR, group}


def test_role_definitions_are_found_by_name(clients, cloud):
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


def test_who_holds_no_role_is_told_which_action_is_missing_before_what_exists(cloud, promised):
    nobody = cloud.token("00000000-0000-0000-0000-00000000d00d", MANAGEMENT)
    for name in (promised.account, "no-such-account"):
        path = account_path(promised).replace(promised.account, name)
        answer = httpx2.get(
            f"{cloud.url}{path}?api-version=2025-09-01",
            headers={"Authorization": f"Bearer {nobody}"},
        )
        error = answer.json()["error"]
        assert (answer.status_code, error["code"]) == (403, "AuthorizationFailed")
        assert "action 'Microsoft.CognitiveServices/accounts/read'" in error["message"]


def test_the_gateways_role_reads_the_account_but_not_the_subscriptions_quotas(cloud, promised):
    headers = {"Authorization": f"Bearer {cloud.token(GATEWAY, MANAGEMENT)}"}
    version = "?api-version=2025-09-01"
    read = httpx2.get(f"{cloud.url}{deployment_path(promised)}{version}", headers=headers)
    assert read.status_code == 200
    services = f"/subscriptions/{SUBSCRIPTION}/providers/Microsoft.CognitiveServices"
    path = f"{services}/locations/swedencentral/usages"
    assert httpx2.get(f"{cloud.url}{path}{version}", headers=headers).status_code == 403
    path = f"{account_path(promised)}{version}"
    assert httpx2.delete(f"{cloud.url}{path}", headers=headers).status_code == 403


def test_a_call_without_an_api_version_is_refused(cloud, promised):
    headers = {"Authorization": f"Bearer {cloud.token(OPERATOR, MANAGEMENT)}"}
    answer = httpx2.get(f"{cloud.url}{account_path(promised)}", headers=headers)
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


# --- the handlers ---


def test_the_program_is_told_who_and_where_it_is(cloud):
    answer = azure.invokes(cloud.env)["azure-native:authorization:getClientConfig"]({})
    assert answer == {
        "clientId": OPERATOR,
        "objectId": OPERATOR,
        "subscriptionId": SUBSCRIPTION,
        "tenantId": TENANT,
    }


def test_what_is_given_no_name_gets_one_of_its_own(cloud):
    create = azure.handlers(cloud.env)["azure-native:resources:ResourceGroup"].create
    made = {create("batch", {"location": "swedencentral"})[0] for _ in range(2)}
    assert len(made) == 2
    assert all("/resourceGroups/batch-" in one for one in made)


def test_a_role_assignments_outputs_are_at_the_top_as_the_provider_has_them(cloud, promised, arm):
    create = azure.handlers(cloud.env)["azure-native:authorization:RoleAssignment"].create
    reader = definition("acdd72a7-3385-48ef-bd42-f606fba81ae7")
    made, outputs = create(
        "more",
        {"scope": account_path(promised), "principalId": GATEWAY, "roleDefinitionId": reader},
    )
    assert made.endswith(outputs["name"])
    assert outputs["principalType"] == "ServicePrincipal"
    assert outputs["roleDefinitionId"] == reader


def test_the_handlers_may_be_used_by_several_threads_at_once(cloud, arm):
    create = azure.handlers(cloud.env)["azure-native:resources:ResourceGroup"].create
    with ThreadPoolExecutor(8) as threads:
        made = list(threads.map(lambda _: create("g", {"location": "eastus"})[0], range(16)))
    groups = arm.listed(f"/subscriptions/{SUBSCRIPTION}/resourceGroups", "2021-04-01")
    assert {one["id"] for one in groups} == set(made)
    assert len(groups) == 16


# --- the data plane ---


def test_a_healthy_job_completes_with_one_row_per_request(gateway):
    batch = run(gateway, THREE)
    assert batch.status == "completed"
    assert batch.request_counts.completed == 3
    came = rows(gateway, batch.output_file_id)
    assert sorted(row["custom_id"] for row in came) == ["a", "b", "c"]
    assert {row["response"]["body"]["model"] for row in came} == {"gpt-4o-mini-2024-07-18"}
    # Azure makes an error file also where no request failed.
    assert gateway.files.content(batch.error_file_id).content == b""


def test_plain_http_with_a_bearer_token_does_as_well(cloud, promised):
    base = f"{cloud.url}/accounts/{promised.account}/openai"
    headers = {"Authorization": f"Bearer {cloud.token(GATEWAY)}"}
    for url in (f"{base}/batches?api-version={VERSION}", f"{base}/v1/batches"):
        assert httpx2.get(url, headers=headers).json()["data"] == []


def test_the_endpoint_may_be_written_with_and_without_its_version(gateway):
    for endpoint, url in (
        ("/v1/chat/completions", "/chat/completions"),
        ("/chat/completions", "/v1/chat/completions"),
    ):
        assert run(gateway, jsonl(line(url=url)), endpoint=endpoint).status == "completed"
    content = jsonl(line(url="/v1/responses", messages=None, input="Hi"))
    assert run(gateway, content).status == "completed"
    with pytest.raises(BadRequestError, match="Invalid value: '/v1/embeddings'"):
        run(gateway, THREE, endpoint="/v1/embeddings")


@pytest.mark.parametrize(
    ("content", "code", "words"),
    [
        (jsonl(line(model="gpt-4o-mini")), "model_not_found", "name of a deployment"),
        (jsonl(line(), line("r2", model="b")), "model_mismatch", "one model"),
        (jsonl(line(), line("r2", url="/v1/chat/completions")), "url_mismatch", "does not match"),
        (b"\xef\xbb\xbf" + jsonl(line()), "invalid_request", "couldn't be extracted"),
        (jsonl(line(), line()), "duplicate_custom_id", "'r1'"),
        (b"{", "invalid_json_line", "not parseable"),
        (b"", "empty_file", "empty"),
        (
            jsonl(line(user="x" * 250_000)),
            "token_limit_exceeded",
            "configured limit of 50K for the deployment 'batch'",
        ),
    ],
)
def test_what_is_wrong_with_a_file_fails_the_job_late(gateway, content, code, words):
    error = verdict(gateway, content)
    assert error.code == code
    assert words in error.message


def test_another_window_is_accepted_and_fails_the_job(gateway):
    assert "must be '24h'" in verdict(gateway, THREE, window="48h").message


def test_a_models_version_for_an_api_version_uploads_and_finds_no_batches(cloud, promised):
    with data_plane(cloud, promised, cloud.token(GATEWAY), "2024-07-18") as client:
        client.files.create(file=("requests.jsonl", THREE), purpose="batch")
        with pytest.raises(NotFoundError, match="Resource not found"):
            client.batches.list()


def test_a_batch_deployment_does_not_answer_online(gateway):
    with pytest.raises(BadRequestError, match="chatCompletion operation does not work"):
        gateway.chat.completions.create(model="batch", messages=[{"role": "user", "content": "?"}])


def test_the_data_plane_wants_a_token_for_itself_and_no_key(cloud, promised):
    url = f"{cloud.url}/accounts/{promised.account}/openai/files?api-version={VERSION}"
    for headers, status, code in (
        ({}, 401, "401"),
        ({"Authorization": f"Bearer {cloud.token(GATEWAY, MANAGEMENT)}"}, 401, "401"),
        ({"api-key": "k"}, 403, "AuthenticationTypeDisabled"),
    ):
        answer = httpx2.get(url, headers=headers)
        assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)


def test_an_owner_without_data_actions_may_not_upload(cloud, promised):
    with (
        data_plane(cloud, promised, cloud.token(OPERATOR)) as client,
        pytest.raises(PermissionDeniedError, match="accounts/OpenAI/files/write"),
    ):
        client.files.create(file=("requests.jsonl", THREE), purpose="batch")


def test_an_account_closed_to_the_public_answers_nobody(cloud, promised, arm, gateway):
    account = arm.get(account_path(promised), "2025-09-01")
    account["properties"]["publicNetworkAccess"] = "Disabled"
    arm.put(account_path(promised), "2025-09-01", account)
    with pytest.raises(PermissionDeniedError, match="Public access is disabled"):
        gateway.batches.list()


def test_every_data_action_of_the_permission_table_is_one_the_data_plane_asks_for():
    asked = {
        f"Microsoft.CognitiveServices/accounts/OpenAI/{action}" for action in DATA_ACTIONS.values()
    }
    assert {row.action for row in permissions("azure", Identity.GATEWAY)} <= asked


# --- breakages: the job is forced through, as the gateway's principal ---


def test_standard_deployment_breaks_the_job_late(cloud, promised, gateway, arm):
    breakages.standard_deployment(cloud.env, promised)
    error = verdict(gateway, THREE)
    assert error.code == "invalid_request"
    assert "schema of the input line is invalid or the deployment SKU is invalid" in error.message
    now = arm.get(deployment_path(promised), "2025-09-01")
    assert now["sku"] == {"name": "Standard", "capacity": 50}
    assert now["properties"]["model"]["name"] == "gpt-4o-mini"


def test_remove_role_breaks_the_upload(cloud, promised, gateway):
    breakages.remove_role(cloud.env, promised)
    with pytest.raises(
        PermissionDeniedError, match=f"The principal `{GATEWAY}` lacks .*files/write"
    ):
        run(gateway, THREE)


def test_read_only_role_breaks_the_upload_and_leaves_the_reading(cloud, promised, gateway):
    breakages.read_only_role(cloud.env, promised)
    assert gateway.batches.list().data == []
    assert gateway.files.list().data == []
    with pytest.raises(PermissionDeniedError, match="files/write"):
        run(gateway, THREE)


def test_delete_deployment_breaks_the_job_late(cloud, promised, gateway):
    breakages.delete_deployment(cloud.env, promised)
    assert verdict(gateway, THREE).code == "model_not_found"


def test_remove_subdomain_leaves_no_data_plane_and_all_else(cloud, promised, gateway, arm):
    breakages.remove_subdomain(cloud.env, promised)
    with pytest.raises(NotFoundError, match="Resource not found"):
        run(gateway, THREE)
    account = arm.get(account_path(promised), "2025-09-01")
    assert account["properties"]["customSubDomainName"] is None
    assert account["properties"]["disableLocalAuth"] is True
    assert arm.get(deployment_path(promised), "2025-09-01")["sku"]["capacity"] == 50
    roles = f"{account_path(promised)}/providers/Microsoft.Authorization/roleAssignments"
    query = f"principalId eq '{GATEWAY}'"
    assert len(arm.listed(roles, "2022-04-01", query)) == 1


def test_shrink_capacity_breaks_a_job_of_more_than_a_thousand_tokens(cloud, promised, gateway):
    breakages.shrink_capacity(cloud.env, promised)
    error = verdict(gateway, jsonl(*(line(f"r{number}") for number in range(50))))
    assert error.code == "token_limit_exceeded"
    assert "configured limit of 1K for the deployment 'batch'" in error.message


def test_other_model_breaks_no_job_but_another_model_answers(cloud, promised, gateway):
    breakages.other_model(cloud.env, promised)
    batch = run(gateway, THREE)
    assert batch.status == "completed"
    came = rows(gateway, batch.output_file_id)
    assert {row["response"]["body"]["model"] for row in came} == {"gpt-4.1-mini-2025-04-14"}
