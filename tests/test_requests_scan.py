"""What a scan finds wrong with lines, and where: each fault, all at once, however it is cut."""

import hashlib

import pytest
from request_faults import (
    AT,
    COUNT,
    FAULTS,
    GOOD,
    broken,
    changed,
    found,
    scanned,
)
from request_files import good_lines, line

from preflight.requests import duplicates, lines, workers
from preflight.requests.fault import CODES, KEPT_PER_CODE
from preflight.requests.scan import scan
from preflight.requests.tally import Seen


def test_a_good_file_has_no_fault_and_is_counted(tmp_path):
    result = scanned(tmp_path, good_lines(COUNT))
    assert not result.faults
    assert not result.totals
    assert result.requests == COUNT
    everywhere = Seen(COUNT, (1, 2, 3, 4, 5))
    assert result.methods == {"POST": everywhere}
    assert result.urls == {"/v1/chat/completions": everywhere}
    assert result.models == {"gpt-4o-mini": everywhere}
    assert result.ends_with_newline


def test_size_and_hash_are_the_files_own(tmp_path):
    result = scanned(tmp_path, good_lines(30_000))
    content = result.path.read_bytes()
    assert result.bytes == len(content)
    assert result.sha256 == hashlib.sha256(content).hexdigest()


@pytest.mark.parametrize(("replacement", "code"), FAULTS.values(), ids=FAULTS.keys())
def test_one_broken_line_is_found_where_it_is(tmp_path, replacement, code):
    all_lines = broken(replacement)
    result = scanned(tmp_path, all_lines)
    assert found(result) >= {(code, AT)}
    # A byte order mark in UTF-16 leaves a line that is not UTF-8 either; nothing else is doubled.
    assert {at for _, at in found(result)} == {AT}
    assert result.totals == {fault.code: 1 for fault in result.faults}
    start = sum(len(one) + 1 for one in all_lines[: AT - 1])
    for fault in result.faults:
        assert start <= fault.offset <= start + len(replacement)
        assert fault.message
        assert fault.message.isprintable()
        assert len(fault.message) < 200


def test_every_code_but_the_three_with_tests_of_their_own_is_seeded():
    seeded = {code for _, code in FAULTS.values()}
    assert set(CODES) - seeded == {"line_too_long", "import_type"}


def test_all_faults_at_once_are_each_found_on_their_line(tmp_path):
    all_lines = good_lines(4_000)
    expected = set()
    for step, (replacement, code) in enumerate(FAULTS.values()):
        at = 20 + 61 * step
        all_lines[at - 1] = replacement.replace(b"ask-700", f"ask-{at}".encode())
        expected.add((code, at))
    result = scanned(tmp_path, all_lines)
    assert expected <= found(result)
    assert {at for _, at in found(result)} == {at for _, at in expected}


@pytest.mark.parametrize(("block", "buffer"), [(1, 2 << 20), (100, 1_000), (5_000, 70_000)])
def test_what_is_found_does_not_depend_on_how_the_file_is_cut(tmp_path, monkeypatch, block, buffer):
    all_lines = good_lines(4_000)
    for step, (replacement, _) in enumerate(FAULTS.values()):
        if len(replacement) < 2_000:
            all_lines[20 + 61 * step] = replacement
    whole = scanned(tmp_path, all_lines)
    monkeypatch.setattr(lines, "BLOCK", block)
    monkeypatch.setattr(lines, "BUFFER", buffer)
    assert scanned(tmp_path, all_lines) == whole


def test_a_byte_offset_points_at_the_fault(tmp_path):
    replacement = GOOD.replace(b"words", b"w\xf6rds")
    result = scanned(tmp_path, broken(replacement))
    assert result.path.read_bytes()[result.faults[0].offset] == 0xF6


def test_a_last_line_without_a_newline_is_read_too(tmp_path):
    path = tmp_path / "requests.jsonl"
    path.write_bytes(b"\n".join(good_lines(3)))
    result = scan(path)
    assert result.requests == 3
    assert not result.ends_with_newline
    path.write_bytes(path.read_bytes()[:-30])
    assert found(scan(path)) == {("invalid_json", 3)}


def test_windows_line_ends_are_no_fault(tmp_path):
    result = scanned(tmp_path, [one + b"\r" for one in good_lines(3)])
    assert not result.faults
    assert result.requests == 3


def test_a_line_with_several_faults_names_them_all(tmp_path):
    bad = line({"custom_id": "", "method": 1, "body": {"stream": True, "messages": []}})
    assert {code for code, _ in found(scanned(tmp_path, [bad]))} == {
        "custom_id_empty",
        "method_type",
        "stream",
        "prompt_empty",
    }


def test_a_duplicate_names_both_lines(tmp_path):
    result = scanned(tmp_path, broken(changed(custom_id="ask-3")))
    assert result.faults[0].message == 'custom_id "ask-3" is also on line 3'


@pytest.mark.parametrize("part", [1_000_000, 10])
def test_every_repetition_is_counted_and_the_first_are_named(tmp_path, monkeypatch, part):
    monkeypatch.setattr(duplicates, "PART", part)
    result = scanned(tmp_path, good_lines(400) + good_lines(300))
    assert result.totals == {"duplicate_custom_id": 300}
    assert [fault.line for fault in result.faults] == list(range(401, 401 + KEPT_PER_CODE))


def test_equal_hashes_alone_are_no_duplicate(tmp_path, monkeypatch):
    monkeypatch.setattr(workers, "salted", lambda _: 7)
    assert not scanned(tmp_path, good_lines(50)[::-1]).faults


def test_many_faults_are_counted_but_not_all_kept(tmp_path):
    result = scanned(tmp_path, good_lines(10) + [b"{"] * 5_000)
    assert result.totals == {"invalid_json": 5_000}
    assert len(result.faults) == KEPT_PER_CODE
    assert result.requests == 5_010
