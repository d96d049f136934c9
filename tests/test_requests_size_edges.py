"""The edges of a request file's size: exactly at a limit, and how numbers and lines are worded."""

import dataclasses

import pytest
from request_files import PROMISED
from requests_world import healthy, judged

from preflight.checks.requests import checks_for
from preflight.checks.requests_wording import counted, first, lines, mb
from preflight.contract import PROVIDERS
from preflight.limits import LIMITS, MB
from preflight.outcomes import Failed, Passed, Unknown
from preflight.requests.fault import Fault
from preflight.requests.tally import Seen

__all__ = ["healthy"]


@pytest.mark.parametrize("provider", PROVIDERS)
def test_as_many_requests_as_a_job_takes_pass_and_one_more_does_not(healthy, provider):
    found, most = healthy[provider], LIMITS[provider].max_requests
    fits = judged("requests-count", provider, dataclasses.replace(found, requests=most))
    assert isinstance(fits, Passed)
    over = judged("requests-count", provider, dataclasses.replace(found, requests=most + 1))
    assert isinstance(over, Unknown if provider == "bedrock" else Failed)
    least = LIMITS[provider].min_requests
    fits = judged("requests-count", provider, dataclasses.replace(found, requests=least))
    assert isinstance(fits, Passed)


def test_a_number_by_an_old_table_says_how_old(healthy):
    answer = judged("requests-count", "bedrock", healthy["bedrock"])
    assert "that table is" in answer.caveat
    size = judged("requests-size", "bedrock", healthy["bedrock"])
    assert "that table is" in size.caveat


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_file_of_exactly_the_providers_most_bytes_is_not_refused(healthy, provider):
    most = LIMITS[provider].max_bytes
    at = dataclasses.replace(healthy[provider], bytes=most)
    assert isinstance(judged("requests-size", provider, at), Passed)
    over = dataclasses.replace(healthy[provider], bytes=most + 1)
    assert isinstance(judged("requests-size", provider, over), Failed)


def test_the_gateways_own_cap_decides_where_the_users_tables_name_it(healthy, tables):
    at = dataclasses.replace(healthy["openai"], bytes=60 * MB)
    assert "names 50 MB" not in judged("requests-size", "openai", at).detail
    assert "50 MB" in judged("requests-size", "openai", at).caveat
    tables(f"gateway.max_bytes = {60 * MB}")
    fits = judged("requests-size", "openai", at)
    assert isinstance(fits, Passed)
    assert ", 60.0 MB at the gateway (by your tables" in fits.detail
    assert not fits.caveat
    over = judged("requests-size", "openai", dataclasses.replace(at, bytes=60 * MB + 1))
    assert isinstance(over, Failed)
    assert over.remedy.startswith(f"split -C {60 * MB} ")


def as_shards(check_id, provider, found):
    [check] = [one for one in checks_for(provider, split=True) if one.id == check_id]
    return check(PROMISED[provider], found)


def test_shards_of_so_many_requests_by_an_old_table_say_how_old(healthy):
    over = dataclasses.replace(healthy["bedrock"], requests=100_000_000)
    assert "that table is" in as_shards("requests-count", "bedrock", over).caveat
    over = dataclasses.replace(healthy["openai"], requests=100_000_000)
    assert as_shards("requests-count", "openai", over).caveat == ""


@pytest.mark.parametrize(
    ("cap", "most"),
    [(199, "199.0 MB (your tables"), (200, "200.0 MB (OpenAI's"), (201, "200.0 MB")],
)
def test_shards_are_cut_for_the_smaller_of_the_gateways_cap_and_the_providers(
    healthy, tables, cap, most
):
    tables(f"gateway.max_bytes = {cap * MB}")
    over = dataclasses.replace(healthy["openai"], bytes=250 * MB)
    answer = as_shards("requests-size", "openai", over)
    assert f"sent as 2 shards of at most {most}" in answer.detail
    assert not answer.caveat


@pytest.mark.parametrize(("most", "doubted"), [(50 * MB, False), (50 * MB + 1, True)])
def test_shards_of_50_mb_are_not_doubted_yet(healthy, tables, most, doubted):
    tables(f"openai.max_bytes = {most}")
    over = dataclasses.replace(healthy["openai"], bytes=250 * MB)
    answer = as_shards("requests-size", "openai", over)
    assert "sent as " in answer.detail
    assert ("50 MB as the largest upload" in answer.caveat) == doubted


def test_a_file_of_50_mb_is_not_doubted_yet(healthy):
    at = dataclasses.replace(healthy["openai"], bytes=50 * MB)
    passed = judged("requests-size", "openai", at)
    assert not passed.caveat
    assert "at the gateway" not in passed.detail
    assert judged("requests-size", "openai", dataclasses.replace(at, bytes=50 * MB + 1)).caveat


@pytest.mark.parametrize(
    ("size", "said"),
    [
        (0, "0 bytes"),
        (99_999, "99,999 bytes"),
        (100_000, "0.1 MB"),
        (1_500_000, "1.5 MB"),
        (1_000_000_000, "1,000.0 MB"),
    ],
)
def test_a_size_is_said_in_the_unit_of_the_providers_pages(size, said):
    assert mb(size) == said


def test_one_request_is_not_called_requests():
    assert [counted(number) for number in (0, 1, 2, 4000)] == [
        "0 requests",
        "1 request",
        "2 requests",
        "4,000 requests",
    ]


@pytest.mark.parametrize(
    ("seen", "said"),
    [
        (Seen(1, (3,)), "line 3"),
        (Seen(2, (3, 4)), "2 lines (3, 4)"),
        (Seen(4000, (1, 2, 3, 4, 5)), "4,000 lines (1, 2, 3, 4, 5, ...)"),
    ],
)
def test_lines_are_named_and_dots_stand_for_those_that_are_not(seen, said):
    assert lines(seen) == said


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (1, "line 1: is odd"),
        (2, "line 1: is odd (and 1 more: line 2)"),
        (5, "line 1: is odd (and 4 more: lines 2, 3, 4, 5)"),
        (6, "line 1: is odd (and 5 more: lines 2, 3, 4, 5, ...)"),
    ],
)
def test_the_first_fault_is_said_in_words_and_others_by_line(count, said):
    faults = tuple(Fault("stream", number, 0, "is odd") for number in range(1, count + 1))
    assert first(faults, count) == said


@pytest.mark.parametrize(
    ("at", "said"),
    [
        ([7, 7, 7], "line 7: is odd (and 2 more: line 7)"),
        ([7, 8, 8], "line 7: is odd (and 2 more: line 8)"),
        ([7, 8, 8, 8, 8], "line 7: is odd (and 4 more: line 8)"),
        ([7, 8, 8, 8, 8, 9], "line 7: is odd (and 5 more: lines 8, ...)"),
    ],
)
def test_a_line_with_several_faults_is_named_once(at, said):
    assert first(tuple(Fault("repeated_key", line, 0, "is odd") for line in at), len(at)) == said
