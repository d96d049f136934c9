"""The rows of a canary that came back, judged one by one: few enough to be read whole."""

from pathlib import Path
from typing import Any

import msgspec

from preflight.batch.answered import EMPTY
from preflight.seams.canary import Returned, RowError

_USED = (("prompt tokens", "prompt_tokens"), ("tokens of answers", "completion_tokens"))
_LONGEST = 500


def judged(folder: Path, requests: Path) -> Returned:
    """What came of the requests, by the files that a merge has written to the folder."""
    results, errors = _rows(folder / "results.jsonl"), _rows(folder / "errors.jsonl")
    hollow = tuple(_id(row) for row in errors if _hollow(row))
    return Returned(
        batch="",
        status="",
        requests=len(_rows(requests)),
        answered=len(results),
        errors=tuple(_error(row) for row in errors if not _hollow(row)),
        missing=tuple(_id(row) for row in _rows(folder / "missing.jsonl")),
        strays=len(_lines(folder / "unmatched.jsonl")),
        hollow=hollow,
        usage=_usage(results),
    )


def _lines(path: Path) -> list[bytes]:
    if not path.exists():
        return []
    return [line for line in path.read_bytes().splitlines() if line.strip()]


def _rows(path: Path) -> list[dict[str, Any]]:
    return [msgspec.json.decode(line, type=dict[str, Any]) for line in _lines(path)]


def _id(row: dict[str, Any]) -> str:
    return str(row.get("custom_id", ""))


def _body(row: dict[str, Any]) -> Any:
    response = row.get("response")
    return response.get("body") if isinstance(response, dict) else None


def _hollow(row: dict[str, Any]) -> bool:
    """Whether the row says it succeeded, and the merge found no answer in it."""
    error = row.get("error")
    return isinstance(error, dict) and error.get("code") == EMPTY


def _error(row: dict[str, Any]) -> RowError:
    """The row's status and its words, wherever they stand."""
    response = row.get("response")
    status = response.get("status_code") if isinstance(response, dict) else None
    said = row.get("error") or _body(row) or {}
    inner = said.get("error", said) if isinstance(said, dict) else said
    if isinstance(inner, dict):
        names = ("code", "errorCode", "message", "errorMessage")
        words = ": ".join(str(inner[name]) for name in names if inner.get(name))
        inner = words or (msgspec.json.encode(inner).decode() if inner else "")
    words = str(inner or "the row says nothing")[:_LONGEST]
    return RowError(_id(row), status if isinstance(status, int) else None, words)


def _usage(results: list[dict[str, Any]]) -> dict[str, int]:
    """The tokens that the rows say were used; nothing where they do not."""
    used: dict[str, int] = {}
    for row in results:
        body = _body(row)
        told = body.get("usage") if isinstance(body, dict) else None
        for name, key in _USED:
            value = told.get(key) if isinstance(told, dict) else None
            if isinstance(value, int):
                used[name] = used.get(name, 0) + value
    return used
