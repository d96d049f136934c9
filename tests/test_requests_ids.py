"""Ids seen many at a time say what they say one by one; those in order need not be kept."""

import random
import string

import pytest
from request_files import good_lines, line, request, write

from preflight.requests import identifier
from preflight.requests.fault import Faults
from preflight.requests.identifier import Uncarried, glance, observe, observed
from preflight.requests.identities import Identities, increasing
from preflight.requests.scan import scan

ALPHABETS = (
    string.ascii_lowercase + string.digits,
    string.ascii_letters + string.digits + "-_",
    string.digits + "+-.eE",
    "abc é日\u0661 ",
    string.printable,
)
WORDS = ("true", "null", "nan", "infinity", "request-1", "1e5", "\u0661\u0662", " 7", "r0000000001")


def ids(seed):
    chance = random.Random(seed)
    alphabet = chance.choice(ALPHABETS)
    made = ["".join(chance.choices(alphabet, k=chance.choice([1, 3, 8, 70]))) for _ in range(40)]
    made += chance.sample(WORDS, chance.choice([0, 0, 1, 4]))
    return sorted(made, key=lambda one: (len(one), one)) if seed % 2 else made


@pytest.mark.parametrize("seed", range(200))
def test_a_glance_at_many_ids_sees_what_each_of_them_shows(seed):
    custom_ids = ids(seed)
    seen = glance(custom_ids, increasing=increasing(custom_ids))
    places = [(number, number * 10) for number in range(1, len(custom_ids) + 1)]
    faults = Faults(room=10**9)
    observe(faults, custom_ids, places)
    each = [one for at, place in enumerate(places) for one in observed(custom_ids[at], *place)]
    assert sorted(map(str, faults.kept)) == sorted(map(str, each))
    assert sum(faults.totals.values()) == len(each)
    assert seen.unremarkable == (not each)
    together, alone = Uncarried(), Uncarried()
    together.look(custom_ids, [number for number, _ in places], seen)
    for custom_id, (number, _) in zip(custom_ids, places, strict=True):
        alone.look([custom_id], [number], glance([custom_id], increasing=True))
    assert together.lines == alone.lines
    for provider, (_, carries) in identifier.CARRIED.items():
        first = next((n for n, one in enumerate(custom_ids, 1) if not carries(one)), None)
        assert together.lines.get(provider) == first


@pytest.mark.parametrize(
    ("custom_ids", "so"),
    [
        (["a"], True),
        (["a9", "a10"], True),
        (["a1", "a1"], False),
        (["a2", "a1"], False),
        (["b", "aa"], True),
        (["aa", "b"], False),
    ],
)
def test_ids_are_in_order_by_length_and_then_by_their_characters(custom_ids, so):
    assert increasing(custom_ids) is so


def test_ids_in_order_are_not_kept_and_from_the_first_that_is_not_all_are():
    known = Identities()
    assert known.add(["a1", "a2"], 0)
    assert known.add(["a10"], 100)
    assert not known.hashes
    assert not known.add(["a3", "a11"], 200)
    assert not known.add(["a12"], 300)
    assert (known.first, known.last, known.ran_to) == ("a1", "a10", 200)
    assert len(known.hashes) == 3


def test_only_so_many_remarks_are_made_of_millions_of_ids(tmp_path):
    every = [line(request(n) | {"custom_id": f"{n}"}) for n in range(3_000)]
    result = scan(write(tmp_path / "requests.jsonl", every), room=7, digest=False)
    assert result.totals == {"id_number": 3_000}
    assert [fault.line for fault in result.faults] == list(range(1, 8))


def test_lengths_and_prompts_are_spread_as_they_are(tmp_path):
    short, long = (
        good_lines(300),
        [
            line(request(n, messages=[{"role": "user", "content": "word " * 400}]))
            for n in range(301, 401)
        ],
    )
    result = scan(write(tmp_path / "requests.jsonl", [*short, *long]), digest=False)
    assert result.lengths.count == result.prompts.count == 400
    assert result.prompts.quantile(0.5) < 20
    assert 500 * 0.88 <= result.prompts.quantile(0.9) <= 500
    assert result.lengths.quantile(1.0) > 2_000 * 0.88
    assert result.longest_line[1] == 301
