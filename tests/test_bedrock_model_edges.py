"""The edges of what is asked of the model: its names, the words about it, the dated table."""

from dataclasses import replace

import pytest
from bedrock_world import (
    ACCOUNT,
    MODEL,
    PROFILE,
    PROFILE_ARN,
    PROMISED,
    REGION,
    ROUTED,
    WITH_PROFILE,
    FakeAws,
    ask,
    with_profile,
)

from preflight.catalog import source
from preflight.catalog.bedrock_models import BatchModel, BatchModels
from preflight.catalog.source import Source
from preflight.checks import bedrock_model
from preflight.checks.bedrock_named import base_model, is_profile, profile_ids
from preflight.outcomes import Failed, Passed, Unknown

NAME = f"foundation-model/{MODEL}"
APPLICATION = f"arn:aws:bedrock:{REGION}:{ACCOUNT}:application-inference-profile/abc"


def of(model, *arns, region=REGION):
    return replace(PROMISED, model=model, model_arns=arns, region=region)


# --- names


@pytest.mark.parametrize(
    "promised",
    [
        of("us.a.b"),
        of("us-gov.a.b"),
        of("apac.a.b"),
        of("jp.a.b"),
        of("global.a.b"),
        of(APPLICATION),
        of("a.b", PROFILE_ARN),
        of("a.b", *ROUTED, PROFILE_ARN),
    ],
)
def test_a_profile_is_known_by_its_id_or_by_the_arns_beside_it(promised):
    assert is_profile(promised)


@pytest.mark.parametrize(
    "promised", [of(MODEL), of(MODEL, *ROUTED), of("bus.a.b"), of("nous.a"), of("a.us.b")]
)
def test_a_model_that_only_sounds_like_a_profile_is_none(promised):
    assert not is_profile(promised)


@pytest.mark.parametrize(
    ("promised", "base"),
    [
        (of(MODEL), MODEL),
        (of(PROFILE), MODEL),
        (of("global.us.a"), "us.a"),
        (of("nous.hermes"), "nous.hermes"),
        (of(APPLICATION, APPLICATION, f"arn:aws:bedrock:{REGION}::{NAME}"), MODEL),
        (of("x", f"arn:aws:bedrock:{REGION}::{NAME}/{NAME}"), f"{MODEL}/{NAME}"),
    ],
)
def test_the_model_behind_a_name_is_that_of_the_arns_or_the_name_without_its_geography(
    promised, base
):
    assert base_model(promised) == base


@pytest.mark.parametrize(
    ("region", "near"),
    [
        ("us-gov-west-1", ["us-gov"]),
        ("us-east-1", ["us"]),
        ("eu-west-1", ["eu"]),
        ("ap-south-1", ["apac"]),
        ("ca-central-1", ["ca"]),
        ("sa-east-1", []),
        ("use-1", []),
    ],
)
def test_the_profiles_that_may_carry_a_model_are_the_geographys_and_the_global(region, near):
    assert profile_ids(of("a.b", region=region)) == tuple(f"{g}.a.b" for g in [*near, "global"])


# --- the model itself


def test_only_a_profile_that_the_region_offers_is_proposed():
    world = FakeAws(profiles={f"global.{MODEL}": with_profile().profiles[PROFILE]})
    world.models[MODEL] = replace(world.models[MODEL], inference_types=frozenset())
    remedy = ask("bedrock-model", world).remedy
    assert f"put global.{MODEL} in the place of {MODEL}" in remedy
    world.profiles = {}
    assert "<the id of an inference profile that contains it>" in ask("bedrock-model", world).remedy


def test_a_model_whose_arn_the_stack_does_not_promise_fails():
    """The job role was granted the promised ARNs, and may not run another."""
    found = ask("bedrock-model", FakeAws(), replace(PROMISED, model_arns=ROUTED[:1]))
    assert isinstance(found, Failed)
    assert f"also needs {PROMISED.model_arns[0]}" in found.problem
    assert "pulumi up" in found.remedy


def test_a_profile_whose_own_arn_the_stack_does_not_promise_fails():
    found = ask("bedrock-model", with_profile(), replace(WITH_PROFILE, model_arns=ROUTED))
    assert isinstance(found, Failed)
    assert f"also needs {PROFILE_ARN}, which" in found.problem


# --- the agreement

WORDS = ("authorization", "entitlement", "region", "agreement")


@pytest.mark.parametrize("name", WORDS)
@pytest.mark.parametrize(
    ("word", "kind", "said"),
    [
        ("NOT_AUTHORIZED", Failed, "is NOT_AUTHORIZED"),
        ("NOT_AVAILABLE", Failed, "is NOT_AVAILABLE"),
        ("PENDING", Failed, "still pending"),
        ("ERROR", Unknown, "is ERROR"),
        (None, Unknown, "is missing"),
    ],
)
def test_each_of_the_four_words_decides(name, word, kind, said):
    words = FakeAws().agreement | {name: word}
    agreement = {key: value for key, value in words.items() if value}
    found = ask("bedrock-model-agreement", FakeAws(agreement=agreement))
    assert isinstance(found, kind)
    text = found.problem if kind is Failed else found.reason
    assert name in text
    assert said in text if kind is Failed else text.endswith(f"{name} {said}")


# --- the table of models that run as batch jobs

BATCH = "bedrock-model-batch"


@pytest.fixture
def table(monkeypatch):
    """Give the table one row, for the model."""

    def give(read_on="2026-08", **row):
        made = BatchModels(Source("a page", read_on), {MODEL: BatchModel(**row)})
        monkeypatch.setattr(bedrock_model, "batch_models", lambda: made)

    return give


def test_a_row_without_regions_passes_and_says_that_it_is_silent(table):
    table()
    found = ask(BATCH, FakeAws())
    assert isinstance(found, Passed)
    assert found.caveat == "the table does not say in which regions"


def test_a_row_about_profiles_alone_says_nothing_of_the_bare_id(table):
    table(profile_regions=(REGION,))
    found = ask(BATCH, FakeAws())
    assert isinstance(found, Unknown)
    assert f"by its bare id in no region, not in {REGION}" in found.reason
    assert isinstance(ask(BATCH, FakeAws(), WITH_PROFILE), Passed)


def test_a_row_about_the_bare_id_alone_says_nothing_of_a_profile(table):
    table(regions=(REGION,))
    found = ask(BATCH, FakeAws(), WITH_PROFILE)
    assert isinstance(found, Unknown)
    assert "by an inference profile of it in no region" in found.reason
    assert isinstance(ask(BATCH, FakeAws()), Passed)


def test_a_row_of_other_regions_names_them(table):
    table(regions=("eu-west-1", "us-east-1"))
    found = ask(BATCH, FakeAws())
    assert f"in eu-west-1, us-east-1, not in {REGION}" in found.reason


def test_an_old_table_is_warned_about_with_and_without_regions(table, monkeypatch):
    for row in ({}, {"regions": (REGION,)}):
        table("2020-01", **row)
        assert "days old" in ask(BATCH, FakeAws()).caveat
        table(source.today().isoformat(), **row)
        assert "days old" not in ask(BATCH, FakeAws()).caveat
