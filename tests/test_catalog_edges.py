"""The edges of the dated tables: versions of a model, and whose row comes first."""

from datetime import date

import pytest

from preflight.catalog import prices
from preflight.catalog.batchable import batchable
from preflight.catalog.bedrock_models import BatchModel, batch_models
from preflight.catalog.limits import limits, limits_source
from preflight.catalog.parameters import most_output, parameters, refused
from preflight.catalog.prices import Price, price
from preflight.catalog.queues import queues, usable, your_limit
from preflight.catalog.retirement import retirement, retirements
from preflight.catalog.source import Source
from preflight.catalog.versions import unversioned


@pytest.mark.parametrize(
    ("model", "plain"),
    [
        ("gpt-4o-2024-08-06", "gpt-4o"),
        ("gemini-2.0-flash-001", "gemini-2.0-flash"),
        ("gpt-4o", "gpt-4o"),
        ("gpt-4o-2024-08-06-x", "gpt-4o-2024-08-06-x"),
        ("m-1234", "m-1234"),
        ("m-12", "m-12"),
        ("m-2024-08", "m-2024-08"),
        ("text-embedding-ada-002", "text-embedding-ada"),
        ("", ""),
    ],
)
def test_a_date_or_three_digits_at_the_end_are_a_version(model, plain):
    assert unversioned(model) == plain


# --- which models take batches --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("model", "listed"),
    [
        ("gpt-4o", True),
        ("gpt-4o-2024-08-06", True),
        ("text-embedding-ada-002", True),
        ("gpt-4o-audio", False),
        ("gpt-4", True),
        ("gpt", False),
    ],
)
def test_a_model_is_listed_itself_or_as_a_version_of_one(model, listed):
    assert batchable("openai").lists(model) == listed


def test_an_own_row_of_refusals_alone_is_taken_and_cited_over_the_table(tables):
    tables('openai.refused = { "gpt-4o*" = "is too dear" }')
    table = batchable("openai")
    assert table.why_not("gpt-4o-mini") == "is too dear"
    assert table.why_not("whisper-1")
    assert not table.why_not("o3")
    assert table.lists("o3")
    assert " over OpenAI's" in str(table)
    assert "over" not in str(batchable("vertex"))


def test_an_own_list_of_models_alone_adds_to_the_table_and_wins_over_its_refusals(tables):
    tables('openai.takes = ["whisper-1"]')
    table = batchable("openai")
    assert table.lists("whisper-1")
    assert table.why_not("whisper-1") == ""
    assert table.why_not("whisper-2")
    assert table.lists("gpt-4o")


def test_an_own_model_of_bedrock_is_known_without_regions_and_leaves_the_others_as_they_are(tables):
    listed = "amazon.nova-lite-v1:0"
    before = batch_models().models[listed]
    tables(f'bedrock.takes = ["my.model-v1:0", "{listed}"]')
    after = batch_models().models
    assert after["my.model-v1:0"] == BatchModel()
    assert after[listed] == before
    assert before.regions
    assert before.profile_regions
    assert before.quota_name == "Nova Lite V1"


# --- limits, parameters ---------------------------------------------------------------------------


@pytest.mark.parametrize("row", ["max_requests", "max_bytes"])
def test_an_own_limit_stands_in_its_row_alone_and_only_it_cites_the_users_file(tables, row):
    other = {"max_requests": "max_bytes", "max_bytes": "max_requests"}[row]
    before = limits("azure")
    tables(f"azure.{row} = 7")
    assert getattr(limits("azure"), row) == 7
    assert getattr(limits("azure"), other) == getattr(before, other)
    assert "your tables" in str(limits_source("azure", row))
    assert "your tables" not in str(limits_source("azure", other))
    assert limits("openai").max_bytes == 200_000_000


def test_a_parameter_is_openais_the_familys_or_the_users_own(tables):
    assert "temperature" in parameters("openai").takes
    assert "top_k" not in parameters("openai").takes
    assert "top_k" in parameters("vertex").takes
    assert "over" not in str(parameters("vertex").source)
    tables('vertex.parameters = ["mine"]')
    assert {"mine", "top_k", "temperature"} <= parameters("vertex").takes
    assert " over OpenAI's API reference" in str(parameters("vertex").source)
    assert "mine" not in parameters("openai").takes


def test_what_a_model_refuses_is_of_every_pattern_that_is_like_it():
    names, where = refused("gpt-5")
    assert {"max_tokens", "temperature"} <= names
    assert "reasoning models" in str(where)
    assert refused("gpt-5.1")[0] == {"max_tokens"}
    assert not refused("gpt-4o")[0]


