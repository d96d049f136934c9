from dataclasses import replace

import pytest
from azure_subscription import (
    CONTRIBUTOR,
    DEPLOYMENT,
    OPENAI,
    PRINCIPAL,
    PROMISED,
    USER,
    FakeAzure,
    judged,
    typed,
    with_account,
    with_deployment,
    with_roles,
)
from suite_reports import methods, outcomes, refusing

from preflight.checks.azure import SIZED_CHECKS, SUITES, Sized
from preflight.outcomes import Failed, Passed, Unknown
from preflight.permissions import Identity, permissions
from preflight.report import Verdict
from preflight.seams import Azure, Refused, RoleDefinition, Usage


def test_a_healthy_world_passes_every_check_and_says_what_was_seen():
    healthy = judged(FakeAzure())
    assert healthy.verdict is Verdict.READY
    assert all(result.outcome.detail for result in healthy.results)
    asked = {check.id for _, checks in SUITES for check in checks}
    assert asked == set(outcomes(healthy))
    assert all(check.explanation for _, checks in SUITES for check in checks)


OTHER_SKU_QUOTA = {"OpenAI.Standard.gpt-4o-mini": Usage(50, 1000)}
BREAKAGES = {
    "account is missing": (FakeAzure(accounts={}), "azure-account"),
    "account is of another kind": (with_account(kind="TextAnalytics"), "azure-account"),
    "account is being made": (with_account(provisioning_state="Creating"), "azure-account"),
    "no subdomain": (with_account(custom_subdomain=""), "azure-subdomain"),
    "another region": (with_account(region="westeurope"), "azure-region"),
    "deployment is missing": (FakeAzure(deployments={}), "azure-deployment"),
    "deployment failed": (with_deployment(provisioning_state="Failed"), "azure-deployment"),
    "deployment is for single requests": (
        FakeAzure(
            deployments={"batch": replace(DEPLOYMENT, sku="GlobalStandard")},
            quotas={"OpenAI.GlobalStandard.gpt-4o-mini": Usage(50, 1000)},
        ),
        "azure-deployment-type",
    ),
    "deployment is of the other batch kind": (
        FakeAzure(
            deployments={"batch": replace(DEPLOYMENT, sku="DataZoneBatch")},
            quotas={"OpenAI.DataZoneBatch.gpt-4o-mini": Usage(50, 1000)},
        ),
        "azure-deployment-type",
    ),
    "deployment serves another model": (
        FakeAzure(
            deployments={"batch": replace(DEPLOYMENT, model="gpt-4.1")},
            quotas={"OpenAI.GlobalBatch.gpt-4.1": Usage(50, 1000)},
        ),
        "azure-deployment-model",
    ),
    "gateway has no role": (with_roles(), "azure-gateway-role"),
    "gateway may only read": (with_roles(USER), "azure-gateway-role"),
    "quota was lowered": (
        FakeAzure(quotas={"OpenAI.GlobalBatch.gpt-4o-mini": Usage(60, 20)}),
        "azure-quota",
    ),
}


@pytest.mark.parametrize("breakage", BREAKAGES)
def test_one_breakage_fails_exactly_the_check_that_is_about_it(breakage):
    world, check_id = BREAKAGES[breakage]
    broken = judged(world)
    assert broken.failed_ids() == {check_id}
    failed = outcomes(broken)[check_id]
    assert failed.problem
    assert failed.remedy.startswith(("pulumi", "az ", "in azureRegions "))


@pytest.mark.parametrize("version", ["2024-07-18", "2023-07-01-preview", "2025-04-14"])
def test_an_api_version_without_batches_fails(version):
    broken = judged(FakeAzure(), replace(PROMISED, api_version=version))
    assert broken.failed_ids() == {"azure-api-version"}


@pytest.mark.parametrize("version", ["v1", "preview", "2024-11-01-preview", "2031-01-01"])
def test_an_api_version_that_no_table_lists_is_unknown(version):
    looked = judged(FakeAzure(), replace(PROMISED, api_version=version))
    assert isinstance(outcomes(looked)["azure-api-version"], Unknown)
    assert not looked.failed_ids()


def test_a_model_younger_than_the_api_version_fails():
    promised = replace(PROMISED, model="o3-mini")
    world = FakeAzure(
        deployments={"batch": replace(DEPLOYMENT, model="o3-mini")},
        quotas={"OpenAI.GlobalBatch.o3-mini": Usage(50, 1000)},
    )
    assert judged(world, promised).failed_ids() == {"azure-api-version"}
    later = replace(promised, api_version="2025-04-01-preview")
    looked = judged(world, later)
    assert not looked.failed_ids()
    assert isinstance(outcomes(looked)["azure-api-version"], Passed)


