"""What one batch may hold, by the table that comes with preflight or by the user's own."""

from dataclasses import replace
from typing import Any

from preflight.catalog.source import Source
from preflight.catalog.yours import yours
from preflight.limits import LIMITS, Limits


def limits(provider: str) -> Limits:
    """Those of a provider, the user's rows in place of the table's."""
    own = yours()
    rows: dict[str, Any] = {
        name: value
        for name in ("max_requests", "max_bytes")
        if (value := own.row(provider, name)) is not None
    }
    return replace(LIMITS[provider], **rows)


def limits_source(provider: str, row: str) -> Source:
    """Where one of them was read."""
    own, table = yours(), LIMITS[provider]
    if own.row(provider, row) is not None:
        return own.source
    return Source(table.source, table.read_on)
