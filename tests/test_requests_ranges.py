"""A file read in stretches: the report is that of one who reads it from start to end."""

import random
from concurrent.futures import ThreadPoolExecutor

import pytest
from request_faults import FAULTS
from request_files import good_lines, line, request, write

from preflight.requests import identities, importing, lines, ranges, tally, workers
from preflight.requests.scan import scan
from preflight.seams import RequestFileError

CELL = 512


@pytest.fixture(autouse=True)
def small_cells(monkeypatch):
    """Cells so small that a short file has hundreds of them."""
    monkeypatch.setattr(lines, "BLOCK", CELL)
    monkeypatch.setattr(lines, "BUFFER", 1_500)


def faulty(count=1_500, seed=7):
    """Lines with every fault, some of them repeated, and ids in no order."""
    chance = random.Random(seed)
    every = good_lines(count)
    for replacement, _ in FAULTS.values():
        if len(replacement) < 2_000:
            for at in chance.sample(range(count), 2):
                every[at] = replacement.replace(b"ask-700", f"ask-{at + 1}".encode())
    for at in chance.sample(range(count), 40):
        every[at] = line(request(chance.randrange(1, 60)))
    for at in chance.sample(range(count), 30):
        value = chance.choice(["x", 5, [], None, True])
        schema = {"type": "object", "properties": {"a": {"default": value}}}
        tool = {"type": "function", "function": {"name": "f", "parameters": schema}}
        every[at] = line(request(at + 1, tools=[tool], temperature=chance.choice([0, 1, 1.0])))
    return every


def in_stretches(monkeypatch, path, places, **options):
    """Read a file that is cut at these bytes by threads: tasks without a state, in any order."""
    monkeypatch.setattr(ranges, "cuts", lambda size, workers: (0, *places, size))
    monkeypatch.setattr("preflight.requests.scan.cuts", ranges.cuts)
    with ThreadPoolExecutor(2) as executor:
        return scan(path, executor=executor, **options)


