"""The edges of retirement and of dated tables: the last day that is safe, how old a table is."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from bedrock_world import PROMISED as BEDROCK
from bedrock_world import FakeAws
from request_files import PROMISED

from preflight.catalog import source, yours
from preflight.checks import retirement
from preflight.checks.azure_api import api_version
from preflight.checks.bedrock_model import model_batch as bedrock_batch
from preflight.checks.vertex import model_batch as vertex_batch
from preflight.outcomes import Failed, Passed, Unknown

TODAY = date(2026, 9, 1)
CHECKS = {
    "openai": retirement.openai_retirement,
    "azure": retirement.azure_retirement,
    "vertex": retirement.vertex_retirement,
    "bedrock": retirement.bedrock_retirement,
}
MODELS = {name: PROMISED[name].model for name in CHECKS} | {"bedrock": BEDROCK.model}
FAILS_THROUGH = {"openai": 1, "azure": 1, "vertex": 4, "bedrock": 1}
"""Days from today on which a batch that is sent today may still run: hours of the window, up."""


class Legacy:
    """An AWS that calls the model LEGACY."""

    def __init__(self, lifecycle="LEGACY"):
        self.lifecycle = lifecycle

    def foundation_model(self, region, model):
        return replace(FakeAws().foundation_model(region, model), lifecycle=self.lifecycle)


@pytest.fixture
def ends(tmp_path):
    """The model ends on the day so many days from now."""

    def on(provider, days, read_on=""):
        day = TODAY + timedelta(days=days)
        path = tmp_path / "tables.toml"
        path.write_text(f'{read_on}\n{provider}.retires = {{ "{MODELS[provider]}" = {day} }}')
        yours.use(str(path))

    return on


def judged(provider, world=None):
    promised = BEDROCK if provider == "bedrock" else PROMISED[provider]
    return CHECKS[provider](promised, world or Legacy())


@pytest.mark.parametrize("provider", CHECKS)
def test_every_day_from_tomorrow_to_the_windows_end_fails_and_none_after(provider, ends):
    for days in range(1, FAILS_THROUGH[provider] + 1):
        ends(provider, days)
        assert isinstance(judged(provider), Failed)
    ends(provider, FAILS_THROUGH[provider] + 1)
    assert isinstance(judged(provider), Passed)


@pytest.mark.parametrize("provider", CHECKS)
def test_how_long_a_batch_may_take_is_said_in_hours(provider, ends):
    ends(provider, 1)
    hours = 96 if provider == "vertex" else 24
    assert f"a batch may take {hours} hours" in judged(provider).problem


@pytest.mark.parametrize("provider", CHECKS)
@pytest.mark.parametrize(("days", "soon"), [(59, True), (60, True), (61, False)])
def test_sixty_days_ahead_is_soon_and_one_more_is_not(provider, ends, days, soon):
    ends(provider, days)
    assert judged(provider).caveat == (f"it is shut down in {days} days" if soon else "")


@pytest.mark.parametrize(
    ("provider", "kind"),
    [("openai", Failed), ("azure", Unknown), ("vertex", Passed), ("bedrock", Passed)],
)
@pytest.mark.parametrize("days", [0, -1, -400])
def test_today_and_any_day_before_it_are_over(provider, kind, days, ends):
    ends(provider, days)
    answer = judged(provider)
    assert isinstance(answer, kind)
    assert "stays until" not in repr(answer)


@pytest.mark.parametrize("provider", ["vertex", "bedrock"])
@pytest.mark.parametrize("days", [-1, 30, 300])
def test_a_passed_day_by_an_old_table_says_how_old_the_table_is(provider, days, ends):
    ends(provider, days, "read_on = 2025-01-31")
    assert "days old" in judged(provider).caveat


@pytest.mark.parametrize("provider", CHECKS)
def test_no_end_by_an_old_table_says_how_old_the_table_is(provider, tmp_path):
    path = tmp_path / "tables.toml"
    for read_on, old in (("2026-08-31", False), ("2025-01-31", True)):
        row = f'{provider}.retires = {{ "{MODELS[provider]}" = false }}'
        path.write_text(f"read_on = {read_on}\n{row}")
        yours.use(str(path))
        passed = judged(provider)
        assert "no end is announced" in passed.detail
        assert ("days old" in passed.caveat) == old


@pytest.mark.parametrize("lifecycle", ["LEGACY", "", "EXTENDED"])
def test_only_an_active_model_of_bedrock_needs_no_table(lifecycle, ends):
    ends("bedrock", 1)
    assert isinstance(judged("bedrock", Legacy(lifecycle)), Failed)
    assert isinstance(judged("bedrock", Legacy("ACTIVE")), Passed)


def test_an_inference_profile_ends_with_its_model(ends):
    ends("bedrock", 1)
    profile = replace(BEDROCK, model=f"us.{BEDROCK.model}", model_arns=())
    assert isinstance(CHECKS["bedrock"](profile, Legacy()), Failed)


@pytest.mark.parametrize(
    ("check", "promised"),
    [
        (vertex_batch, PROMISED["vertex"]),
        (api_version, PROMISED["azure"]),
        (bedrock_batch, BEDROCK),
    ],
)
def test_a_pass_by_an_old_table_says_how_old_it_is(check, promised, monkeypatch):
    young = check(promised, None)
    assert isinstance(young, Passed)
    assert "days old" not in young.caveat
    monkeypatch.setattr(source, "today", lambda: date(2028, 1, 1))
    assert "days old" in check(promised, None).caveat


# --- azure-api-version ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("version", "kind"),
    [
        ("2024-06-30", Failed),
        ("2024-07-01", Failed),
        ("2024-07-01-preview", Passed),
        ("2024-10-21", Passed),
        ("2025-04-01-preview", Passed),
        ("2025-04-01", Unknown),
        ("2024-08-06", Failed),
        ("2024-1-1", Unknown),
        ("x2024-10-21", Unknown),
        ("2024-10-21-preview-2", Unknown),
        ("", Unknown),
    ],
)
def test_a_version_of_the_api_is_judged_by_the_list(version, kind):
    assert isinstance(api_version(replace(PROMISED["azure"], api_version=version), None), kind)


@pytest.mark.parametrize(
    ("version", "kind"),
    [("2024-10-01-preview", Failed), ("2024-10-21", Failed), ("2024-12-01-preview", Passed)],
)
def test_a_young_model_needs_a_version_that_is_later_than_the_last_without_it(version, kind):
    promised = replace(PROMISED["azure"], model="o3-mini", api_version=version)
    answer = api_version(promised, None)
    assert isinstance(answer, kind)
    if kind is Failed:
        assert "azureApiVersion 2025-04-01-preview" in answer.remedy


def test_a_models_own_version_is_told_from_one_of_the_api():
    failed = api_version(replace(PROMISED["azure"], api_version="2024-07-18"), None)
    assert failed.problem == "2024-07-18 is the version of a model, not of the API"
    assert failed.remedy == "pulumi config set azureApiVersion 2024-10-21; then pulumi up"
