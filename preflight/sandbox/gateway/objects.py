"""OpenAI's file, batch and list objects, with every field the gateway's reference lists."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

CHAT = "/v1/chat/completions"
_PAGE_ROWS = 20  # what OpenAI shows where no limit is given

_BATCH: Mapping[str, Any] = {
    "object": "batch",
    "endpoint": CHAT,
    "errors": None,
    "completion_window": "24h",
    "output_file_id": None,
    "error_file_id": None,
    "created_at": None,
    "in_progress_at": None,
    "expires_at": None,
    "finalizing_at": None,
    "completed_at": None,
    "failed_at": None,
    "expired_at": None,
    "cancelling_at": None,
    "cancelled_at": None,
    "request_counts": {"total": 0, "completed": 0, "failed": 0},
    "metadata": None,
}


def batch_object(batch_id: str, status: str, input_file_id: str, **known: Any) -> dict[str, Any]:
    """A batch. `known` overrides the fields that are otherwise null; times are Unix seconds."""
    return {
        **_BATCH,
        "id": batch_id,
        "status": status,
        "input_file_id": input_file_id,
        **known,
    }


def file_object(file_id: str, name: str, size: int, created_at: int) -> dict[str, Any]:
    """A file of `size` bytes."""
    return {
        "id": file_id,
        "object": "file",
        "bytes": size,
        "created_at": created_at,
        "filename": name,
        "purpose": "batch",
        "status": "processed",
    }


def errors_object(message: str, code: str = "failed") -> dict[str, Any]:
    """Why a batch failed, in the place OpenAI's batches have for it."""
    told = {"code": code, "message": message, "param": None, "line": None}
    return {"object": "list", "data": [told]}


@dataclass(frozen=True, slots=True)
class Page:
    """Which page of a list is asked for: at most `limit` rows, from behind the id `after`."""

    limit: int | None = None
    after: str | None = None

    def of(self, rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
        """The page of these rows, which are newest first."""
        ids = [row["id"] for row in rows]
        start = ids.index(self.after) + 1 if self.after in ids else 0
        end = start + (self.limit or _PAGE_ROWS)
        shown = list(rows[start:end])
        return {
            "object": "list",
            "data": shown,
            "first_id": shown[0]["id"] if shown else None,
            "last_id": shown[-1]["id"] if shown else None,
            "has_more": end < len(rows),
        }


def seconds(moment: datetime | str | None) -> int | None:
    """Unix seconds of a provider's time: a datetime, or an RFC 3339 string."""
    if isinstance(moment, str):
        moment = datetime.fromisoformat(moment)
    return None if moment is None else int(moment.timestamp())
