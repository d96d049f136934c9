"""Azure OpenAI in what is there already: a resource group, accounts; several regions; tags."""

import pulumi
import pytest
from infra_world import AUDITORS, AZURE, PRINCIPAL, SUBSCRIPTION, Recorder, run

from infra.config import SettingsError

GROUP = {"azureResourceGroup": "batches"}
TWO = {
    "azureRegions": ["swedencentral", "eastus"],
    "azureProviderNames": ["azure-se", "azure-us"],
    "azureModels": ["gpt-4o-mini@2024-07-18", "gpt-4.1@2025-04-14"],
}
GROUPS = f"/subscriptions/{SUBSCRIPTION}/resourceGroups"
THERE = {
    "kind": "OpenAI",
    "location": "Sweden Central",
    "name": "mine",
    "properties": {"customSubDomainName": "mine"},
}
ACCOUNT, DEPLOYMENT, ASSIGNMENT = (
    "azure-native:cognitiveservices:Account",
    "azure-native:cognitiveservices:Deployment",
    "azure-native:authorization:RoleAssignment",
)


def there(**changes):
    return Recorder(accounts={"mine": THERE | changes})


def existing(recorder=None, **settings):
    return run(AZURE | GROUP | {"azureAccounts": ["mine"]} | settings, recorder or there())


def test_in_an_existing_group_no_group_is_made():
    recorder, outputs = run(AZURE | GROUP)
    assert not recorder.of("azure-native:resources:ResourceGroup")
    (account,), (deployment,) = recorder.of(ACCOUNT), recorder.of(DEPLOYMENT)
    assert {it.inputs["resourceGroupName"] for it in (account, deployment)} == {"batches"}
    assert outputs["azure"][0]["resource_group"] == "batches"
    scope = recorder.one(ASSIGNMENT)["scope"]
    assert scope.startswith(f"{GROUPS}/batches/providers/Microsoft.CognitiveServices/accounts/")


def test_two_stacks_and_two_regions_in_one_group_get_accounts_of_their_own():
    names = [
        it.inputs["accountName"]
        for stack in ("dev", "prod")
        for it in run(AZURE | GROUP | TWO, stack=stack)[0].of(ACCOUNT)
    ]
    assert len(set(names)) == 4


def test_an_existing_account_gets_deployments_and_the_gateways_role_and_nothing_else_is_made():
    recorder, outputs = existing()
    assert {it.token for it in recorder.resources} == {DEPLOYMENT, ASSIGNMENT}
    made = recorder.one(DEPLOYMENT)
    assert (made["resourceGroupName"], made["accountName"]) == ("batches", "mine")
    assert recorder.one(ASSIGNMENT)["principalId"] == PRINCIPAL
    assert recorder.one(ASSIGNMENT)["scope"] == (
        f"{GROUPS}/batches/providers/Microsoft.CognitiveServices/accounts/mine"
    )
    (promised,) = outputs["azure"]
    assert (promised["resource_group"], promised["account"]) == ("batches", "mine")
    assert promised["deployment"] == "batch-gpt-4o-mini"


def test_an_account_of_azures_newer_kind_serves_as_well():
    assert existing(there(kind="AIServices"))[1]["azure"]


@pytest.mark.parametrize(
    ("recorder", "sentence"),
    [
        (
            Recorder(),
            (
                "azureAccounts names mine, but there is no such account in resource group batches"
                f" of subscription {SUBSCRIPTION}: correct azureResourceGroup or azureAccounts"
            ),
        ),
        (
            there(kind="SpeechServices"),
            (
                "azureAccounts names mine for swedencentral, but it is of kind SpeechServices,"
                " which has no OpenAI models: name one of kind OpenAI or AIServices"
            ),
        ),
        (
            there(properties={}),
            (
                "azureAccounts names mine for swedencentral, but it has no subdomain of its own,"
                " and batch does not work without one: az cognitiveservices account update"
                " --name mine --resource-group batches --custom-domain mine"
            ),
        ),
        (
            there(location="eastus"),
            (
                "azureAccounts names mine for swedencentral, but it is in eastus: name one of"
                " swedencentral, or put eastus in its place in azureRegions"
            ),
        ),
    ],
    ids=["gone", "another kind", "no subdomain", "another region"],
)
def test_an_account_that_cannot_be_used_is_told_before_anything_is_made(recorder, sentence):
    with pytest.raises(pulumi.RunError) as refused:
        existing(recorder)
    assert str(refused.value) == sentence
    assert not recorder.resources


