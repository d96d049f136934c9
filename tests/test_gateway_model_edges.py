"""The edges of the list of models: which model is like another, and what stands for the list."""

import pytest
from test_gateway_edges import Asked, judged

from preflight.catalog import yours
from preflight.outcomes import Failed, Passed, Unknown
from preflight.seams import NOT_THE_GATEWAY, GatewayAnswer, ListedBatch


def listing(*models, status=200, code=""):
    return Asked(models=GatewayAnswer(status, code, models=models))


def lists(listed, promised, provider="openai", **more):
    return judged("gateway-model", listing(listed), provider, model=promised, **more)


@pytest.mark.parametrize(
    ("listed", "promised"),
    [
        ("openai-main/GPT-4o", "gpt-4o"),
        ("openai-main/gpt-4.1-mini", "gpt-4.1-mini"),
        ("openai-main/gpt4o", "gpt-4o"),
        ("openai-main/gpt_4o", "gpt-4o"),
        ("openai-main/gpt-4.1-2025-04-14", "gpt-4.1"),
        ("openai-main/gemini-2.0-flash", "gemini-2.0-flash-001"),
        ("openai-main/nova-pro", "amazon.nova-pro-v1:0"),
        ("openai-main/claude-sonnet-4", "eu.anthropic.claude-sonnet-4-20250514-v1:0"),
        ("openai-main/claude-sonnet-4-20250514", "anthropic.claude-sonnet-4-20250514-v1:0"),
        ("gpt-4o", "gpt-4o"),
        ("openai-main/team/gpt-4o", "gpt-4o"),
    ],
)
def test_a_model_is_found_under_another_spelling(listed, promised):
    assert lists(listed, promised).detail == f"the gateway lists {listed}"


@pytest.mark.parametrize(
    ("listed", "promised"),
    [
        ("openai-main/gpt-4.1", "gpt-4"),
        ("openai-main/gpt-4", "gpt-4.1"),
        ("openai-main/1", "gpt-4.1"),
        ("openai-main/claude-3-5-haiku", "claude-3-haiku"),
        ("openai-main/", "-"),
    ],
)
def test_a_model_of_another_version_is_another_model(listed, promised):
    assert isinstance(lists(listed, promised), Failed)


def test_azures_deployment_is_the_models_other_name_and_only_azures():
    azure = lists("azure-main/batch", "gpt-4o-mini", "azure", deployment="batch")
    assert isinstance(azure, Passed)
    by_model = lists("azure-main/gpt-4o-mini", "gpt-4o-mini", "azure", deployment="batch")
    assert isinstance(by_model, Passed)
    assert isinstance(lists("azure-main/other", "gpt-4o-mini", "azure"), Failed)


def test_the_model_of_another_account_proves_nothing():
    other = listing("other-main/gpt-4o-mini")
    assert isinstance(judged("gateway-model", other, "openai"), Unknown)
    both = listing("other-main/gpt-4o-mini", "openai-main/o3")
    assert isinstance(judged("gateway-model", both, "openai"), Failed)


@pytest.mark.parametrize(("count", "dots"), [(1, False), (5, False), (6, True)])
def test_the_first_five_listed_models_are_named_and_dots_stand_for_more(count, dots):
    every = [f"openai-main/m{number}" for number in range(count)]
    problem = judged("gateway-model", listing(*every), "openai").problem
    assert (", ... for provider account" in problem) == dots
    assert every[min(count, 5) - 1] in problem
    assert "openai-main/m5" not in problem


@pytest.mark.parametrize(
    ("status", "code", "needs"),
    [
        (404, "", "gateway.lists_models = false"),
        (405, "", "gateway.lists_models = false"),
        (200, NOT_THE_GATEWAY, "gateway.lists_models = false"),
        (403, "", "a key that may list models"),
        (401, "", "another try"),
        (500, "", "another try"),
        (201, "", "another try"),
    ],
)
def test_why_there_is_no_list_of_models_decides_what_is_needed(status, code, needs):
    world = listing("openai-main/gpt-4o-mini", status=status, code=code)
    world.listed = GatewayAnswer(200)
    unknown = judged("gateway-model", world)
    assert isinstance(unknown, Unknown)
    assert needs in unknown.needs


def unlisted(*batches):
    return Asked(GatewayAnswer(200, listed=batches), GatewayAnswer(404, "", "Cannot GET /models"))


@pytest.mark.parametrize(
    ("status", "model", "kind"),
    [
        ("completed", "gpt-4o-mini", Passed),
        ("Completed", "gpt-4o-mini-2024-07-18", Passed),
        ("in_progress", "gpt-4o-mini", Passed),
        ("finalizing", "gpt-4o-mini", Passed),
        ("PartiallyCompleted", "gpt-4o-mini", Passed),
        ("validating", "gpt-4o-mini", Unknown),
        ("failed", "gpt-4o-mini", Unknown),
        ("cancelled", "gpt-4o-mini", Unknown),
        ("expired", "gpt-4o-mini", Unknown),
        ("completed", "gpt-4o", Unknown),
        ("completed", "", Unknown),
    ],
)
def test_without_a_list_of_models_a_batch_of_it_that_went_through_is_as_good(status, model, kind):
    world = unlisted(ListedBatch("b0", "completed", "other"), ListedBatch("b1", status, model))
    answer = judged("gateway-model", world, "openai", model="gpt-4o-mini")
    assert isinstance(answer, kind)
    if kind is Passed:
        assert answer.detail.endswith(f"batch b1 of {model} went through: {status}")
        assert not answer.caveat


@pytest.mark.parametrize(("row", "kind"), [("false", Passed), ("true", Unknown)])
def test_that_there_is_no_list_of_models_may_be_said_once_in_the_users_own_tables(
    row, kind, tmp_path
):
    path = tmp_path / "tables.toml"
    path.write_text(f"gateway.lists_models = {row}")
    yours.use(str(path))
    answer = judged("gateway-model", unlisted(), "openai")
    assert isinstance(answer, kind)
    if kind is Passed:
        assert "your tables" in answer.detail
        assert "at the create" in answer.caveat
    there = judged("gateway-model", listing("openai-main/gpt-4.1"), "openai", model="gpt-4o-mini")
    assert isinstance(there, Failed)
