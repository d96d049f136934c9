"""One batch: what was asked, what validation made of it, and how the API shows it."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from preflight.sandbox.upstream.answers import answer, digest
from preflight.sandbox.upstream.lifecycle import (
    TERMINAL,
    Course,
    Timing,
    share_done,
    stamps,
    status,
)
from preflight.sandbox.upstream.refusals import Rejected
from preflight.sandbox.upstream.validation import Request

DAY = 24 * 3600


@dataclass(frozen=True, slots=True)
class Row:
    """One request's result, ready to be written: whether it succeeded, its id, its line."""

    succeeded: bool
    custom_id: str
    line: bytes


@dataclass(frozen=True, slots=True)
class Order:
    """What a batch was created with. `results_live` is in seconds; None: they stay."""

    input_file_id: str
    endpoint: str
    window: str
    metadata: dict[str, str] | None
    results_live: int | None


@dataclass(slots=True)
class Batch:
    """One batch. `tokens` are those it holds in `queue` while it is open."""

    id: str
    order: Order
    course: Course
    timing: Timing
    model: str = ""
    queue: str = ""
    tokens: int = 0
    rows: tuple[Row, ...] = ()
    rejected: Rejected | None = None
    result_files: dict[str, str | None] = field(default_factory=dict)

    def status(self, now: float) -> str:
        """The status word."""
        return status(self.course, self.timing, now)

    def open(self, now: float) -> bool:
        """Whether it may still run."""
        return self.status(now) not in TERMINAL

    def cancel(self, now: float) -> None:
        """Stop where it is; what is done is kept."""
        self.course = replace(self.course, cancel_asked=now)

    def done(self, now: float) -> tuple[Row, ...]:
        """The rows run by then."""
        share = share_done(self.course, self.timing, now)
        return self.rows[: round(share * len(self.rows))]

    def undone(self, now: float) -> Iterator[bytes]:
        """The lines of the error file for the requests that were never run."""
        word = self.status(now)
        reason = {
            "expired": "This request could not be executed before the completion window expired.",
            "cancelled": "This request was cancelled before it was executed.",
        }
        for row in self.rows[len(self.done(now)) :]:
            error = {"code": f"batch_{word}", "message": reason[word]}
            yield _line(self.id, row.custom_id, response=None, error=error)

    def shape(self, now: float) -> dict[str, Any]:
        """As the API shows it."""
        word = self.status(now)
        reached = {
            f"{name}_at": int(at)
            for name, at in stamps(self.course, self.timing).items()
            if at <= now
        }
        done = self.done(now)
        succeeded = sum(row.succeeded for row in done)
        # Before validation has ended nobody has counted the requests.
        total = 0 if word == "validating" else len(self.rows)
        counts = {"total": total, "completed": succeeded, "failed": len(done) - succeeded}
        return {
            "id": self.id,
            "object": "batch",
            "endpoint": self.order.endpoint,
            "model": self.model or None,
            "errors": self._errors() if word == "failed" else None,
            "input_file_id": self.order.input_file_id,
            "completion_window": self.order.window,
            "status": word,
            "output_file_id": self.result_files.get("output"),
            "error_file_id": self.result_files.get("error"),
            "created_at": int(self.course.created),
            "expires_at": int(self.course.created) + DAY,
            **{name: reached.get(name) for name in _STAMPS},
            "request_counts": counts,
            "metadata": self.order.metadata,
        }

    def _errors(self) -> dict[str, Any] | None:
        if self.rejected is None:
            return None
        first = {
            "code": self.rejected.code,
            "line": self.rejected.line,
            "message": self.rejected.message,
            "param": self.rejected.param,
        }
        return {"object": "list", "data": [first]}


_STAMPS = (
    "in_progress_at",
    "finalizing_at",
    "completed_at",
    "failed_at",
    "expired_at",
    "cancelling_at",
    "cancelled_at",
)


def row(batch_id: str, request: Request, created: int) -> Row:
    """The result of one request."""
    code, body = answer(request, created)
    response = {
        "status_code": int(code),
        "request_id": digest(batch_id, request.custom_id, "request"),
        "body": body,
    }
    line = _line(batch_id, request.custom_id, response=response, error=None)
    return Row(code < 400, request.custom_id, line)  # noqa: PLR2004  the first HTTP error


def _line(batch_id: str, custom_id: str, *, response: Any, error: Any) -> bytes:
    whole = {
        "id": f"batch_req_{digest(batch_id, custom_id)}",
        "custom_id": custom_id,
        "response": response,
        "error": error,
    }
    return json.dumps(whole).encode()
