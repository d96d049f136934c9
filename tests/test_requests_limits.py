"""A file above one job's limits: divided by a run, and refused where it is to be one job."""

import dataclasses

import pytest
from azure_subscription import PROMISED as AZURE
from azure_subscription import FakeAzure
from bedrock_world import PROMISED as BEDROCK
from bedrock_world import FakeAws
from request_files import PROMISED, good_lines, write
from test_checks_azure_queue import listed, opened
from test_openai_edges import Listing, open_batch

from preflight.checks import openai
from preflight.checks.azure_queue import Queued, Sized, capacity, open_batches
from preflight.checks.bedrock_quota import Judged, quota_maximum
from preflight.checks.requests import checks_for
from preflight.contract import PROVIDERS, OpenAI
from preflight.limits import GB, LIMITS, MB
from preflight.outcomes import Failed, Passed, Unknown
from preflight.requests.scan import scan


@pytest.fixture
def file(tmp_path):
    """A good file, with other numbers."""

    def made(provider, **numbers):
        found = scan(write(tmp_path / "requests.jsonl", good_lines(3, provider)))
        return dataclasses.replace(found, **numbers)

    return made


def asked(check_id, provider, found, *, split=True):
    [check] = [one for one in checks_for(provider, split=split) if one.id == check_id]
    return check(PROMISED[provider], found)


@pytest.mark.parametrize("provider", PROVIDERS)
def test_too_many_requests_are_sent_as_shards_and_with_no_split_refused(file, provider):
    most = LIMITS[provider].max_requests
    over = file(provider, requests=2 * most + 1)
    answer = asked("requests-count", provider, over)
    assert isinstance(answer, Passed)
    assert f"sent as 3 shards of at most {most:,} requests ({LIMITS[provider].source}" in (
        answer.detail
    )
    strict = asked("requests-count", provider, over, split=False)
    assert isinstance(strict, Unknown if provider == "bedrock" else Failed)


@pytest.mark.parametrize("provider", PROVIDERS)
def test_within_the_limit_both_say_the_same(file, provider):
    fits = file(provider, requests=LIMITS[provider].max_requests, bytes=LIMITS[provider].max_bytes)
    for check_id in ("requests-count", "requests-size"):
        whole = asked(check_id, provider, fits, split=False)
        assert isinstance(whole, Passed)
        assert asked(check_id, provider, fits) == whole


def test_no_request_at_all_is_a_failure_either_way(file):
    assert isinstance(asked("requests-count", "openai", file("openai", requests=0)), Failed)


@pytest.mark.parametrize("provider", PROVIDERS)
def test_too_many_bytes_are_sent_as_shards_and_with_no_split_refused(file, provider):
    most = LIMITS[provider].max_bytes
    over = file(provider, bytes=most + 1, longest_line=(most - 1, 2))
    answer = asked("requests-size", provider, over)
    assert isinstance(answer, Passed)
    assert f"sent as 2 shards of at most {most / MB:,.1f} MB" in answer.detail
    assert "50 MB" in answer.caveat
    assert isinstance(asked("requests-size", provider, over, split=False), Failed)


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_line_above_the_limit_cannot_be_divided(file, provider):
    most = LIMITS[provider].max_bytes
    answer = asked("requests-size", provider, file(provider, longest_line=(most, 7)))
    assert isinstance(answer, Failed)
    assert answer.problem.startswith("line 7 alone has ")
    assert answer.lines == (7,)


def test_the_gateways_own_cap_is_what_shards_are_cut_for(file, tables):
    tables("gateway.max_bytes = 60000000\n")
    answer = asked("requests-size", "openai", file("openai", bytes=130 * MB))
    assert "sent as 3 shards of at most 60.0 MB (your tables" in answer.detail
    assert not answer.caveat
    line = asked("requests-size", "openai", file("openai", longest_line=(60 * MB, 1)))
    assert isinstance(line, Failed)
    assert "60.0 MB (your tables" in line.problem