# Whether a deleted account is kept is asked of one that is gone only, and decides nothing.
@pytest.mark.parametrize("method", sorted(set(methods(Azure)) - {"deleted"}))
def test_a_refused_look_is_unknown_and_names_the_permission(method):
    looked = judged(refusing(FakeAzure(), method))
    assert looked.verdict is Verdict.CANNOT_TELL
    assert f"see {method}" in {getattr(one, "needs", "") for one in outcomes(looked).values()}


@pytest.mark.parametrize("row", permissions("azure", Identity.GATEWAY), ids=lambda row: row.action)
def test_every_right_of_the_gateway_is_looked_up_and_its_lack_names_who_what_and_why(row):
    almost = replace(CONTRIBUTOR, name="Almost", not_data_actions=(row.action.upper(),))
    broken = judged(with_roles(almost))
    assert broken.failed_ids() == {"azure-gateway-role"}
    failed = outcomes(broken)["azure-gateway-role"]
    parts = (Identity.GATEWAY, PRINCIPAL, "Almost", row.action, row.why)
    assert all(part in failed.problem for part in parts)
    assert row.granted_by in failed.remedy


def test_the_openai_user_role_cannot_upload_and_the_message_says_so():
    problem = outcomes(judged(with_roles(USER)))["azure-gateway-role"].problem
    assert "Cognitive Services OpenAI User" in problem
    assert f"{OPENAI}/files/write (uploads the requests)" in problem
    assert f"{OPENAI}/files/read" not in problem


def test_what_one_role_takes_away_another_may_hold():
    almost = replace(CONTRIBUTOR, not_data_actions=(f"{OPENAI}/files/write",))
    files = RoleDefinition("Uploader", (f"{OPENAI}/files/*",))
    assert judged(with_roles(almost, files)).verdict is Verdict.READY


def test_an_account_closed_to_public_networks_is_unknown():
    looked = judged(with_account(public_network_access="Disabled"))
    assert isinstance(outcomes(looked)["azure-network"], Unknown)
    assert not looked.failed_ids()


@pytest.mark.parametrize(
    "name", ["OpenAI.GlobalBatch.gpt4o-mini", "openai.globalbatch.GPT-4o-mini"]
)
def test_a_quota_is_found_however_its_model_is_spelt(name):
    world = FakeAzure(quotas={name: Usage(50, 1000)})
    assert isinstance(outcomes(judged(world))["azure-quota"], Passed)


def test_a_quota_that_is_not_listed_is_unknown():
    assert isinstance(outcomes(judged(FakeAzure(quotas=OTHER_SKU_QUOTA)))["azure-quota"], Unknown)


def test_a_lowered_quota_is_answered_with_the_capacity_that_fits():
    world = FakeAzure(quotas={"OpenAI.GlobalBatch.gpt-4o-mini": Usage(60, 20)})
    remedy = outcomes(judged(world))["azure-quota"].remedy
    assert remedy == "pulumi config set azureCapacity 10; then pulumi up"


@pytest.mark.parametrize(
    ("tokens", "kind", "word"),
    [(50_000, Passed, "50,000"), (50_001, Failed, "azureCapacity 51"), (0, Passed, "0 tokens")],
)
def test_a_request_file_must_fit_the_deployments_queue(tokens, kind, word):
    (capacity,) = SIZED_CHECKS
    outcome = capacity(PROMISED, Sized(typed(FakeAzure()), tokens))
    assert isinstance(outcome, kind)
    assert word in (outcome.remedy if kind is Failed else outcome.detail)


def test_the_capacity_of_a_missing_deployment_is_no_pass():
    (capacity,) = SIZED_CHECKS
    assert isinstance(capacity(PROMISED, Sized(FakeAzure(deployments={}), 1)), Failed)


RECOVER = (
    "az cognitiveservices account recover --name batch-account --resource-group batches"
    " --location swedencentral; then pulumi up --refresh"
)
NO_LOOK = Refused("deleted account", "Microsoft.CognitiveServices/.../deletedAccounts/read")


@pytest.mark.parametrize(
    ("kept", "remedy"),
    [
        (False, "pulumi up --refresh"),
        (True, RECOVER),
        (
            NO_LOOK,
            f"pulumi up --refresh; where it says that the account is soft-deleted: {RECOVER}",
        ),
    ],
    ids=["purged", "kept", "nobody may look"],
)
def test_an_account_that_is_gone_is_recovered_where_azure_still_keeps_its_name(kept, remedy):
    broken = judged(FakeAzure(accounts={}, kept=kept))
    assert broken.failed_ids() == {"azure-account"}
    failed = outcomes(broken)["azure-account"]
    assert failed.remedy == remedy
    assert ("Azure keeps its name" in failed.problem) is (kept is True)