def test_a_versions_own_row_goes_before_its_models_and_the_users_before_both(tables):
    assert most_output("openai", "gpt-4o-2024-05-13")[0] == 4096
    assert most_output("openai", "gpt-4o-2024-08-06")[0] == 16384
    assert most_output("openai", "gpt-99") is None
    assert "pages on each model" in str(most_output("openai", "gpt-4o")[1])
    tables('openai.most_output = { "gpt-4o" = 5, "o3-2025-04-16" = 6 }')
    assert most_output("openai", "gpt-4o-2024-05-13")[0] == 5
    assert "your tables" in str(most_output("openai", "gpt-4o-2024-05-13")[1])
    assert most_output("openai", "o3-2025-04-16")[0] == 6
    assert most_output("openai", "o3")[0] == 100_000
    assert most_output("azure", "gpt-4o")[0] == 16384


# --- prices ---------------------------------------------------------------------------------------


def test_a_price_is_of_so_many_tokens_of_prompts_and_of_answers():
    found = price("openai", "gpt-4o")
    assert (found.input, found.output) == (1.25, 5.0)
    assert found.of(1_000_000, 0) == 1.25
    assert found.of(0, 1_000_000) == 5.0
    assert found.of(2_000_000, 1_000_000) == 7.5
    assert "batch prices" in str(found.source)


def test_a_version_costs_what_its_model_does_and_the_users_own_row_comes_first(tables):
    assert price("openai", "gpt-4o-2024-08-06") == price("openai", "gpt-4o")
    assert price("vertex", "gemini-2.5-flash-001") == price("vertex", "gemini-2.5-flash")
    tables('openai.prices = { "gpt-4o" = { input = 9, output = 8.5 } }')
    own = price("openai", "gpt-4o-2024-08-06")
    assert (own.input, own.output) == (9.0, 8.5)
    assert "your tables" in str(own.source)
    tables('openai.prices = { "gpt-4o-2024-08-06" = { input = 0, output = 0 } }')
    assert price("openai", "gpt-4o-2024-08-06").of(10**9, 10**9) == 0
    assert price("openai", "gpt-4o").input == 1.25


def test_a_versions_own_row_of_the_dated_prices_goes_before_its_models(monkeypatch):
    costs = {"gpt-4o": 1.25, "gpt-4o-2024-05-13": 2.5}
    table = {model: Price(cost, 5.0, Source("a page")) for model, cost in costs.items()}
    monkeypatch.setattr(prices, "_shipped", lambda: {"openai": table})
    assert price("openai", "gpt-4o-2024-05-13").input == 2.5
    assert price("openai", "gpt-4o-2024-08-06").input == 1.25


@pytest.mark.parametrize(
    ("provider", "model"), [("openai", "gpt-99"), ("azure", "gpt-4o"), ("bedrock", "gpt-4o")]
)
def test_a_price_that_nobody_read_is_not_guessed(provider, model):
    assert price(provider, model) is None


# --- queues, retirement ---------------------------------------------------------------------------


def test_the_least_queue_is_the_models_own_or_the_lowest_of_all():
    assert queues().least("gpt-4o-mini") == 2_000_000
    assert queues().least("gpt-4o-mini-2024-07-18") == 2_000_000
    assert queues().least("gpt-4") == 100_000
    assert queues().least("gpt-99") == 90_000
    assert (queues().requests, queues().creates_an_hour) == (1_000_000, 2_000)


@pytest.mark.parametrize(("queue", "filled"), [(0, 1), (1, 1), (9, 9), (10, 9), (1000, 900)])
def test_a_queue_is_filled_but_for_a_tenth_and_never_with_nothing(queue, filled):
    assert usable(queue) == filled


def test_an_own_queue_of_a_version_goes_before_its_models(tables):
    assert your_limit("queue_tokens", "gpt-4o") is None
    tables('openai.queue_tokens = { "gpt-4o" = 5, "gpt-4o-2024-08-06" = 6 }')
    assert your_limit("queue_tokens", "gpt-4o") == 5
    assert your_limit("queue_tokens", "gpt-4o-2024-08-06") == 6
    assert your_limit("queue_tokens", "gpt-4o-2024-05-13") == 5
    assert your_limit("queue_requests", "gpt-4o") is None


def test_an_own_day_goes_before_the_tables_and_a_versions_before_its_models(tables):
    shipped = retirement("openai", "gpt-4o-2024-05-13")
    assert shipped.day == date(2026, 10, 23)
    assert shipped.source == retirements("openai")
    tables('openai.retires = { "gpt-4o" = false, "gpt-4o-2024-08-06" = 2030-01-31 }')
    assert retirement("openai", "gpt-4o-2024-05-13").day is None
    assert retirement("openai", "gpt-4o-2024-08-06").day == date(2030, 1, 31)
    assert "your tables" in str(retirement("openai", "gpt-4o").source)
    assert retirement("azure", "gpt-99") is None


def test_a_model_whose_quota_was_not_read_has_no_name_for_it():
    rows = batch_models().models
    assert not rows["mistral.devstral-2-123b"].quota_name
    assert not rows["mistral.devstral-2-123b"].regions
