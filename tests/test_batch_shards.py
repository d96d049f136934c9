"""Dividing a request file: limits, minimum, models, determinism."""

import json
import random

import pytest

from preflight.batch.shards import ShardLimits, ordinal, sent_id, split, whole
from preflight.requests.index import Request


def entries(lengths, tokens=1, models=("m",), gap=0):
    """Requests one after the other, each `gap` blank lines after the one before."""
    offset = 0
    for number, length in enumerate(lengths):
        yield Request(offset, length, f"id-{number}", models[number % len(models)], tokens)
        offset += length + 1 + gap


def shards(lengths, limits, *, by_model=False, renamed=False, **others):
    return split(entries(lengths, **others), limits, by_model=by_model, renamed=renamed)


def limits(low=1, high=10, size=10**9, tokens=None):
    return ShardLimits(low, high, size, tokens)


def counts(several):
    return [shard.requests for shard in several]


def test_a_file_within_the_limits_is_one_shard_of_its_lines():
    (shard,) = shards([20, 30], limits())
    assert (shard.number, shard.model, shard.requests, shard.bytes) == (1, None, 2, 52)
    assert (shard.start, shard.end, shard.first, shard.renamed) == (0, 51, 0, False)
    assert shard.tokens == 2


def test_nothing_is_no_shard():
    assert shards([], limits()) == ()


def test_a_shard_ends_at_the_number_of_requests():
    found = shards([9] * 25, limits(high=10))
    assert counts(found) == [10, 10, 5]
    assert [shard.number for shard in found] == [1, 2, 3]
    assert [(shard.start, shard.end) for shard in found] == [(0, 99), (100, 199), (200, 249)]
    assert [shard.first for shard in found] == [0, 10, 20]


def test_a_shard_ends_at_the_bytes_newlines_included():
    assert counts(shards([9] * 5, limits(size=20))) == [2, 2, 1]
    assert counts(shards([9] * 5, limits(size=19))) == [1] * 5


def test_a_shard_ends_at_the_tokens():
    assert counts(shards([9] * 5, limits(tokens=7), tokens=3)) == [2, 2, 1]


def test_a_request_above_a_limit_by_itself_is_a_shard_of_its_own():
    assert counts(shards([5, 500, 5, 5], limits(size=100))) == [1, 1, 2]


def test_the_last_shard_is_filled_up_to_the_minimum():
    found = shards([9] * 105, limits(low=10, high=50))
    assert counts(found) == [50, 45, 10]
    assert [shard.first for shard in found] == [0, 50, 95]
    assert [shard.start for shard in found] == [0, 500, 950]
    assert [shard.end for shard in found] == [499, 949, 1049]


def test_filling_up_goes_on_where_the_shard_before_falls_below_the_minimum():
    found = shards([9] * 101, limits(low=48, high=50))
    assert counts(found) == [50, 50, 1]  # three times 48 is more than there are
    assert counts(shards([9] * 145, limits(low=48, high=50))) == [49, 48, 48]


def test_too_few_requests_are_one_shard_all_the_same():
    assert counts(shards([9] * 7, limits(low=100))) == [7]


def test_what_does_not_fit_into_the_last_shard_is_not_moved_there():
    assert counts(shards([50] * 4 + [5], limits(low=2, high=4, size=55))) == [1, 1, 1, 1, 1]


def test_requests_of_several_models_are_divided_into_shards_of_one_model_each():
    found = shards([9] * 10, limits(high=3), by_model=True, models=("a", "b"))
    assert [(shard.model, shard.requests, shard.first) for shard in found] == [
        ("a", 3, 0),
        ("b", 3, 1),
        ("a", 2, 6),
        ("b", 2, 7),
    ]
    assert [shard.number for shard in found] == [1, 2, 3, 4]


def test_one_model_alone_is_not_told_apart():
    assert [shard.model for shard in shards([9] * 4, limits(), by_model=True)] == [None]


def test_lines_without_a_model_are_shards_of_their_own():
    found = shards([9] * 4, limits(), by_model=True, models=("a", None))
    assert [(shard.model, shard.requests) for shard in found] == [("a", 2), ("", 2)]


