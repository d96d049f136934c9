"""What Azure offers the account: the model, its version, its kinds of deployment, their ends."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from azure_subscription import (
    DEPLOYMENT,
    LATER,
    OFFERS,
    PROMISED,
    FakeAzure,
    judged,
    with_deployment,
)
from suite_reports import outcomes

from preflight.catalog import source, yours
from preflight.checks.azure_models import model_batch, model_offered
from preflight.checks.retirement import azure_retirement
from preflight.outcomes import Failed, Passed, Skipped, Unknown
from preflight.seams import Offer

TODAY = date(2026, 9, 1)
GONE = {"deployments": {}}


@pytest.fixture(autouse=True)
def _today(monkeypatch):
    monkeypatch.setattr(source, "today", lambda: TODAY)


def offering(*offers, **world):
    return FakeAzure(offered=offers, **world)


def other(**changes):
    return replace(OFFERS[0], **changes)


def test_what_is_offered_is_said_with_its_version():
    assert model_offered(PROMISED, FakeAzure()) == Passed(
        "Azure offers account batch-account in swedencentral gpt-4o-mini 2024-07-18"
    )
    assert "as GlobalBatch" in model_batch(PROMISED, FakeAzure()).detail


def test_a_model_that_the_region_does_not_offer_fails_and_names_those_that_it_does():
    broken = judged(offering(*OFFERS[1:], **GONE))
    assert broken.failed_ids() == {"azure-deployment", "azure-model-offered"}
    found = outcomes(broken)
    assert found["azure-model-offered"].problem.endswith("no gpt-4o-mini, but gpt-4.1, o3-mini")
    assert found["azure-model-offered"].remedy.startswith("in azureModels ")
    assert isinstance(found["azure-model-batch"], Skipped)


def test_no_more_than_five_others_are_named():
    many = [Offer(f"m{number}", "1") for number in range(6)]
    problem = model_offered(PROMISED, offering(*many, **GONE)).problem
    assert problem.endswith("m0, m1, m2, m3, m4, ...")
    assert not model_offered(PROMISED, offering(*many[:5], **GONE)).problem.endswith("...")


@pytest.mark.parametrize("offers", [OFFERS[1:], (other(version="2025-01-01"),)])
def test_a_version_that_is_deployed_and_offered_no_more_is_unknown(offers):
    looked = judged(offering(*offers))
    assert not looked.failed_ids()
    unknown = outcomes(looked)["azure-model-offered"]
    assert isinstance(unknown, Unknown)
    assert "gpt-4o-mini 2024-07-18" in unknown.reason
    assert "azureModels" in unknown.needs


def test_without_a_deployment_any_version_will_do():
    world = offering(other(version="2025-01-01"), **GONE)
    assert isinstance(model_offered(PROMISED, world), Passed)
    assert isinstance(model_batch(PROMISED, world), Passed)


def test_a_deployment_of_another_model_says_nothing_of_the_version():
    world = with_deployment(model="gpt-4.1", model_version="2025-04-14")
    assert isinstance(model_offered(PROMISED, world), Passed)


def test_an_empty_list_is_no_list():
    unknown = model_offered(PROMISED, offering(**GONE))
    assert isinstance(unknown, Unknown)
    assert "az cognitiveservices account list-models --name batch-account" in unknown.needs


@pytest.mark.parametrize(
    ("kinds", "remedy"),
    [
        ({"DataZoneBatch": None}, "pulumi config set azureSku DataZoneBatch; then pulumi up"),
        ({"Standard": None}, "in azureModels of "),
        ({}, "in azureModels of "),
    ],
)
def test_a_model_that_is_not_offered_as_promised_fails(kinds, remedy):
    world = offering(other(kinds=kinds), **GONE)
    failed = model_batch(PROMISED, world)
    assert isinstance(failed, Failed)
    assert "does not offer gpt-4o-mini as GlobalBatch" in failed.problem
    assert failed.remedy.startswith(remedy)
    assert judged(world).failed_ids() == {"azure-deployment", "azure-model-batch"}


def test_a_kind_that_is_deployed_and_offered_no_more_is_unknown():
    world = offering(other(kinds={"Standard": LATER}))
    unknown = model_batch(PROMISED, world)
    assert isinstance(unknown, Unknown)
    assert "azureModels" in unknown.needs
    standard = replace(world, deployments={"batch": replace(DEPLOYMENT, sku="Standard")})
    assert isinstance(model_batch(PROMISED, standard), Failed)


def test_the_right_version_is_judged_by_its_own_kinds():
    old = other(version="2023-01-01", kinds={"GlobalBatch": None})
    world = offering(old, other(kinds={"Standard": None}))
    assert isinstance(model_batch(PROMISED, world), Unknown)


# --- the day it ends ------------------------------------------------------------------------------


def ending(ends=None, **kinds):
    return offering(other(ends=ends, kinds=kinds))


def ahead(days):
    return TODAY + timedelta(days=days)


@pytest.mark.parametrize(
    "world",
    [
        ending(ahead(1), GlobalBatch=LATER),
        ending(LATER, GlobalBatch=ahead(1)),
        ending(GlobalBatch=ahead(1)),
        ending(ahead(1)),
    ],
    ids=["the version", "the kind", "the kind alone", "the version alone"],
)
def test_a_day_of_azures_own_list_within_the_window_fails(world):
    failed = azure_retirement(PROMISED, world)
    assert isinstance(failed, Failed)
    assert "2026-09-02 (Azure's list of models for account batch-account)" in failed.problem
    assert judged(world).failed_ids() == {"azure-model-retirement"}


@pytest.mark.parametrize("days", [0, -1, -300])
def test_a_day_of_azures_own_list_that_has_passed_fails(days):
    failed = azure_retirement(PROMISED, ending(ahead(days), GlobalBatch=LATER))
    assert isinstance(failed, Failed)
    assert "was retired on" in failed.problem


def test_a_later_day_of_azures_own_list_passes_whatever_the_table_says(monkeypatch):
    monkeypatch.setattr(source, "today", lambda: date(2026, 12, 1))
    passed = azure_retirement(PROMISED, ending(date(2027, 6, 1), GlobalBatch=date(2027, 5, 1)))
    assert isinstance(passed, Passed)
    assert "stays until 2027-05-01 (Azure's list" in passed.detail
    assert not passed.caveat


def test_the_end_of_another_kind_or_version_is_none_of_this_one():
    world = offering(
        other(version="2023-01-01", ends=ahead(1)), other(kinds={"Standard": ahead(1)})
    )
    assert isinstance(azure_retirement(PROMISED, world), Passed)


def test_where_azures_list_names_no_day_the_dated_table_does():
    passed = azure_retirement(PROMISED, ending(None, GlobalBatch=None))
    assert isinstance(passed, Passed)
    assert "Azure's model retirement schedule" in passed.detail


def test_your_own_tables_stand_before_azures_list(tmp_path):
    path = tmp_path / "tables.toml"
    path.write_text('azure.retires = { "gpt-4o-mini" = 2027-01-01 }')
    yours.use(str(path))
    passed = azure_retirement(PROMISED, ending(ahead(1)))
    assert isinstance(passed, Passed)
    assert "your tables" in passed.detail
