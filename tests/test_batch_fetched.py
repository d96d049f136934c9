"""A download is taken for whole only where its length, its end and its rows agree."""

import pytest
from join_world import chat, lines

from preflight.batch.answers import Batch
from preflight.batch.fetched import Examined, examine, fewer

THREE = lines(chat("r0"), chat("r1"), chat("r2"))


def examined(folder, content, length=None):
    path = folder / "output.jsonl"
    path.write_bytes(content)
    return examine(path, length)


@pytest.mark.parametrize(
    ("content", "rows"),
    [
        (THREE, 3),
        (THREE[:-1], 3),
        (THREE.replace(b"\n", b"\r\n"), 3),
        (THREE.replace(b"\n", b"\n\n \n"), 3),
        (b"", 0),
        (b"\n", 0),
        (b'{"not":"read"}\nno JSON\n', 2),
    ],
)
def test_a_whole_file_has_nothing_wrong(tmp_path, content, rows):
    assert examined(tmp_path, content) == Examined(rows, len(content))
    assert examined(tmp_path, content, len(content)).wrong is None


@pytest.mark.parametrize("cut", [1, 2, 30, len(lines(chat("r2"))) - 2])
def test_a_last_row_that_ends_in_the_middle_is_told(tmp_path, cut):
    wrong = examined(tmp_path, THREE[: -1 - cut]).wrong
    assert wrong == "is cut off: row 3, its last, ends in the middle"


@pytest.mark.parametrize("announced", [0, 599, 601])
def test_another_length_than_was_announced_is_told(tmp_path, announced):
    wrong = examined(tmp_path, THREE[:600], announced).wrong
    assert wrong == f"{announced:,} bytes were announced, and 600 came"


@pytest.mark.parametrize("page", [b"<html>\n", b"\n <!doctype html>", b'<?xml version="1.0"?>'])
def test_a_page_in_the_place_of_results_is_told(tmp_path, page):
    assert "web page" in examined(tmp_path, page).wrong


def test_a_row_too_deep_or_too_long_to_be_read_is_no_whole_row(tmp_path, monkeypatch):
    assert "cut off" in examined(tmp_path, b"[" * 5000).wrong
    monkeypatch.setattr("preflight.batch.blocks.LONGEST_LINE", 1000)
    monkeypatch.setattr("preflight.batch.blocks.BLOCK", 100)
    assert "cut off" in examined(tmp_path, THREE + b"x" * 3000).wrong
    assert examined(tmp_path, THREE + b"x" * 3000 + b"\n") == Examined(4, len(THREE) + 3001)


@pytest.mark.parametrize(
    ("batch", "words"),
    [
        (Batch("b", "completed", completed=3, failed=0), None),
        (Batch("b", "completed", completed=2, failed=1), None),
        (Batch("b", "completed", completed=1, failed=1), None),
        (Batch("b", "completed"), None),
        (Batch("b", "expired", total=9, completed=0, failed=0), None),
        (
            Batch("b", "completed", completed=4, failed=0),
            "3 rows came back, and the batch counts 4",
        ),
        (Batch("b", "completed", completed=1000, failed=500), "(1,000 completed, 500 failed)"),
        (Batch("b", "completed", failed=4), "(0 completed, 4 failed)"),
    ],
)
def test_fewer_rows_than_the_batch_counts_are_told(batch, words):
    found = fewer(3, batch)
    assert found is None if words is None else words in found
