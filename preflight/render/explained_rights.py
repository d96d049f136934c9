"""A right that a text names, explained: lines for people, plain values for programs."""

from typing import Any

from preflight.looks import LOOKS, OTHER_WAYS, Look
from preflight.permissions import PERMISSIONS, Permission
from preflight.render.explained import item


def _held(right: str) -> list[Permission]:
    return [row for row in PERMISSIONS if row.action == right]


def _looking(right: str) -> list[Look]:
    return [look for look in (*LOOKS, *OTHER_WAYS) if look.permission == right]


def right_lines(right: str) -> list[str]:
    """Who needs a right that a text names, and why."""
    lines = [f"{right}: a right that the text names"]
    lines += item(
        "needed", *(f"{r.provider}: by {r.identity} on {r.on}: {r.why}" for r in _held(right))
    )
    return lines + item(
        "to look",
        *(
            f"{look.provider}: by whoever runs preflight, on {look.on}: {look.tells}"
            for look in _looking(right)
        ),
    )


def right_shape(right: str) -> dict[str, Any]:
    """The same as plain values."""
    return {
        "right": right,
        "needed_by": [
            {
                "provider": row.provider,
                "identity": str(row.identity),
                "on": str(row.on),
                "why": row.why,
            }
            for row in _held(right)
        ],
        "looks": [
            {"provider": look.provider, "on": look.on.value, "tells": look.tells}
            for look in _looking(right)
        ],
    }
