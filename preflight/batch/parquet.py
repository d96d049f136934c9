"""Results as one Parquet file, in the order of the requests: `results.parquet`.

The columns that nearly everyone wants, and the whole body as JSON text for the rest. Row groups are
written as they fill, so that memory does not grow with the file.
"""

import json
from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

import msgspec

from preflight.batch.disk import whole
from preflight.seams import UsageError

NAME = "results.parquet"
ROWS = 16_384
"""In a row group, at most."""

BYTES = 16 << 20
"""Of JSON in a row group, about."""


def needed() -> Any:
    """The library that writes Parquet. Raises UsageError where it is not installed.

    Call it before anything is sent: what is paid for should not end in a missing library.
    """
    try:
        import_module("pyarrow.parquet")
        return import_module("pyarrow")
    except ImportError as error:
        raise UsageError(
            NAME,
            f"pyarrow, which writes Parquet, is not installed here ({error})",
            "pip install 'batch-preflight[parquet]'",
        ) from error


def write(folder: Path) -> int:
    """Write `results.parquet` beside `results.jsonl`; how many rows it has.

    Written beside its name and renamed. Raises UsageError without pyarrow; OSError.
    """
    arrow = needed()
    schema = _schema(arrow)
    count = 0
    with (
        whole(folder / NAME) as file,
        arrow.parquet.ParquetWriter(file, schema, compression="zstd") as writer,
    ):
        for rows in _groups(folder / "results.jsonl"):
            columns = [[row.get(name) for row in rows] for name in schema.names]
            arrays = [
                arrow.array(column, kind)
                for column, kind in zip(columns, schema.types, strict=True)
            ]
            writer.write_batch(arrow.RecordBatch.from_arrays(arrays, schema=schema), ROWS)
            count += len(rows)
    return count


def _schema(arrow: Any) -> Any:
    return arrow.schema(
        [
            arrow.field("custom_id", arrow.string(), nullable=False),
            arrow.field("status_code", arrow.int32()),
            arrow.field("model", arrow.string()),
            arrow.field("content", arrow.string()),
            arrow.field("finish_reason", arrow.string()),
            arrow.field("prompt_tokens", arrow.int64()),
            arrow.field("completion_tokens", arrow.int64()),
            arrow.field("embedding", arrow.list_(arrow.float64())),
            arrow.field("body", arrow.string(), nullable=False),
        ]
    )


def _groups(results: Path) -> Iterator[list[dict[str, Any]]]:
    rows, size = list[dict[str, Any]](), 0
    with results.open("rb") as file:
        for line in file:
            rows.append(_columns(line))
            size += len(line)
            if len(rows) == ROWS or size >= BYTES:
                yield rows
                rows, size = [], 0
    if rows:
        yield rows


_TOO_LARGE = 1 << 63
"""For a column of whole numbers."""


class _Response(msgspec.Struct):
    body: msgspec.Raw = msgspec.Raw(b"null")
    status_code: int | None = None


class _Row(msgspec.Struct):
    custom_id: str
    response: _Response


_row = msgspec.json.Decoder(_Row).decode


def _columns(line: bytes) -> dict[str, Any]:
    custom_id, status, text, body = _parts(line)
    columns: dict[str, Any] = {"custom_id": custom_id, "status_code": status, "body": text}
    if not isinstance(body, dict):
        return columns
    usage = _object(body.get("usage"))
    content, finish = _said(body)
    return columns | {
        "model": _text(body.get("model")),
        "content": content,
        "finish_reason": finish,
        "prompt_tokens": _count(usage, "prompt_tokens", "input_tokens"),
        "completion_tokens": _count(usage, "completion_tokens", "output_tokens"),
        "embedding": _embedding(body),
    }


def _parts(line: bytes) -> tuple[str, int | None, str, Any]:
    """The id, the status, the body as text, and the body."""
    try:
        found = _row(line)
        raw = bytes(found.response.body)
        return found.custom_id, found.response.status_code, raw.decode(), msgspec.json.decode(raw)
    except ValueError:  # what only some readers take: half of an emoji, a number without bounds
        row = json.loads(line)
        body = row["response"].get("body")
        return row["custom_id"], row["response"].get("status_code"), json.dumps(body), body


def _said(body: Mapping[str, Any]) -> tuple[str | None, str | None]:
    """The text of the first choice, or of a response, and why it ended."""
    choices, output = body.get("choices"), body.get("output")
    if isinstance(choices, list):
        first = _object(choices[0]) if choices else {}
        said = _object(first.get("message")).get("content", first.get("text"))
        return _text(said), _text(first.get("finish_reason"))
    if isinstance(output, list):
        parts = [part for each in output for part in _list(_object(each).get("content"))]
        texts = [_text(_object(part).get("text")) for part in parts]
        return "".join(filter(None, texts)), _text(body.get("status"))
    return None, None


def _embedding(body: Mapping[str, Any]) -> list[float] | None:
    data = _list(body.get("data"))
    numbers = _object(data[0]).get("embedding") if data else body.get("embedding")
    found = _list(numbers)
    return [float(each) for each in found] if found and _are_numbers(found) else None


def _are_numbers(values: list[Any]) -> bool:
    return all(isinstance(each, float) or _is_count(each) for each in values)


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and abs(value) < _TOO_LARGE


def _count(usage: Mapping[str, Any], *names: str) -> int | None:
    return next((usage[name] for name in names if _is_count(usage.get(name))), None)


def _object(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(value: Any) -> str | None:
    """Text; half of an emoji, which is none, becomes a question mark."""
    return value.encode(errors="replace").decode() if isinstance(value, str) else None
