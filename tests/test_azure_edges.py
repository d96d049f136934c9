"""The edges of Azure's checks: asked one by one, past the gates that usually stand before."""

from dataclasses import replace

import pytest
from azure_subscription import (
    ACCOUNT,
    CONTRIBUTOR,
    DEPLOYMENT,
    PRINCIPAL,
    PROMISED,
    FakeAzure,
    with_account,
    with_deployment,
)

from preflight.checks.azure import SIZED_CHECKS, SUITES, Sized
from preflight.outcomes import Failed, Passed, Unknown
from preflight.seams import Caller, DenyAssignment, Usage

CHECKS = {check.id: check for _, checks in SUITES for check in checks}
QUOTA = "OpenAI.GlobalBatch.gpt-4o-mini"
UP = "pulumi up --refresh"
OF_THE_ACCOUNT = ["azure-account", "azure-subdomain", "azure-region", "azure-network"]
OF_THE_DEPLOYMENT = [
    "azure-deployment",
    "azure-deployment-type",
    "azure-deployment-model",
    "azure-quota",
]


def judged(check_id, world=None, promised=PROMISED):
    return CHECKS[check_id](promised, world or FakeAzure())


@pytest.mark.parametrize("check_id", OF_THE_ACCOUNT)
def test_a_missing_account_fails_whatever_is_asked_of_it(check_id):
    missing = judged(check_id, FakeAzure(accounts={}))
    assert isinstance(missing, Failed)
    assert "account batch-account does not exist in resource group batches" in missing.problem


@pytest.mark.parametrize("check_id", OF_THE_DEPLOYMENT)
def test_a_missing_deployment_fails_whatever_is_asked_of_it(check_id):
    missing = judged(check_id, FakeAzure(deployments={}))
    assert missing == Failed("account batch-account has no deployment batch", UP)


@pytest.mark.parametrize(
    ("tenant", "said"),
    [("t", "asking as me of tenant t"), ("", "asking as me")],
)
def test_who_is_asking_is_said_with_the_tenant_where_there_is_one(tenant, said):
    world = FakeAzure()
    world.caller = lambda: Caller(tenant, "me")
    assert judged("azure-credentials", world) == Passed(said)


@pytest.mark.parametrize(
    ("kind", "outcome"),
    [("OpenAI", Passed), ("AIServices", Passed), ("openai", Failed), ("", Failed)],
)
def test_accounts_of_two_kinds_serve_openais_models(kind, outcome):
    assert isinstance(judged("azure-account", with_account(kind=kind)), outcome)


@pytest.mark.parametrize("check_id", ["azure-account", "azure-deployment"])
@pytest.mark.parametrize("state", ["Creating", "Deleting", "Failed", "Disabled", ""])
def test_what_has_not_succeeded_is_not_ready_and_its_state_is_said(check_id, state):
    world = FakeAzure(
        accounts={"batch-account": replace(ACCOUNT, provisioning_state=state)},
        deployments={"batch": replace(DEPLOYMENT, provisioning_state=state)},
    )
    failed = judged(check_id, world)
    assert isinstance(failed, Failed)
    assert f"is in state {state}" in failed.problem


@pytest.mark.parametrize("spelt", ["swedencentral", "Sweden Central", "SwedenCentral"])
def test_a_region_is_the_same_however_it_is_spelt(spelt):
    assert isinstance(judged("azure-region", promised=replace(PROMISED, region=spelt)), Passed)
    elsewhere = judged("azure-region", with_account(region="westeurope"))
    assert elsewhere.remedy.startswith("in azureRegions ")


@pytest.mark.parametrize(
    ("access", "kind"), [("Enabled", Passed), ("Disabled", Unknown), ("", Passed)]
)
def test_an_account_is_open_unless_it_says_that_it_is_not(access, kind):
    answer = judged("azure-network", with_account(public_network_access=access))
    assert isinstance(answer, kind)


