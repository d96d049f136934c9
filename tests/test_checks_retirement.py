"""Models that end: before the batch was sent, while it may run, and later."""

from dataclasses import dataclass, replace
from datetime import date, timedelta

import pytest
from bedrock_world import PROMISED as BEDROCK
from bedrock_world import FakeAws
from request_files import PROMISED

from preflight.catalog import source, yours
from preflight.catalog.retirement import retirement
from preflight.checks import retirement as checks
from preflight.outcomes import Failed, Passed, Unknown

TODAY = date(2026, 9, 1)
IDS = {
    "openai": "openai-model-retirement",
    "azure": "azure-model-retirement",
    "vertex": "vertex-model-retirement",
    "bedrock": "bedrock-model-retirement",
}
CHECKS = {
    "openai": checks.openai_retirement,
    "azure": checks.azure_retirement,
    "vertex": checks.vertex_retirement,
    "bedrock": checks.bedrock_retirement,
}
WINDOW_DAYS = {"openai": 1, "azure": 1, "vertex": 4, "bedrock": 1}
MODELS = {name: PROMISED[name].model for name in CHECKS} | {"bedrock": BEDROCK.model}


@dataclass
class Legacy:
    """An AWS that calls every model LEGACY, or does not offer it; an Azure that names no day."""

    offered: bool = True

    def foundation_model(self, region, model):
        found = FakeAws().foundation_model(region, model)
        return replace(found, lifecycle="LEGACY") if self.offered else None

    def offers(self, promised):
        return ()

    def deployment(self, promised):
        return None


def judged(provider, world=None):
    promised = BEDROCK if provider == "bedrock" else PROMISED[provider]
    return CHECKS[provider](promised, world or Legacy())


@pytest.fixture
def ends(tmp_path):
    """The model ends on that day, or (False) on none that is announced."""

    def on(provider, day):
        path = tmp_path / "tables.toml"
        said = "false" if day is False else day.isoformat()
        path.write_text(f'{provider}.retires = {{ "{MODELS[provider]}" = {said} }}')
        yours.use(str(path))

    return on


@pytest.mark.parametrize("provider", CHECKS)
def test_a_model_that_ends_while_a_batch_may_run_fails(provider, ends):
    ends(provider, TODAY + timedelta(days=WINDOW_DAYS[provider]))
    failed = judged(provider)
    assert isinstance(failed, Failed)
    assert CHECKS[provider].id == IDS[provider]
    assert "by your tables" not in failed.remedy
    assert "your tables" in failed.problem
    assert f"{provider}Models" in failed.remedy


@pytest.mark.parametrize("provider", CHECKS)
def test_a_model_that_ends_later_passes_and_one_that_ends_soon_is_said_to(provider, ends):
    ends(provider, TODAY + timedelta(days=WINDOW_DAYS[provider] + 1))
    soon = judged(provider)
    assert isinstance(soon, Passed)
    assert "is shut down in" in soon.caveat
    ends(provider, TODAY + timedelta(days=61))
    assert not judged(provider).caveat


@pytest.mark.parametrize("provider", CHECKS)
def test_a_model_whose_end_nobody_announced_passes(provider, ends):
    ends(provider, False)
    assert "no end is announced" in judged(provider).detail


@pytest.mark.parametrize(
    ("provider", "kind", "words"),
    [
        ("openai", Failed, "was shut down"),
        ("azure", Unknown, "az cognitiveservices model list"),
        ("vertex", Passed, "vertex-model says"),
        ("bedrock", Passed, "still offers it, as LEGACY"),
    ],
)
def test_a_day_that_has_passed_is_left_to_a_live_look_where_there_is_one(
    provider, kind, words, ends
):
    ends(provider, TODAY)
    answer = judged(provider)
    assert isinstance(answer, kind)
    said = {Failed: "problem", Unknown: "needs", Passed: "caveat"}[kind]
    assert words in getattr(answer, said)


@pytest.mark.parametrize("provider", CHECKS)
def test_a_model_that_no_table_lists_is_unknown_and_the_row_to_add_is_named(provider, monkeypatch):
    monkeypatch.setattr(checks, "retirement", lambda *_: None)
    unknown = judged(provider)
    assert isinstance(unknown, Unknown)
    assert f"{provider}.retires" in unknown.needs
    assert "read 20" in unknown.reason


def test_bedrock_is_asked_first_and_an_active_model_needs_no_table(ends):
    ends("bedrock", TODAY)
    passed = judged("bedrock", FakeAws())
    assert isinstance(passed, Passed)
    assert "ACTIVE" in passed.detail
    assert not passed.caveat
    assert isinstance(judged("bedrock", Legacy(offered=False)), Unknown)


def test_a_version_goes_by_its_own_row_else_by_the_models():
    assert retirement("openai", "gpt-4o-2024-05-13").day == date(2026, 10, 23)
    assert retirement("openai", "gpt-4o-2024-11-20").day == date(2027, 1, 14)
    assert retirement("openai", "gpt-99") is None
    assert retirement("openai", "text-embedding-3-small").day is None


@pytest.mark.parametrize("provider", CHECKS)
def test_every_day_of_the_tables_is_a_day_and_old_tables_are_warned_about(provider, monkeypatch):
    found = retirement(provider, MODELS[provider]) or retirement(
        provider, "anthropic.claude-3-5-haiku-20241022-v1:0"
    )
    assert isinstance(found.day, date)
    monkeypatch.setattr(source, "today", lambda: date(2030, 1, 1))
    assert "days old" in found.source.warning
