"""The numbers of the table of limits, as the providers' pages give them."""

import pytest

from preflight import limits

ROWS = [
    ("openai", 1, 50_000, 200_000_000, 24),
    ("azure", 1, 100_000, 200_000_000, 24),
    ("vertex", 1, 200_000, 1_000_000_000, 24),
    ("bedrock", 100, 50_000, 1_000_000_000, 24),
]


@pytest.mark.parametrize(("provider", "least", "most", "size", "hours"), ROWS)
def test_a_job_of_each_provider_holds_what_its_page_says(provider, least, most, size, hours):
    row = limits.LIMITS[provider]
    assert (row.min_requests, row.max_requests, row.max_bytes) == (least, most, size)
    assert row.window_hours == hours


def test_the_table_has_these_providers_and_no_others():
    assert set(limits.LIMITS) == {row[0] for row in ROWS}


def test_the_other_numbers_are_those_of_their_pages():
    assert limits.GATEWAY_WARN_BYTES == 50_000_000
    assert limits.BEDROCK_OPEN_JOBS == 20
    assert limits.AZURE_BATCH_SKUS == ("GlobalBatch", "DataZoneBatch")
    assert limits.AZURE_ACCOUNT_KINDS == ("OpenAI", "AIServices")


@pytest.mark.parametrize(
    ("provider", "hours"), [("openai", 24), ("azure", 24), ("vertex", 96), ("bedrock", 24)]
)
def test_a_job_lasts_its_window_and_at_vertex_ai_it_waits_three_days_before(provider, hours):
    assert limits.longest_hours(provider) == hours


def test_an_azure_account_keeps_five_hundred_files_and_ten_thousand_that_expire():
    assert (limits.AZURE_KEPT_FILES, limits.AZURE_EXPIRING_FILES) == (500, 10_000)
