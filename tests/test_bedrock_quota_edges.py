"""The edges of Service Quotas' rows: how a model is spelt, which of two holds, what is said."""

from dataclasses import replace

import pytest
from bedrock_world import MODEL, PROMISED, QUOTAS, FakeAws

from preflight.catalog.bedrock_models import BatchModel, BatchModels
from preflight.catalog.source import Source
from preflight.checks import bedrock_quota
from preflight.checks.bedrock import QUOTA_CHECKS, Judged
from preflight.outcomes import Failed, Passed

MINIMUM = "Minimum number of records per batch inference job for {}"
PER_JOB = "Records per batch inference job for {}"
PER_FILE = "Records per input file per batch inference job for {}"
SIZE = "Batch inference input file size (in GB) for {}"
HAIKU = "Claude 3.5 Haiku"


def called(name):
    """An account in which Bedrock displays the model so."""
    world = FakeAws()
    world.models[MODEL] = replace(world.models[MODEL], name=name)
    return world


def judge(number, requests, size=1000, world=None, **quotas):
    world = world or FakeAws()
    world.quotas = {
        row.format(name): value for (row, name), value in quotas.pop("rows", {}).items()
    }
    return QUOTA_CHECKS[number](PROMISED, Judged(world, requests, size))


def test_a_model_that_the_table_spells_is_spelt_so_whatever_bedrock_displays():
    found = judge(0, 150, world=called("Haiku the Fifth"), rows={(MINIMUM, HAIKU): 200.0})
    assert isinstance(found, Failed)
    assert "Service Quotas" in found.problem


@pytest.mark.parametrize("spelt", ["Fast", "Fast V1", "fast v1"])
def test_a_model_that_the_table_names_and_does_not_spell_is_spelt_as_displayed(monkeypatch, spelt):
    table = BatchModels(Source("a page"), {MODEL: BatchModel()})
    monkeypatch.setattr(bedrock_quota, "batch_models", lambda: table)
    found = judge(0, 150, world=called("Fast"), rows={(MINIMUM, spelt): 200.0})
    assert isinstance(found, Failed)


@pytest.mark.parametrize("row", [PER_JOB, PER_FILE])
def test_the_least_of_several_maxima_holds(row):
    rows = {(row, HAIKU): 900.0, (row, HAIKU.upper()): 500.0}
    assert isinstance(judge(1, 501, rows=rows), Failed)
    assert isinstance(judge(1, 500, rows=rows), Passed)


def test_the_stricter_of_file_and_job_holds():
    rows = {(PER_JOB, HAIKU): 900.0, (PER_FILE, HAIKU): 500.0}
    assert "takes 500 (Service Quotas)" in judge(1, 501, rows=rows).problem
    rows = {(PER_JOB, HAIKU): 400.0, (PER_FILE, HAIKU): 500.0}
    assert "takes 400 (Service Quotas)" in judge(1, 401, rows=rows).problem


def test_how_many_requests_are_missing_is_said():
    found = judge(0, 60, rows={})
    assert found.remedy == "add 40 requests, or send them without a batch"


@pytest.mark.parametrize(("size", "kind"), [(10**9, Passed), (10**9 + 1, Failed)])
def test_without_a_row_a_file_may_have_a_gigabyte(size, kind):
    assert isinstance(judge(1, 100, size, rows={}), kind)


def test_only_a_limit_that_is_not_live_is_a_caveat():
    default = "the limit is the default of 2025-06: Service Quotas has no row"
    counts = {(PER_JOB, HAIKU): 900.0, (PER_FILE, HAIKU): 900.0}
    size = {(SIZE, HAIKU): 1.0}
    assert judge(1, 100, rows={}).caveat == default
    assert judge(1, 100, rows=counts).caveat == default
    assert judge(1, 100, rows=size).caveat == default
    assert judge(1, 100, rows=counts | size).caveat == ""
    healthy = QUOTA_CHECKS[0](PROMISED, Judged(FakeAws(quotas=dict(QUOTAS)), 100, 1))
    assert healthy.caveat == ""


def test_a_model_without_a_name_has_no_row():
    """A row of no model, or of one called V1, is not about it."""
    promised = replace(PROMISED, model="new.model", model_arns=())
    quotas = {MINIMUM.format(name): 500.0 for name in ("", "V1", " V1")}
    for models in ({}, {"new.model": replace(FakeAws().models[MODEL], name="")}):
        world = FakeAws(models=models, quotas=quotas)
        found = QUOTA_CHECKS[0](promised, Judged(world, 100, 1))
        assert isinstance(found, Passed)
