"""A file above one job's quotas, divided: what fits, what is left over, what no division helps."""

import pytest
from bedrock_world import PROMISED, FakeAws

from preflight.checks.bedrock import QUOTA_CHECKS, Judged
from preflight.outcomes import Failed, Passed

GIGABYTE = 10**9
NAMES = {
    "least": "Minimum number of records per batch inference job for Claude 3.5 Haiku",
    "most": "Records per batch inference job for Claude 3.5 Haiku",
    "size": "Batch inference input file size (in GB) for Claude 3.5 Haiku",
}
QUOTAS = {"least": 100.0, "most": 500.0, "size": 1.0}


def divided(requests, size=1000, longest=(10, 1), **quotas):
    rows = {NAMES[name]: value for name, value in (QUOTAS | quotas).items() if value is not None}
    world = FakeAws(quotas=rows)
    return QUOTA_CHECKS[1](PROMISED, Judged(world, requests, size, longest, split=True))


@pytest.mark.parametrize(
    ("requests", "size", "said"),
    [
        (500, 1000, "in one job"),
        (501, 1000, "sent as 2 shards"),
        (1000, 1000, "sent as 2 shards"),
        (1001, 1000, "sent as 3 shards"),
        (500, GIGABYTE, "in one job"),
        (500, GIGABYTE + 1, "sent as 2 shards"),
        (500, 2 * GIGABYTE + 1, "sent as 3 shards"),
        (1500, GIGABYTE + 1, "sent as 3 shards"),
    ],
)
def test_there_are_as_many_shards_as_requests_or_bytes_need(requests, size, said):
    found = divided(requests, size)
    assert isinstance(found, Passed)
    assert f" bytes, {said} of at most 500 (Service Quotas) in 1,000,000,000 (" in found.detail


def test_what_is_too_much_for_one_job_and_too_little_for_two_fails():
    found = divided(501, least=300.0)
    assert isinstance(found, Failed)
    assert "501 requests, too many for 1 jobs and too few for 2 of at least 300" in found.problem
    assert found.remedy == "add 99 requests, or take some out"
    assert isinstance(divided(599, least=300.0), Failed)
    assert isinstance(divided(600, least=300.0), Passed)


def test_what_is_too_little_for_one_job_is_another_checks_matter():
    assert isinstance(divided(50), Passed)


@pytest.mark.parametrize(("longest", "kind"), [(GIGABYTE - 1, Passed), (GIGABYTE, Failed)])
def test_a_line_must_fit_into_a_file_with_its_end(longest, kind):
    assert isinstance(divided(500, GIGABYTE, (longest, 7)), kind)


def test_the_line_that_is_too_long_is_named():
    found = divided(500, 3 * GIGABYTE, (GIGABYTE * 2, 7))
    assert "line 7 alone has 2,000,000,000 bytes, but a file may have 1,000" in found.problem
    assert found.lines == (7,)


def test_a_quota_of_nothing_is_no_quota_to_divide_by():
    found = divided(500, most=0.0)
    assert isinstance(found, Failed)
    assert "no request at all (Service Quotas)" in found.problem
    assert isinstance(divided(2, most=1.0, least=1.0), Passed)


def test_a_limit_that_is_not_live_is_a_caveat_of_a_divided_file_too():
    assert "the default of 2025-06" in divided(500, most=None).caveat
    assert divided(500).caveat == ""


def test_a_file_that_nobody_measured_has_no_longest_line():
    world = FakeAws()
    assert isinstance(QUOTA_CHECKS[1](PROMISED, Judged(world, 500, 10, split=True)), Passed)
    above = QUOTA_CHECKS[1](PROMISED, Judged(world, 50_001, 10))
    assert isinstance(above, Failed)
