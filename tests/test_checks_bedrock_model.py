import dataclasses
from typing import Any

import pytest
from bedrock_world import (
    MODEL,
    PROFILE,
    PROFILE_ARN,
    PROMISED,
    ROUTED,
    WITH_PROFILE,
    FakeAws,
    answer,
    ask,
    ids,
    verify,
    with_profile,
)

from preflight.checks.bedrock import QUOTA_CHECKS, Judged
from preflight.outcomes import Failed, Passed, Unknown
from preflight.seams import FoundationModel, InferenceProfile, LifecycleRule, Refused

# --- expiry -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("days", "kind"), [(7, Failed), (8, Passed)])
def test_objects_outlive_the_longest_job_and_a_day(days, kind):
    assert isinstance(ask("bedrock-bucket-expiry", FakeAws(rules=(LifecycleRule(days),))), kind)


def test_a_short_rule_for_one_prefix_is_a_caveat():
    found = ask("bedrock-bucket-expiry", FakeAws(rules=(LifecycleRule(1, "tmp/"),)))
    assert isinstance(found, Passed)
    assert "tmp/" in found.caveat
    assert "for ever" in found.detail


# --- the model ----------------------------------------------------------------------------------


def bare(**changes: Any) -> FakeAws:
    world = FakeAws()
    world.models[MODEL] = dataclasses.replace(world.models[MODEL], **changes)
    return world


def test_a_model_that_runs_only_through_a_profile_fails_and_names_the_profile():
    found = ask("bedrock-model", bare(inference_types=frozenset({"PROVISIONED"})))
    assert "only through an inference profile" in found.problem
    assert PROFILE in found.remedy


def test_a_legacy_model_passes_with_a_caveat():
    assert "withdrawn" in ask("bedrock-model", bare(lifecycle="LEGACY")).caveat


def test_a_profile_that_routes_further_than_promised_fails():
    world = with_profile()
    new = f"arn:aws:bedrock:us-east-2::foundation-model/{MODEL}"
    world.profiles[PROFILE] = InferenceProfile(PROFILE_ARN, "ACTIVE", (*ROUTED, new))
    report = verify(world, WITH_PROFILE)
    assert ids(report, Failed) == {"bedrock-model"}
    assert new in answer(report, "bedrock-model").problem


@pytest.mark.parametrize(
    "profiles", [{}, {PROFILE: InferenceProfile(PROFILE_ARN, "CREATING", ROUTED)}]
)
def test_a_profile_that_is_not_there_or_not_active_fails(profiles):
    assert isinstance(ask("bedrock-model", with_profile(profiles=profiles), WITH_PROFILE), Failed)


def test_a_word_that_bedrock_never_used_before_is_unknown():
    world = FakeAws(agreement=FakeAws().agreement | {"agreement": "ERROR"})
    assert isinstance(ask("bedrock-model-agreement", world), Unknown)


@pytest.mark.parametrize(
    ("model", "kind"),
    [
        ("amazon.nova-lite-v1:0", Unknown),
        ("us.amazon.nova-lite-v1:0", Passed),
        ("cohere.command-r-v1:0", Unknown),
        (MODEL, Passed),
    ],
)
def test_the_table_tells_which_models_run_as_batch_jobs(model, kind):
    promised = dataclasses.replace(PROMISED, model=model, model_arns=())
    assert isinstance(ask("bedrock-model-batch", FakeAws(), promised), kind)


# --- quotas -------------------------------------------------------------------------------------


def judge(number: int, requests: int, size: int = 1000, **changes: Any) -> Any:
    promised = changes.pop("promised", PROMISED)
    return QUOTA_CHECKS[number](promised, Judged(FakeAws(**changes), requests, size))


@pytest.mark.parametrize(
    ("requests", "kind"), [(99, Failed), (100, Passed), (50_000, Passed), (50_001, Failed)]
)
def test_a_job_takes_from_the_least_to_the_most_requests(requests, kind):
    answers = [judge(number, requests) for number in (0, 1)]
    assert any(isinstance(found, kind) for found in answers)
    assert (kind is Failed) == any(isinstance(found, Failed) for found in answers)


@pytest.mark.parametrize(("size", "kind"), [(10**9, Passed), (10**9 + 1, Failed)])
def test_a_file_has_a_largest_size(size, kind):
    assert isinstance(judge(1, 1000, size), kind)


def test_without_a_row_the_default_is_used_and_said():
    found = judge(0, 100, quotas={})
    assert isinstance(found, Passed)
    assert "default of 2025-06" in found.detail
    assert found.caveat
    assert isinstance(judge(0, 99, quotas={}), Failed)
    assert "Service Quotas" in judge(0, 100).detail


def test_the_minimum_is_not_taken_for_the_maximum():
    """ "Records per batch inference job for X" is the tail of "Minimum number of ..."."""
    quotas = {"Minimum number of records per batch inference job for Claude 3.5 Haiku": 100.0}
    assert isinstance(judge(1, 5000, quotas=quotas), Passed)


def test_the_unit_may_stand_at_the_end():
    quotas = {"Batch inference input file size for Claude 3.5 Haiku (in GB)": 2.0}
    assert isinstance(judge(1, 1000, 2 * 10**9, quotas=quotas), Passed)


def test_a_longer_model_name_is_another_model():
    quotas = {"Minimum number of records per batch inference job for Claude 3.5 Haiku v2": 900.0}
    assert isinstance(judge(0, 100, quotas=quotas), Passed)


def test_a_model_that_the_table_does_not_spell_is_found_by_its_display_name():
    promised = dataclasses.replace(PROMISED, model="amazon.nova-9-v1:0", model_arns=())
    named = FoundationModel("", "Nova 9", "ACTIVE", frozenset())
    quotas = {"Minimum number of records per batch inference job for nova  9 V1": 500.0}
    found = judge(0, 400, quotas=quotas, models={promised.model: named}, promised=promised)
    assert isinstance(found, Failed)
    assert "500" in found.problem


def test_a_model_without_any_name_falls_back_on_the_default():
    promised = dataclasses.replace(PROMISED, model="new.model-v1:0", model_arns=())
    quotas = {"Minimum number of records per batch inference job for ": 500.0}
    assert isinstance(judge(0, 100, quotas=quotas, models={}, promised=promised), Passed)


def test_the_stricter_of_two_spellings_holds():
    name = "Minimum number of records per batch inference job for {}"
    quotas = {name.format("Claude 3.5 Haiku"): 100.0, name.format("CLAUDE 3.5 HAIKU"): 200.0}
    assert isinstance(judge(0, 150, quotas=quotas), Failed)


def test_the_number_of_open_jobs_falls_back_on_the_default():
    found = ask("bedrock-open-jobs", FakeAws(quotas={}, jobs=19))
    assert isinstance(found, Passed)
    assert found.caveat
    assert isinstance(ask("bedrock-open-jobs", FakeAws(quotas={}, jobs=20)), Failed)


def test_a_refused_look_at_the_quotas_is_no_default():
    for number in (0, 1):
        with pytest.raises(Refused):
            judge(number, 100, refused={"batch_quotas": "servicequotas:ListServiceQuotas"})
