"""Results as Parquet: in the order of the requests, with what nearly everyone wants as columns."""

import json
import sys

import pytest
from join_world import chat, lines

from preflight.batch import parquet
from preflight.seams import UsageError

pq = pytest.importorskip("pyarrow.parquet")


def written(folder, content):
    (folder / "results.jsonl").write_bytes(content)
    count = parquet.write(folder)
    table = pq.read_table(folder / parquet.NAME)
    assert table.num_rows == count
    return table.to_pylist()


def with_body(body):
    response = {"status_code": 200, "body": body}
    return {"custom_id": "r", "response": response, "error": None}


def test_the_rows_are_those_of_the_results_in_their_order(tmp_path):
    usage = {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5}
    choice = {"message": {"content": "H\u00e4llo."}, "finish_reason": "stop"}
    body = {"model": "m", "choices": [choice], "usage": usage}
    found = written(tmp_path, lines(chat("r2"), with_body(body), chat("r1", "")))
    assert [row["custom_id"] for row in found] == ["r2", "r", "r1"]
    assert json.loads(found[1].pop("body")) == body
    assert found[1] == {
        "custom_id": "r",
        "status_code": 200,
        "model": "m",
        "content": "H\u00e4llo.",
        "finish_reason": "stop",
        "prompt_tokens": 3,
        "completion_tokens": 2,
        "embedding": None,
    }
    assert found[2]["content"] == ""


@pytest.mark.parametrize(
    ("body", "column", "value"),
    [
        ({"data": [{"embedding": [0.5, 1]}]}, "embedding", [0.5, 1.0]),
        ({"data": [{"embedding": "AACA"}]}, "embedding", None),
        ({"embedding": [0.25]}, "embedding", [0.25]),
        ({"embedding": [10**400]}, "embedding", None),
        ({"choices": [{"text": "yes"}]}, "content", "yes"),
        ({"choices": [{"message": {"content": None}}]}, "content", None),
        ({"choices": [{"message": {"content": "\ud83d"}}]}, "content", "?"),
        ({"output": [{"content": [{"text": "a"}, {"text": "b"}]}, {}]}, "content", "ab"),
        ({"output": [{}], "usage": {"input_tokens": 7}}, "prompt_tokens", 7),
        ({"usage": {"prompt_tokens": 1 << 70}}, "prompt_tokens", None),
        ({"x": float("nan")}, "body", '{"x": NaN}'),
        ("plain", "body", '"plain"'),
        ({"choices": [5], "usage": 5, "model": 5}, "model", None),
    ],
)
def test_a_body_of_any_form_is_taken(tmp_path, body, column, value):
    (found,) = written(tmp_path, lines(with_body(body)))
    assert found[column] == value
    assert found["body"] == json.dumps(body)


def test_no_result_is_a_table_without_rows(tmp_path):
    assert written(tmp_path, b"") == []


def test_row_groups_are_written_as_they_fill(tmp_path, monkeypatch):
    monkeypatch.setattr(parquet, "ROWS", 10)
    monkeypatch.setattr(parquet, "BYTES", 2000)
    rows = [chat(f"r{n}") for n in range(25)] + [chat("long", "x" * 3000), chat("last")]
    assert len(written(tmp_path, lines(*rows))) == 27
    groups = pq.ParquetFile(tmp_path / parquet.NAME).metadata
    sizes = [groups.row_group(number).num_rows for number in range(groups.num_row_groups)]
    assert max(sizes) <= 10
    assert len(sizes) >= 4


def test_a_table_that_cannot_be_written_leaves_the_one_that_was_there(tmp_path):
    written(tmp_path, lines(chat("r0")))
    before = (tmp_path / parquet.NAME).read_bytes()
    with pytest.raises(KeyError):
        written(tmp_path, lines(chat("r1"), {"custom_id": "r2"}))
    assert (tmp_path / parquet.NAME).read_bytes() == before
    assert not list(tmp_path.glob("*.part"))


def test_without_the_library_the_command_that_installs_it_is_named(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    with pytest.raises(UsageError) as told:
        parquet.needed()
    assert told.value.remedy == "pip install 'batch-preflight[parquet]'"
    assert "pyarrow" in told.value.what
