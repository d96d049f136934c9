import uuid

import pulumi
import pytest
from infra_world import AZURE, PRINCIPAL, SUBSCRIPTION, Recorder, all_four, run

from infra.grants import AZURE_ROLE_IDS
from preflight.permissions import PERMISSIONS

GROUP = "batch-azure-swedencentral-1a2b3c4"


def account():
    return all_four()[0].one("azure-native:cognitiveservices:Account")


def test_the_account_is_of_kind_openai_with_a_subdomain_and_an_identity_of_its_own():
    made = account()
    assert made["kind"] == "OpenAI"
    assert made["sku"] == {"name": "S0"}
    assert made["identity"] == {"type": "SystemAssigned"}
    assert made["resourceGroupName"] == GROUP
    assert made["properties"] == {
        "customSubDomainName": made["accountName"],
        "publicNetworkAccess": "Enabled",
        "disableLocalAuth": True,
    }
    assert 2 <= len(made["accountName"]) <= 64


def test_group_and_account_are_in_the_region():
    recorder, outputs = run(AZURE | {"azureRegions": ["eastus2"]})
    places = [it.inputs["location"] for it in recorder.resources if "location" in it.inputs]
    assert places == ["eastus2", "eastus2"]
    assert outputs["azure"][0]["region"] == "eastus2"


def test_two_stacks_get_two_subdomains_and_one_stack_always_the_same():
    names = [
        run(AZURE, stack=stack)[0].one("azure-native:cognitiveservices:Account")["accountName"]
        for stack in ("dev", "prod", "dev")
    ]
    assert names[0] != names[1]
    assert names[0] == names[2]


def test_another_region_gets_another_subdomain_for_azure_holds_the_old_one_for_two_days():
    names = {
        run(AZURE | {"azureRegions": [region]})[0].one("azure-native:cognitiveservices:Account")[
            "accountName"
        ]
        for region in ("swedencentral", "eastus")
    }
    assert len(names) == 2


@pytest.mark.parametrize("sku", ["GlobalBatch", "DataZoneBatch"])
def test_the_deployment_is_of_the_batch_kind_asked_for(sku):
    asked = {"azureSku": sku, "azureCapacity": 50, "azureModels": ["gpt-4o-mini@2024-11-20"]}
    recorder, outputs = run(AZURE | asked)
    made = recorder.one("azure-native:cognitiveservices:Deployment")
    assert made["deploymentName"] == "batch-gpt-4o-mini"
    assert made["sku"] == {"name": sku, "capacity": 50}
    assert isinstance(made["sku"]["capacity"], int)
    assert made["properties"]["model"] == {
        "format": "OpenAI",
        "name": "gpt-4o-mini",
        "version": "2024-11-20",
    }
    assert outputs["azure"][0]["sku"] == sku


def test_the_gateway_gets_the_tables_role_on_the_account_and_no_other():
    recorder, _ = all_four()
    made = recorder.one("azure-native:authorization:RoleAssignment")
    (role,) = {row.granted_by for row in PERMISSIONS if row.provider == "azure"}
    group = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/{GROUP}"
    assert made["scope"] == (
        f"{group}/providers/Microsoft.CognitiveServices/accounts/{account()['accountName']}"
    )
    assert made["roleDefinitionId"] == (
        f"/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions/"
        f"{AZURE_ROLE_IDS[role]}"
    )
    assert made["principalId"] == PRINCIPAL
    assert made["principalType"] == "ServicePrincipal"


def test_the_assignments_name_is_a_guid_that_follows_from_what_it_assigns():
    def name(config):
        return run(AZURE | config)[0].one("azure-native:authorization:RoleAssignment")[
            "roleAssignmentName"
        ]

    other = {"gatewayAzurePrincipalId": "00000000-0000-0000-0000-000000000002"}
    assert uuid.UUID(name({}))
    assert name({}) == name({})
    assert name({}) != name(other)


def test_a_login_to_another_subscription_is_refused_before_anything_is_made():
    recorder = Recorder(subscription="11111111-1111-1111-1111-111111111111")
    with pytest.raises(pulumi.RunError) as refused:
        run(AZURE, recorder)
    assert str(refused.value) == (
        f"azureSubscriptionId is {SUBSCRIPTION}, but the Azure provider is logged in to"
        " 11111111-1111-1111-1111-111111111111: pulumi config set"
        f" azure-native:subscriptionId {SUBSCRIPTION}"
    )
    assert not recorder.resources