def test_blank_lines_count_between_the_requests_of_a_shard_alone():
    (shard,) = shards([9] * 3, limits(), gap=2)
    assert (shard.bytes, shard.start, shard.end) == (34, 0, 33)
    found = shards([9] * 4, limits(size=22), gap=2)
    assert [(shard.bytes, shard.start) for shard in found] == [(22, 0), (22, 24)]
    assert counts(shards([9] * 4, limits(size=21), gap=2)) == [1, 1, 1, 1]


def test_blank_lines_count_where_requests_are_moved_to_the_last_shard():
    found = shards([9] * 5, limits(low=2, high=4), gap=2)
    assert [(shard.requests, shard.bytes) for shard in found] == [(3, 34), (2, 22)]
    assert counts(shards([9] * 5, limits(low=2, high=4, size=46), gap=2)) == [3, 2]
    assert counts(shards([9] * 3, limits(low=2, high=2, size=22), gap=2)) == [2, 1]


def test_renamed_bytes_are_those_of_the_names_that_are_sent():
    one = Request(0, 100, 'a"é', "m", 1)
    (shard,) = split([one], limits(), by_model=False, renamed=True)
    assert shard.bytes == 101 - len(json.dumps('a"é', ensure_ascii=False).encode()) + 13
    nameless = one._replace(custom_id=None)
    (shard,) = split([nameless], limits(), by_model=False, renamed=True)
    assert shard.bytes == 101


@pytest.mark.parametrize("seed", range(200))
def test_no_shard_is_above_a_limit_and_each_request_is_in_one(seed):
    rng = random.Random(seed)
    lengths = [rng.randint(1, 40) for _ in range(rng.randint(0, 60))]
    low = rng.randint(1, 6)
    bound = limits(low, rng.randint(low, 12), rng.randint(41, 200), rng.randint(3, 30))
    way = {"by_model": rng.random() < 0.5, "models": ("a", "b", "c"), "tokens": 3}
    found = shards(lengths, bound, **way)
    assert sum(counts(found)) == len(lengths)
    assert sum(shard.bytes for shard in found) == sum(lengths) + len(lengths)
    for shard in found:
        assert 0 < shard.requests <= bound.max_requests
        assert shard.bytes <= bound.max_bytes
        assert shard.tokens == 3 * shard.requests <= bound.max_tokens
    assert found == shards(lengths, bound, **way)


@pytest.mark.parametrize("low", [1, 2, 5, 17])
@pytest.mark.parametrize("over", [0, 1, 3, 20])
def test_the_minimum_holds_wherever_any_division_keeps_it(low, over):
    high = low + over
    for total in range(1, 6 * high):
        found = counts(shards([9] * total, limits(low, high)))
        # So many requests can be divided if for any number of shards they are as many as it takes.
        possible = any(low * n <= total <= high * n for n in range(1, total + 1))
        assert (min(found) >= low) == possible, (total, found)


@pytest.mark.parametrize("number", [0, 1, 9_999_999_999, 10_000_000_000])
def test_a_name_that_is_sent_leads_back_to_its_request(number):
    assert ordinal(sent_id(number)) == number
    assert sent_id(number).isalnum()


def test_the_usual_names_have_eleven_characters():
    assert sent_id(7) == "r0000000007"


@pytest.mark.parametrize(
    "name",
    [
        "",
        "r",
        "r1",
        "R0000000001",
        "r0000000001 ",
        "r00000000001",
        "xr0000000001",
        "r" + "\u0660" * 10,
    ],
)
def test_other_names_lead_to_no_request(name):
    assert ordinal(name) is None


def test_a_file_as_it_is_is_one_shard_from_its_first_byte_to_its_last():
    shard = whole(3, 100, 7)
    assert (shard.requests, shard.bytes, shard.tokens) == (3, 100, 7)
    assert (shard.start, shard.end, shard.model, shard.renamed) == (0, 100, None, False)
    assert whole(3, 100, 7, closed=False).bytes == 101
