"""What is hard to read: endless lines, big files, what is no file, what changes meanwhile."""

import json
import os
import tracemalloc

import pytest
from request_faults import found
from request_files import good_lines, write

from preflight.requests import lines
from preflight.requests.fault import quoted
from preflight.requests.scan import scan
from preflight.seams import RequestFileError


def test_a_line_that_never_ends_is_a_fault_and_is_not_held(tmp_path, monkeypatch):
    monkeypatch.setattr(lines, "LONGEST_LINE", 4 << 20)
    path = write(tmp_path / "requests.jsonl", good_lines(3))
    with path.open("r+b") as file:
        file.seek(0, os.SEEK_END)
        start = file.tell()
        file.truncate(start + (60 << 20))
        file.seek(0, os.SEEK_END)
        file.write(b"\n" + good_lines(4)[-1] + b"\n{\n")
        last = file.tell() - len(b"{\n")
    tracemalloc.start()
    result = scan(path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert found(result) == {("line_too_long", 4), ("invalid_json", 6)}
    assert result.faults[0].offset == start
    assert last <= result.faults[1].offset <= last + 1
    assert result.requests == 6
    assert result.models["gpt-4o-mini"].count == 4
    assert peak < 16 << 20


def test_memory_stays_flat(tmp_path):
    path = tmp_path / "requests.jsonl"
    peaks = []
    for count in (30_000, 110_000):
        write(path, good_lines(count))
        tracemalloc.start()
        result = scan(path)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert result.requests == count
    assert result.bytes > 30_000_000
    assert peaks[1] < 16 << 20
    # What grows is eight bytes per request, and the set that looks for duplicates at the end.
    assert peaks[1] - peaks[0] < 80_000 * 110


def test_what_cannot_be_read_at_all_is_an_error_with_a_remedy(tmp_path):
    empty = tmp_path / "empty.jsonl"
    empty.touch()
    packed = tmp_path / "packed.jsonl"
    packed.write_bytes(b"\x1f\x8b\x08 and so on")
    pipe = tmp_path / "pipe.jsonl"
    os.mkfifo(pipe)
    said = {
        tmp_path / "none.jsonl": "does not exist",
        tmp_path: "is a directory",
        pipe: "is a pipe",
        os.devnull: "is a pipe or a device",
        empty: "is empty",
        packed: "gunzip packed.jsonl",
        "nul\0.jsonl": "cannot be read",
    }
    for path, words in said.items():
        with pytest.raises(RequestFileError, match=words):
            scan(type(tmp_path)(path))


def test_a_file_without_read_permission_is_an_error(tmp_path, monkeypatch):
    path = write(tmp_path / "requests.jsonl", good_lines(1))

    def refuse(*_, **__):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(type(path), "open", refuse)
    with pytest.raises(RequestFileError, match=r"cannot be read \(Permission denied\)"):
        scan(path)


def test_a_file_that_grows_meanwhile_is_an_error(tmp_path, monkeypatch):
    path = write(tmp_path / "requests.jsonl", good_lines(10))
    read = lines.LineReader.__iter__

    def growing(reader):
        yield from read(reader)
        with path.open("ab") as file:
            file.write(b"{}\n")

    monkeypatch.setattr(lines.LineReader, "__iter__", growing)
    with pytest.raises(RequestFileError, match="was changed"):
        scan(path)


def test_a_quotation_is_short_and_cannot_write_on_the_terminal():
    assert quoted("a\x1b[31m\u202eb\ud800\n") == '"a\\x1b[31m\\u202eb\\ud800\\n"'
    assert quoted("x" * 1000) == '"' + "x" * 60 + '..."'
    hostile = json.loads('"\\u009b2J"')
    assert quoted(hostile).isprintable()
