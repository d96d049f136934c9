"""The edges of a dated table's age: when it is old, and how that is said."""

import time
from datetime import UTC, datetime

import pytest

from preflight.catalog import source
from preflight.catalog.source import Source, caveats
from preflight.catalog.source import today as real_today


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
