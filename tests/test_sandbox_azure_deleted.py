"""An account that was deleted: Azure keeps it and its name, and so does the sandbox's."""

import pytest
from azure.core.exceptions import ResourceNotFoundError

from preflight.checks.azure import account as azure_account
from preflight.cloud import azure as client
from preflight.sandbox.azure import breakages
from preflight.sandbox.azure.names import GATEWAY, MANAGEMENT
from preflight.sandbox.azure.operator import (
    COGNITIVE,
    ArmRefused,
    account_path,
    deleted_path,
    deployment_path,
)

pytest_plugins = ["azure_fixtures"]

SAME = {
    "location": "swedencentral",
    "kind": "OpenAI",
    "sku": {"name": "S0"},
    "properties": {"customSubDomainName": "batch-1"},
}


@pytest.fixture
def gone(azure_cloud, promised):
    """The promise, whose account somebody deleted."""
    breakages.delete_account(azure_cloud.env, promised)
    return promised


def test_an_account_is_not_made_anew_while_the_deleted_one_is_kept(arm, gone):
    with pytest.raises(ArmRefused, match="FlagMustBeSetForRestore") as refused:
        arm.put(account_path(gone), COGNITIVE, SAME)
    assert refused.value.status == 409


def test_no_account_of_another_name_or_group_gets_its_subdomain(arm, gone):
    group, _, name = account_path(gone).rpartition("/")
    other = f"{group}/{name.replace('batch-1', 'batch-2')}"
    with pytest.raises(ArmRefused, match="CustomDomainInUse"):
        arm.put(other, COGNITIVE, SAME)
    assert arm.put(other, COGNITIVE, {**SAME, "properties": {"customSubDomainName": "batch-2"}})


def test_a_recovered_account_is_the_old_one_without_its_deployments(arm, gone):
    before = arm.get(deleted_path(gone), COGNITIVE)
    arm.put(account_path(gone), COGNITIVE, {**SAME, "properties": {"restore": True}})
    after = arm.get(account_path(gone), COGNITIVE)
    assert after["properties"] == before["properties"]
    assert after["type"] == "Microsoft.CognitiveServices/accounts"
    assert arm.find(deployment_path(gone), COGNITIVE) is None
    assert arm.find(deleted_path(gone), COGNITIVE) is None


def test_a_purged_account_is_gone_for_good_and_its_name_is_free(arm, gone):
    arm.delete(deleted_path(gone), COGNITIVE)
    assert arm.find(deleted_path(gone), COGNITIVE) is None
    assert arm.put(account_path(gone), COGNITIVE, SAME)["properties"]["customSubDomainName"]


def test_a_groups_accounts_are_kept_when_the_group_is_deleted(arm, promised):
    arm.delete(account_path(promised).partition("/providers/")[0], "2021-04-01")
    listed = account_path(promised).partition("/resourceGroups/")[0]
    found = arm.listed(f"{listed}/providers/Microsoft.CognitiveServices/deletedAccounts", COGNITIVE)
    assert [(one["name"], one["id"]) for one in found] == [("batch-1", deleted_path(promised))]


def test_azures_own_client_reads_it(azure_cloud, promised):
    assert client.connect(promised).deleted(promised) is False
    breakages.delete_account(azure_cloud.env, promised)
    assert client.connect(promised).deleted(promised) is True
    with pytest.raises(ResourceNotFoundError):
        client.connect(promised)._openai().deleted_accounts.get(  # noqa: SLF001 - the bare client
            "eastus", promised.resource_group, promised.account, enforce_https=False
        )


def test_whose_roles_are_on_the_group_only_may_not_see_it(azure_cloud, gone, monkeypatch):
    token = azure_cloud.token(GATEWAY, MANAGEMENT)
    assert token
    monkeypatch.setattr("preflight.sandbox.azure.cloud.OPERATOR", GATEWAY)
    found = client.connect(gone)
    with pytest.raises(Exception, match="deletedAccounts/read"):
        found.deleted(gone)


def test_the_check_says_how_to_get_it_back_and_that_does_it(arm, gone):
    failed = azure_account(gone, client.connect(gone))
    assert failed.remedy == (
        "az cognitiveservices account recover --name batch-1"
        f" --resource-group {gone.resource_group} --location swedencentral;"
        " then pulumi up --refresh"
    )
    # What `az cognitiveservices account recover` sends.
    arm.put(account_path(gone), COGNITIVE, {**SAME, "properties": {"restore": True}})
    assert azure_account(gone, client.connect(gone)).detail


def test_where_it_is_purged_the_check_has_it_made_anew(arm, gone):
    arm.delete(deleted_path(gone), COGNITIVE)
    assert azure_account(gone, client.connect(gone)).remedy == "pulumi up --refresh"
