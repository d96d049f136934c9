"""What the gateway answers about files and batches, read from JSON of whatever shape it has.

The gateway passes much on from four providers: a field that is missing, null, a number written as
text or an object of another kind is no reason to lose sight of a batch that is running.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch as the gateway reports it. Counts are None where they are not told."""

    id: str
    status: str
    output_file_id: str | None = None
    error_file_id: str | None = None
    total: int | None = None
    completed: int | None = None
    failed: int | None = None
    reasons: tuple[str, ...] = field(default_factory=tuple)

    @property
    def done(self) -> int | None:
        """Requests that succeeded or failed; None where that is not told.

        Before it has looked at the file, and at some providers for ever, a gateway says 0 of 0.
        """
        if self.completed is None and self.failed is None:
            return None
        found = (self.completed or 0) + (self.failed or 0)
        return found if found or self.total else None


def batch(body: object) -> Batch:
    """Read a batch. Raises ValueError where the answer names none, or gives it no status."""
    values = _object(body)
    counts = values.get("request_counts")
    counted = counts if isinstance(counts, Mapping) else {}
    return Batch(
        id=identifier(values),
        status=_needed(values, "status"),
        output_file_id=_text(values.get("output_file_id")),
        error_file_id=_text(values.get("error_file_id")),
        total=count(counted.get("total")),
        completed=count(counted.get("completed")),
        failed=count(counted.get("failed")),
        reasons=_reasons(values.get("errors")),
    )


def identifier(body: object) -> str:
    """The id of a file or a batch. Raises ValueError where there is none."""
    return _needed(_object(body), "id")


def listed(body: object) -> tuple[list[Mapping[str, Any]], bool]:
    """One page of a list: its objects, and whether there is another page. Raises ValueError."""
    values = _object(body)
    data = values.get("data")
    if not isinstance(data, list):
        raise ValueError("an object without a list in it")  # noqa: TRY004 - it is about the answer
    found = [each for each in data if isinstance(each, Mapping) and _text(each.get("id"))]
    return found, bool(found) and values.get("has_more") is not False


def words(body: object) -> str:
    """The provider's own words in the body of a refusal; "" where it has none."""
    if isinstance(body, Mapping):
        inner = body.get("error", body)
        if isinstance(inner, Mapping):
            return ": ".join(str(inner[k]) for k in ("code", "message") if inner.get(k))
        return str(inner)
    return ""


def _object(body: object) -> Mapping[str, Any]:
    if not isinstance(body, Mapping):
        raise ValueError("JSON that is no object")  # noqa: TRY004 - it is about the answer
    return body


def _needed(values: Mapping[str, Any], name: str) -> str:
    found = _text(values.get(name))
    if found is None:
        raise ValueError(f"an object without {name}")
    return found


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def count(value: object) -> int | None:
    """A number, also where it comes as text (Vertex AI's counts are 64-bit integers)."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return int(value)
    return int(value) if isinstance(value, str) and value.isdecimal() else None


def _reasons(errors: object) -> tuple[str, ...]:
    data = errors.get("data", errors) if isinstance(errors, Mapping) else errors
    each = data if isinstance(data, list) else [data]
    return tuple(reason for reason in map(_reason, each) if reason)


def _reason(error: object) -> str:
    if not isinstance(error, Mapping):
        return str(error or "")
    line = f"line {error['line']}: " if error.get("line") else ""
    return line + ": ".join(str(error[name]) for name in ("code", "message") if error.get(name))