def bedrock(requests, size, longest=(10, 1), *, split=True):
    return quota_maximum(BEDROCK, Judged(FakeAws(), requests, size, longest, split=split))


def test_bedrocks_quotas_divide_a_file_and_with_no_split_refuse_it():
    answer = bedrock(200_001, 1000)
    assert isinstance(answer, Passed)
    assert "sent as " in answer.detail
    assert isinstance(bedrock(200_001, 1000, split=False), Failed)
    assert "in one job of at most" in bedrock(1000, 1000).detail


def test_a_line_above_bedrocks_file_cannot_be_divided():
    answer = bedrock(1000, 10 * GB, (5 * GB, 3))
    assert isinstance(answer, Failed)
    assert answer.problem.startswith("line 3 alone")
    assert answer.lines == (3,)
    assert isinstance(bedrock(1000, 10 * GB), Passed)


def test_requests_that_no_number_of_bedrock_jobs_takes_are_too_few_and_too_many():
    answer = bedrock(150, 10 * GB)
    assert isinstance(answer, Failed)
    assert "too many for" in answer.problem


def test_azures_queue_is_filled_in_waves_and_with_no_split_overfilled():
    answer = capacity(AZURE, Sized(FakeAzure(), 100_000, split=True))
    assert isinstance(answer, Passed)
    assert answer.detail.endswith("sent in 3 waves of at most 45,000 tokens")
    assert "estimated" in answer.caveat
    assert isinstance(capacity(AZURE, Sized(FakeAzure(), 100_000)), Failed)
    assert not capacity(AZURE, Sized(FakeAzure(), 45_000, split=True)).caveat


def test_a_first_wave_needs_room_beside_azures_open_batches():
    def judge(requests, *, split):
        world = Queued(FakeAzure(), listed(opened(requests)), 100_000, 100_000, split=split)
        return open_batches(AZURE, world)

    assert isinstance(judge(5_000, split=True), Passed)
    assert isinstance(judge(5_001, split=True), Unknown)
    assert isinstance(judge(5_000, split=False), Unknown)


def openai_queue(tokens, *batches, requests=1000, split=True):
    [check] = [one for one in openai.SIZED_CHECKS if one.id == "openai-queue"]
    world = openai.Queued(Listing(*batches), tokens, requests, split=split)
    return check(OpenAI("openai-main", "gpt-4o-mini"), world)


def test_openais_queue_is_filled_in_waves_and_with_no_split_overfilled(tables):
    tables('openai.queue_tokens = { "gpt-4o-mini" = 1000 }\n')
    answer = openai_queue(2000)
    assert isinstance(answer, Passed)
    assert answer.detail.endswith("sent in 3 waves of at most 900 tokens")
    assert isinstance(openai_queue(2000, split=False), Failed)
    assert "waves" not in openai_queue(900).detail


def test_a_first_wave_needs_room_beside_openais_open_batches(tables):
    tables('openai.queue_tokens = { "gpt-4o-mini" = 1000 }\n')
    answer = openai_queue(2000, open_batch("gpt-4o-mini", 50))
    assert isinstance(answer, Passed)
    assert answer.detail.endswith("sent in 3 waves of at most 900 tokens")
    assert answer.caveat == "tokens are estimated; where the queue is full, a run waits"
    assert isinstance(openai_queue(2000, open_batch("gpt-4o-mini", 51)), Unknown)


def test_openais_queue_of_requests_is_filled_in_waves(tables):
    tables('openai.queue_requests = { "gpt-4o-mini" = 400 }\n')
    assert isinstance(openai_queue(10), Passed)
    assert isinstance(openai_queue(10, split=False), Failed)
    assert isinstance(openai_queue(10, open_batch("gpt-4o-mini", 1)), Failed)


def test_a_queue_whose_limit_nobody_knows_is_not_divided_for():
    assert isinstance(openai_queue(10**9), Unknown)