def test_a_look_that_fails_otherwise_is_told_as_it_is():
    class Silent(Recorder):
        def account(self, asked):
            raise RuntimeError("AuthorizationFailed: no right to look")

    with pytest.raises(Exception, match="no right to look") as refused:
        existing(Silent())
    assert not isinstance(refused.value, pulumi.RunError)


def test_accounts_need_their_group():
    with pytest.raises(SettingsError) as refused:
        run(AZURE | {"azureAccounts": ["mine"]}, there())
    assert str(refused.value) == (
        "azureResourceGroup is not set, but must name the group that azureAccounts are in:"
        " pulumi config set azureResourceGroup batches"
    )


def test_accounts_are_one_for_each_region():
    with pytest.raises(SettingsError) as refused:
        existing(**TWO)
    assert str(refused.value).startswith(
        'azureAccounts is ["mine"], but must name one for each of 2 regions, or none:'
    )


def test_two_regions_and_two_models_are_four_targets_each_account_in_its_region():
    recorder, outputs = run(AZURE | TWO)
    assert [
        (it["region"], it["model"], it["deployment"], it["provider_name"])
        for it in outputs["azure"]
    ] == [
        ("swedencentral", "gpt-4o-mini", "batch-gpt-4o-mini", "azure-se"),
        ("swedencentral", "gpt-4.1", "batch-gpt-4.1", "azure-se"),
        ("eastus", "gpt-4o-mini", "batch-gpt-4o-mini", "azure-us"),
        ("eastus", "gpt-4.1", "batch-gpt-4.1", "azure-us"),
    ]
    assert len({it["account"] for it in outputs["azure"]}) == 2
    assert {it.inputs["location"] for it in recorder.of(ACCOUNT)} == set(TWO["azureRegions"])
    versions = {it.inputs["properties"]["model"]["version"] for it in recorder.of(DEPLOYMENT)}
    assert versions == {"2024-07-18", "2025-04-14"}
    assert len(recorder.of(ASSIGNMENT)) == 2


def test_tags_are_on_all_that_takes_them_and_on_no_role():
    recorder, _ = run(AZURE | {"tags": ["team=ml", "cost-center=42"]})
    tagged = {it.token: it.inputs.get("tags") for it in recorder.resources}
    tags = {"team": "ml", "cost-center": "42"}
    assert tagged == {
        "azure-native:resources:ResourceGroup": tags,
        ACCOUNT: tags,
        DEPLOYMENT: tags,
        ASSIGNMENT: None,
    }


def test_an_existing_account_gets_no_tags_but_its_deployments_do():
    recorder, _ = existing(tags=["team=ml"])
    assert {it.token for it in recorder.resources if it.inputs.get("tags")} == {DEPLOYMENT}


@pytest.mark.parametrize(("group", "count"), [({}, 2), (GROUP, 1)])
def test_the_auditor_reads_each_group_once(group, count):
    recorder, _ = run(AZURE | TWO | AUDITORS | group)
    scopes = [
        it.inputs["scope"]
        for it in recorder.of(ASSIGNMENT)
        if it.inputs["principalId"] == AUDITORS["auditorAzurePrincipalId"]
        and "resourceGroups" in it.inputs["scope"]
    ]
    assert len(scopes) == len(set(scopes)) == count
