"""Money and time before anything is sent: by the table, dated, and never a guess."""

from dataclasses import replace

import pytest
from request_files import good_lines, line, request, write

from preflight.batch import estimate
from preflight.batch.dividing import divide
from preflight.batch.shards import ShardLimits, whole
from preflight.catalog import yours
from preflight.contract import PROVIDERS
from preflight.requests.scan import scan

SHARDS = (whole(10, 5000, 1_000_000), replace(whole(30, 5000, 1_000_000), number=2))


@pytest.fixture(autouse=True)
def no_tables():
    yield
    yours.use(None)


def test_prompts_cost_by_the_table_and_answers_at_most_what_is_asked_for():
    found = estimate.money("openai", "gpt-4o-mini", SHARDS, 50_000)
    assert found.prompts == pytest.approx(0.15)
    assert found.answers == pytest.approx(40 * 50_000 * 0.30 / 1e6)
    assert "about $0.15 for the prompts" in found.words
    assert "at most $0.60 for answers of 50,000 tokens each" in found.words
    assert "estimated" in found.words
    assert "read 2026-07" in found.source


def test_answers_without_a_bound_have_no_price():
    found = estimate.money("openai", "gpt-4o-mini", SHARDS, None)
    assert (found.answers, found.prompts) == (None, pytest.approx(0.15))
    assert "the answers may be of any length" in found.words


@pytest.mark.parametrize("provider", ["azure", "bedrock", "openai"])
def test_a_model_without_a_price_is_never_guessed(provider):
    found = estimate.money(provider, "model-of-ours", SHARDS, 10)
    assert (found.prompts, found.answers, found.source) == (None, None, "")
    assert found.words == (
        "price not known: none is listed for model-of-ours; --tables takes rows of your own"
    )


def test_the_users_own_price_is_taken(tmp_path):
    own = tmp_path / "own.toml"
    own.write_text('azure.prices = { "gpt-4o" = { input = 1, output = 2 } }\n')
    yours.use(str(own))
    found = estimate.money("azure", "gpt-4o", SHARDS, 100)
    assert (found.prompts, found.answers) == (pytest.approx(2.0), pytest.approx(0.008))
    assert "own.toml" in found.source
    assert "less than $0.01" in found.words


@pytest.mark.parametrize("provider", PROVIDERS)
def test_each_wave_may_take_its_whole_window(provider):
    one, three = estimate.time(provider, 1), estimate.time(provider, 3)
    assert (one.hours, three.hours) == (24, 72)
    assert one.words.startswith("up to 24 hours: ")
    assert three.words.startswith("up to 3 x 24 hours: ")
    assert "read 20" in one.source


def test_the_longest_answer_is_known_where_every_request_bounds_its_own(tmp_path):
    lines = [line(request(n, max_tokens=10 * n)) for n in range(1, 4)]
    assert estimate.answer_tokens(scan(write(tmp_path / "a.jsonl", lines))) == 30
    lines.append(line(request(4, max_tokens=None)))
    assert estimate.answer_tokens(scan(write(tmp_path / "b.jsonl", lines))) is None


def test_a_file_within_the_limits_is_left_as_it_is(tmp_path):
    path = write(tmp_path / "requests.jsonl", [*good_lines(5), b"", line(request(6))])
    found = scan(path)
    (shard,) = divide(found, ShardLimits(1, 6, found.bytes + 1), renamed=False)
    assert (shard.start, shard.end, shard.bytes) == (0, found.bytes, found.bytes)
    assert (shard.requests, shard.tokens) == (6, found.tokens)


@pytest.mark.parametrize(
    "bound", [ShardLimits(1, 5, 10**9), ShardLimits(1, 9, 400), ShardLimits(1, 9, 10**9, 8)]
)
def test_a_file_above_a_limit_is_divided_and_with_no_split_it_is_not(tmp_path, bound):
    found = scan(write(tmp_path / "requests.jsonl", good_lines(6)))
    assert len(divide(found, bound, renamed=False)) > 1
    (shard,) = divide(found, bound, renamed=False, one=True)
    assert shard.requests == 6
    (shard,) = divide(found, bound, renamed=True, one=True)
    assert (shard.requests, shard.renamed) == (6, True)


def test_a_file_of_several_models_is_divided_by_them_where_that_is_wanted(tmp_path):
    lines = [line(request(n, model=f"m{n % 2}")) for n in range(4)]
    found = scan(write(tmp_path / "requests.jsonl", lines))
    wide = ShardLimits(1, 9, 10**9)
    assert [shard.model for shard in divide(found, wide, renamed=False)] == [None]
    by_model = divide(found, wide, renamed=False, by_model=True)
    assert [shard.model for shard in by_model] == ["m0", "m1"]