@pytest.mark.parametrize(
    ("sku", "promised", "kind", "said"),
    [
        ("GlobalBatch", "GlobalBatch", Passed, ""),
        ("DataZoneBatch", "DataZoneBatch", Passed, ""),
        ("DataZoneBatch", "GlobalBatch", Failed, "but GlobalBatch is promised"),
        ("Standard", "Standard", Failed, "only GlobalBatch and DataZoneBatch run batch jobs"),
        ("Standard", "GlobalBatch", Failed, "only GlobalBatch and DataZoneBatch run batch jobs"),
    ],
)
def test_a_deployment_is_of_the_promised_batch_kind(sku, promised, kind, said):
    answer = judged(
        "azure-deployment-type", with_deployment(sku=sku), replace(PROMISED, sku=promised)
    )
    assert isinstance(answer, kind)
    assert said in (answer.detail if kind is Passed else answer.problem)


def test_a_deployment_of_another_model_names_both():
    other = judged("azure-deployment-model", with_deployment(model="gpt-4.1"))
    assert other.problem == "deployment batch serves gpt-4.1, but gpt-4o-mini is promised"
    same = judged("azure-deployment-model")
    assert same == Passed("deployment batch serves gpt-4o-mini 2024-07-18")


# --- quota and capacity ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("current", "limit", "remedy"),
    [
        (0, 0, None),
        (20, 20, None),
        (21, 20, "azureCapacity 49;"),
        (60, 20, "azureCapacity 10;"),
        (69, 20, "azureCapacity 1;"),
        (1000, 20, "azureCapacity 1;"),
    ],
)
def test_a_quota_that_is_just_used_up_covers_and_one_below_asks_for_less(current, limit, remedy):
    answer = judged("azure-quota", FakeAzure(quotas={QUOTA: Usage(current, limit)}))
    assert isinstance(answer, Passed if remedy is None else Failed)
    said = answer.detail if remedy is None else answer.problem
    assert f"{current:,} of {limit} thousand tokens are taken" in said
    assert remedy is None or remedy in answer.remedy


@pytest.mark.parametrize(
    "name",
    ["OpenAI.Standard.gpt-4o-mini", "OpenAI.GlobalBatch.gpt-4o", f"{QUOTA}-audio", ""],
)
def test_the_quota_of_another_kind_or_model_says_nothing(name):
    unknown = judged("azure-quota", FakeAzure(quotas={name: Usage(60, 20)}))
    assert isinstance(unknown, Unknown)
    assert "az cognitiveservices usage list --location swedencentral" in unknown.needs


def test_the_right_quota_is_taken_from_among_others():
    others = {f"OpenAI.{sku}.gpt-4o-mini": Usage(60, 20) for sku in ("Standard", "DataZoneBatch")}
    world = FakeAzure(quotas={**others, QUOTA: Usage(1, 20)})
    assert isinstance(judged("azure-quota", world), Passed)


@pytest.mark.parametrize(
    ("tokens", "capacity"), [(50_001, 51), (51_000, 51), (51_001, 52), (10**9, 10**6)]
)
def test_a_queue_that_is_too_small_is_answered_with_the_capacity_that_holds_the_file(
    tokens, capacity
):
    (check,) = SIZED_CHECKS
    failed = check(PROMISED, Sized(FakeAzure(), tokens))
    assert failed.remedy == f"pulumi config set azureCapacity {capacity}; then pulumi up"
    assert f"{tokens:,} tokens for a queue of 50,000 (deployment batch)" in failed.problem


# --- the gateway's rights -------------------------------------------------------------------------


def test_no_role_at_all_is_said_so():
    failed = judged("azure-gateway-role", FakeAzure(roles={}))
    assert "holds no role on account batch-account and lacks" in failed.problem


def test_a_principal_is_the_same_in_capital_letters():
    promised = replace(PROMISED, gateway_principal_id=PRINCIPAL.upper())
    locked = DenyAssignment("Locked", ("*",), principals={PRINCIPAL: "ServicePrincipal"})
    world = FakeAzure(roles={PRINCIPAL.upper(): (CONTRIBUTOR,)}, denials=(locked,))
    assert isinstance(judged("azure-gateway-role", world, promised), Failed)


def test_what_is_denied_to_another_under_a_condition_is_no_doubt():
    other = {"00000000-0000-0000-0000-000000000088": "User"}
    locked = DenyAssignment("Locked", ("*",), principals=other, condition="x")
    assert isinstance(judged("azure-gateway-role", FakeAzure(denials=(locked,))), Passed)
