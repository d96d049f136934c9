"""How Vertex AI reads a request file: an importer with a table's view of JSON, then row by row.

The importer's rules (nesting, field names, empty objects, one type per key) fail the whole job; a
request that the model refuses fails only its own row. Source: Google's Gemini batch page and public
captures, 2026-10.
"""

import json
from dataclasses import dataclass
from typing import Any

INVALID_ARGUMENT = 3
PERMISSION_DENIED = 7
NOT_FOUND = 5
FAILED_PRECONDITION = 9
INTERNAL = 13

MAX_REQUESTS = 200_000
MAX_BYTES = 1_000_000_000
MAX_NESTING = 15

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a job fails: Google's numeric code and its text."""

    code: int
    message: str


def import_rows(content: bytes) -> list[Row] | Fault:
    """The rows of a request file, or why the importer takes none of them."""
    if len(content) > MAX_BYTES:
        return _import_fault(f"the file has {len(content)} bytes, the limit is {MAX_BYTES}")
    rows: list[Row] = []
    types: dict[str, str] = {}
    for number, line in enumerate(content.splitlines(), 1):
        if not line.strip():
            continue
        if len(rows) == MAX_REQUESTS:
            return _import_fault(f"the file has more than {MAX_REQUESTS} requests")
        try:
            row = json.loads(line)
            _vet(row, "", types, 0)
        except ValueError as error:
            return _import_fault(f"line {number}: {error}")
        if not _is_request(row):
            # A readable line of the wrong shape is reported with nothing but the code's name.
            return Fault(INTERNAL, "INTERNAL")
        rows.append(row)
    if not rows:
        return _import_fault("the file has no requests")
    return _coerced(rows)


def _import_fault(text: str) -> Fault:
    return Fault(INVALID_ARGUMENT, f"Failed to import data. {text}")


def _vet(value: Any, path: str, types: dict[str, str], depth: int) -> None:
    """Raise ValueError for what a table cannot hold. `types`: key path -> type, for all lines."""
    if depth > MAX_NESTING:
        raise ValueError(f"{path} is nested deeper than {MAX_NESTING}")
    kind = _kind(value)
    if kind and types.setdefault(path, kind) != kind:
        raise ValueError(f"{path} is {kind} here and {types[path]} before")
    if isinstance(value, dict):
        if not value:
            raise ValueError(f"{path or 'the line'} is an empty object")
        for key, inner in value.items():
            if "$" in key:
                raise ValueError(f"{key!r} is no valid field name")
            _vet(inner, f"{path}.{key}".lstrip("."), types, depth + 1)
    elif isinstance(value, list):
        for inner in value:
            _vet(inner, f"{path}[]", types, depth)
    elif not path:
        raise ValueError("not a JSON object")


def _kind(value: Any) -> str:
    """The column type of a value; "" for null, which fits all."""
    match value:
        case None:
            return ""
        case bool():
            return "a boolean"
        case int() | float():
            return "a number"
        case str():
            return "a string"
        case list():
            return "an array"
    return "an object"


def _is_request(row: Row) -> bool:
    request = row.get("request")
    contents = request.get("contents") if isinstance(request, dict) else None
    return (
        isinstance(contents, list)
        and bool(contents)
        and all(isinstance(turn, dict) and isinstance(turn.get("parts"), list) for turn in contents)
    )


def _coerced(rows: list[Row]) -> list[Row]:
    """The rows as the importer holds them: a column of digits becomes numbers ("007" -> 7)."""
    for key in {key for row in rows for key in row} - {"request"}:
        values = [row[key] for row in rows if row.get(key) is not None]
        if values and all(isinstance(one, str) and one.isdecimal() for one in values):
            for row in rows:
                row[key] = int(row[key]) if row.get(key) is not None else None
    return rows
