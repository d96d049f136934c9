"""Several files read as one task: a report of each as if alone, and the ids that they share."""

import random
from concurrent.futures import ThreadPoolExecutor

import pytest
from request_files import good_lines, line, request, write
from test_requests_ranges import faulty

from preflight.requests import lines, ranges, workers
from preflight.requests.scan import scan
from preflight.requests.several import scan_files
from preflight.seams import RequestFileError


@pytest.fixture(autouse=True)
def small_cells(monkeypatch):
    """Cells so small that a short file has hundreds of them."""
    monkeypatch.setattr(lines, "BLOCK", 512)
    monkeypatch.setattr(lines, "BUFFER", 1_500)


def written(tmp_path, *files):
    return [write(tmp_path / f"{n}.jsonl", every) for n, every in enumerate(files)]


def numbered(first, last):
    return [line(request(number)) for number in range(first, last + 1)]


def shared_of(found):
    """Each shared id by the names and lines of both places."""
    return [
        (one.custom_id, one.path.name, one.line, one.first_path.name, one.first_line)
        for one in found.shared
    ]


def expected(files):
    """The same, slowly; files are given as lists of ids."""
    first, again = {}, []
    for number, custom_ids in enumerate(files):
        for at, custom_id in reversed(list(enumerate(custom_ids, 1))):
            place = (f"{number}.jsonl", at)
            if custom_id not in first or first[custom_id][0] == place[0]:
                first[custom_id] = place
        own = {}
        for at, custom_id in enumerate(custom_ids, 1):
            own.setdefault(custom_id, at)
        again += [
            (custom_id, f"{number}.jsonl", at, *first[custom_id])
            for custom_id, at in own.items()
            if first[custom_id][0] != f"{number}.jsonl"
        ]
    return again


def test_an_id_of_two_files_is_named_in_both(tmp_path):
    paths = written(tmp_path, numbered(1, 30), numbered(31, 50) + numbered(7, 7))
    found = scan_files(paths)
    assert shared_of(found) == [("ask-7", "1.jsonl", 21, "0.jsonl", 7)]
    assert found.shared_total == 1
    [one] = found.shared
    assert paths[1].read_bytes()[one.offset :].rstrip() == line(request(7))
    assert [one.totals for one in found.files] == [{}, {}]


def test_files_whose_ids_go_on_from_one_another_are_read_once(tmp_path, monkeypatch):
    monkeypatch.setattr("preflight.requests.unique.hash_run", None)
    monkeypatch.setattr("preflight.requests.unique.find", None)
    found = scan_files(written(tmp_path, numbered(31, 60), numbered(1, 30), numbered(200, 300)))
    assert (found.shared, found.shared_total) == ((), 0)


def test_each_files_report_is_its_own(tmp_path):
    paths = written(tmp_path, faulty(300, 1), good_lines(200), faulty(300, 2), [b"{}"] * 9)
    found = scan_files(paths, digest=True)
    assert list(found.files) == [scan(path) for path in paths]
    assert found.shared_total > 200


def test_an_id_twice_in_one_file_and_in_another_is_counted_as_both(tmp_path):
    found = scan_files(written(tmp_path, numbered(5, 5) * 2, numbered(5, 5) * 3, numbered(5, 5)))
    assert [one.totals for one in found.files] == [
        {"duplicate_custom_id": 1},
        {"duplicate_custom_id": 2},
        {},
    ]
    assert shared_of(found) == [
        ("ask-5", "1.jsonl", 1, "0.jsonl", 1),
        ("ask-5", "2.jsonl", 1, "0.jsonl", 1),
    ]
    assert found.shared_total == 2


@pytest.mark.parametrize("seed", range(12))
def test_shared_ids_are_those_that_a_slow_look_finds(tmp_path, monkeypatch, seed):
    chance = random.Random(seed)
    numbers = [
        [chance.randrange(300) for _ in range(chance.randrange(1, 120))]
        for _ in range(chance.randrange(2, 6))
    ]
    for some in numbers[:: 2 if seed % 2 else 1]:
        some.sort(key=lambda n: (len(str(n)), n))
    files = [[line(request(number)) for number in some] for some in numbers]
    paths = written(tmp_path, *files)
    slowly = expected([[f"ask-{number}" for number in some] for some in numbers])
    found = scan_files(paths, room=10_000)
    assert shared_of(found) == slowly
    assert found.shared_total == len(slowly)
    few = scan_files(paths, room=3)
    assert shared_of(few) == slowly[:3]
    assert few.shared_total == len(slowly)
    monkeypatch.setattr(
        "preflight.requests.several.cuts",
        lambda size, _: (0, *sorted(chance.sample(range(1, size), min(size - 1, 6))), size),
    )
    with ThreadPoolExecutor(2) as executor:
        assert scan_files(paths, room=10_000, executor=executor) == found


def test_shared_ids_beyond_what_is_confirmed_are_counted_alike(tmp_path, monkeypatch):
    monkeypatch.setattr("preflight.requests.duplicates.CONFIRMED", 20)
    monkeypatch.setattr("preflight.requests.shared.CONFIRMED", 20)
    found = scan_files(written(tmp_path, numbered(1, 300), numbered(101, 250)[::-1]), room=5)
    assert found.shared_total == 150
    assert [one.line for one in found.shared] == [1, 2, 3, 4, 5]


def test_processes_of_its_own_read_several_files_alike(tmp_path, monkeypatch):
    paths = written(tmp_path, faulty(500, 3), faulty(400, 4), good_lines(100))
    alone = scan_files(paths)
    monkeypatch.setattr(workers, "ALONE", 1_000)
    monkeypatch.setattr(ranges, "LEAST", 10_000)
    assert scan_files(paths, jobs=2) == alone


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"", "is empty"), (b"\x1f\x8b123", "is compressed"), (None, "does not exist")],
)
def test_a_file_that_cannot_be_read_is_named(tmp_path, content, said):
    bad = tmp_path / "bad.jsonl"
    if content is not None:
        bad.write_bytes(content)
    with pytest.raises(RequestFileError, match=rf"bad\.jsonl.*{said}"):
        scan_files([*written(tmp_path, good_lines(3)), bad])
