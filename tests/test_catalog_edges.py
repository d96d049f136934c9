"""The edges of the dated tables: versions of a model, whose row comes first, what a row may be."""

import time
from datetime import UTC, date, datetime

import pytest

from preflight.catalog import source, yours
from preflight.catalog.batchable import batchable, unversioned
from preflight.catalog.bedrock_models import BatchModel, batch_models
from preflight.catalog.limits import limits, limits_source
from preflight.catalog.parameters import most_output, parameters, refused
from preflight.catalog.prices import price
from preflight.catalog.queues import queues, your_limit
from preflight.catalog.retirement import retirement, retirements
from preflight.catalog.source import Source, caveats
from preflight.catalog.source import today as real_today
from preflight.seams import UsageError


@pytest.fixture
def tables(tmp_path):
    """Put rows of the user's own in force."""

    def rule(text):
        path = tmp_path / "tables.toml"
        path.write_text(text)
        yours.use(str(path))

    return rule


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
    assert not table.why_not("whisper-1")
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


# --- how old a table is ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("read_on", "days", "said"),
    [
        ("2026-09-01", 0, "this month"),
        ("2026-08-03", 29, "this month"),
        ("2026-08-02", 30, "1 month ago"),
        ("2026-07-03", 60, "2 months ago"),
        ("2026-09", 0, "this month"),
        ("2026-08", 31, "1 month ago"),
        ("2027-01", 0, "this month"),
    ],
)
def test_an_age_is_said_in_months_of_thirty_days(read_on, days, said):
    page = Source("a page", read_on)
    assert page.days == days
    assert str(page) == f"a page, read {read_on}, {said}"


@pytest.mark.parametrize(("read_on", "old"), [("2026-03-05", False), ("2026-03-04", True)])
def test_a_table_is_old_after_180_days(read_on, old):
    assert bool(Source("a page", read_on).warning) == old
    assert source.OLD_AFTER_DAYS == 180


def test_a_page_without_a_day_is_cited_alone():
    assert str(Source("a page")) == "a page"


def test_a_young_table_or_one_without_a_day_warns_of_nothing():
    for page in (Source("a page"), Source("a page", "2026-09")):
        assert page.warning == ""


@pytest.mark.parametrize("zone", ["Etc/GMT+12", "Etc/GMT-14"])
def test_the_day_is_that_of_utc_wherever_it_is_asked(monkeypatch, zone):
    # Of these two zones one has another day than UTC at any moment.
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        before, day = datetime.now(UTC).date(), real_today()
        assert before <= day <= datetime.now(UTC).date()
    finally:
        monkeypatch.delenv("TZ")
        time.tzset()


def test_caveats_are_joined_and_empty_ones_left_out():
    assert caveats("a", "", "b") == "a; b"
    assert not caveats("", "")


# --- the user's own file --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "row",
    [
        "openai.max_requests = 1",
        "gateway.max_open_batches = 0",
        "gateway.counts_tokens = false",
        "gateway.counts_tokens = true",
        "openai.takes = []",
        'openai.refused = { a = "b" }',
        "openai.retires = { m = 2026-01-31 }",
        "openai.retires = { m = false }",
        "openai.most_output = { m = 1 }",
        "openai.queue_requests = { m = 1 }",
        "azure.prices = { m = { input = 0, output = 1.5 } }",
        "read_on = 2026-01-31",
        "",
    ],
)
def test_a_row_at_the_edge_of_its_kind_is_taken(tables, row):
    tables(row)
    assert yours.yours().file.endswith("tables.toml")


@pytest.mark.parametrize(
    "row",
    [
        "openai.max_requests = 0",
        "openai.max_requests = 1.5",
        'openai.max_requests = "1"',
        "gateway.max_open_batches = true",
        "gateway.counts_tokens = 0",
        "openai.takes = [1]",
        'openai.takes = [""]',
        "openai.refused = []",
        "openai.refused = { a = 1 }",
        "openai.retires = { m = true }",
        "openai.retires = []",
        "openai.most_output = { m = true }",
        "openai.most_output = { m = 0 }",
        "azure.queue_requests = { m = 1 }",
        "azure.prices = { m = { input = 1 } }",
        "azure.prices = { m = { input = 1, output = 1, more = 1 } }",
        "azure.prices = { m = { input = -0.1, output = 1 } }",
        "azure.prices = { m = { input = inf, output = 1 } }",
        "azure.prices = { m = { input = nan, output = 1 } }",
        "azure.prices = { m = { input = true, output = 1 } }",
        'azure.prices = { m = { input = "1", output = 1 } }',
        "azure.prices = { m = 1 }",
        "read_on = 2026-01-31T00:00:00",
        'read_on = "2026-01-31"',
        "xyzzy.row = 1",
        "openai.xyzzy = 1",
    ],
)
def test_a_row_that_is_not_of_its_kind_is_refused(tables, row):
    with pytest.raises(UsageError):
        tables(row)


def test_a_file_that_was_refused_leaves_the_one_in_force(tables, tmp_path):
    tables("openai.max_requests = 7")
    with pytest.raises(UsageError):
        yours.use(str(tmp_path / "none.toml"))
    assert limits("openai").max_requests == 7
    yours.use("")
    assert limits("openai").max_requests == 50_000


def test_a_name_that_is_like_none_is_answered_with_all_there_are(tables):
    with pytest.raises(UsageError) as caught:
        tables("gateway.xyzzy = 1")
    assert "it knows max_bytes, max_open_batches, counts_tokens" in str(caught.value)


def test_a_file_that_is_not_there_is_told_from_one_that_is_no_text(tmp_path):
    with pytest.raises(UsageError, match=r"cannot be read \(No such file"):
        yours.use(str(tmp_path / "none.toml"))


def test_the_day_of_reading_is_a_row_that_is_known(tables):
    with pytest.raises(UsageError) as caught:
        tables("red_on = 2026-01-31")
    assert "did you mean read_on?" in str(caught.value)


def test_a_model_whose_quota_was_not_read_has_no_name_for_it():
    rows = batch_models().models
    assert not rows["mistral.devstral-2-123b"].quota_name
    assert not rows["mistral.devstral-2-123b"].regions