def evenly(size, stretches):
    return [size * number // stretches for number in range(1, stretches)]


KINDS = {
    "every fault, ids in no order": faulty,
    "ids in order": lambda: good_lines(900),
    "ids in order, then from the start again": lambda: good_lines(500) + good_lines(300),
    "ids from the last to the first": lambda: good_lines(600)[::-1],
    "no ids at all": lambda: [b"{}"] * 300,
    "one id on every line": lambda: good_lines(1) * 400,
    "very unlike lengths": lambda: [
        line(request(n, user="u" * (n * 7919 % 3_000))) for n in range(1, 300)
    ],
}


@pytest.mark.parametrize("stretches", [2, 7, 101])
@pytest.mark.parametrize("kind", KINDS)
def test_any_number_of_stretches_gives_the_report_of_one(tmp_path, monkeypatch, kind, stretches):
    path = write(tmp_path / "requests.jsonl", KINDS[kind]())
    whole = scan(path)
    size = path.stat().st_size
    assert in_stretches(monkeypatch, path, evenly(size, stretches)) == whole


@pytest.mark.parametrize("seed", range(25))
def test_the_report_does_not_depend_on_where_the_file_is_cut(tmp_path, monkeypatch, seed):
    chance = random.Random(seed)
    path = write(tmp_path / "requests.jsonl", faulty(chance.randrange(60, 400), seed))
    if seed % 3 == 0:
        path.write_bytes(path.read_bytes()[:-1])
    size = path.stat().st_size
    places = sorted(chance.sample(range(1, size), min(size - 1, chance.randrange(1, 30))))
    room = chance.choice([1, 3, 100])
    assert in_stretches(monkeypatch, path, places, room=room) == scan(path, room=room)


def test_every_seeded_fault_is_found_at_its_line_by_101_stretches(tmp_path, monkeypatch):
    every = good_lines(4_000)
    expected = set()
    for step, (replacement, code) in enumerate(FAULTS.values()):
        at = 20 + 61 * step
        every[at - 1] = replacement.replace(b"ask-700", f"ask-{at}".encode())
        expected.add((code, at))
    path = write(tmp_path / "requests.jsonl", every)
    result = in_stretches(monkeypatch, path, evenly(path.stat().st_size, 101))
    found = {(fault.code, fault.line) for fault in result.faults}
    assert expected <= found
    assert {at for _, at in found} == {at for _, at in expected}
    assert result == scan(path)


@pytest.mark.parametrize("room", [1, 5, 1_000])
def test_duplicates_beyond_what_is_confirmed_are_counted_alike(tmp_path, monkeypatch, room):
    monkeypatch.setattr("preflight.requests.duplicates.CONFIRMED", 20)
    path = write(tmp_path / "requests.jsonl", good_lines(300) + good_lines(200)[::-1])
    whole = scan(path, room=room)
    assert whole.totals == {"duplicate_custom_id": 200}
    assert [fault.line for fault in whole.faults] == list(range(301, 301 + min(room, 200)))
    places = evenly(path.stat().st_size, 7)
    assert in_stretches(monkeypatch, path, places, room=room) == whole


@pytest.mark.parametrize("module", [tally, importing])
def test_where_not_all_is_kept_one_reader_counts_what_comes_first(tmp_path, monkeypatch, module):
    monkeypatch.setattr(tally, "DISTINCT", 3 if module is tally else 100)
    monkeypatch.setattr("preflight.requests.reading.REMEMBERED", 3)
    monkeypatch.setattr(importing, "REMEMBERED", 3)
    every = [
        line(request(n, model=f"m{n % 5}", response_format={"n": n % 6, "empty": {}}))
        for n in range(300)
    ]
    path = write(tmp_path / "requests.jsonl", every)
    places = evenly(path.stat().st_size, 7)
    assert in_stretches(monkeypatch, path, places) == scan(path)


def test_an_endless_line_over_several_stretches_is_one_fault(tmp_path, monkeypatch):
    monkeypatch.setattr(lines, "LONGEST_LINE", 20_000)
    path = write(tmp_path / "requests.jsonl", [*good_lines(9), b" " * 90_000, *good_lines(20)[9:]])
    whole = scan(path)
    assert whole.totals == {"line_too_long": 1}
    assert whole.requests == 21
    assert whole.longest_line == (90_000, 10)
    for stretches in (2, 5, 40):
        assert in_stretches(monkeypatch, path, evenly(path.stat().st_size, stretches)) == whole


def test_processes_of_its_own_read_a_large_file_alike(tmp_path, monkeypatch):
    monkeypatch.setattr(workers, "ALONE", 1_000)
    monkeypatch.setattr(ranges, "LEAST", 10_000)
    for kind in ("every fault, ids in no order", "ids in order"):
        path = write(tmp_path / "requests.jsonl", KINDS[kind]())
        assert scan(path, jobs=2) == scan(path)


def test_a_file_that_is_small_is_read_by_this_process_alone(tmp_path):
    with workers.workers("requests.jsonl", workers.ALONE - 1, 8) as hands:
        assert hands.executor is None
        assert hands.number == 1


def test_an_error_in_another_process_comes_back_as_it_is(tmp_path, monkeypatch):
    monkeypatch.setattr(workers, "ALONE", 1_000)
    monkeypatch.setattr(ranges, "read", refuse)
    path = write(tmp_path / "requests.jsonl", good_lines(50))
    with pytest.raises(RequestFileError, match="is odd"):
        scan(path, jobs=2)


def refuse(*_, **__):
    raise RequestFileError("requests.jsonl", "is odd", "mend it")


def test_a_cut_file_is_covered_from_its_start_to_its_end():
    for size, several in ((1, 2), (10**9, 2), (10**8, 16), (5 << 40, 64)):
        places = ranges.cuts(size, several)
        assert places[0] == 0
        assert places[-1] == size
        assert list(places) == sorted(set(places))
    assert ranges.cuts(10**9, 1) == (0, 10**9)


def test_hashes_of_other_processes_are_the_same_here():
    assert identities.stable("ask-1") == -1590679137481098190
