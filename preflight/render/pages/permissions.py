"""The table of permissions, by provider and identity."""

from itertools import groupby

from preflight.permissions import PERMISSIONS, Identity, Permission
from preflight.render.pages.markdown import NAMES, code, table

_HEADS = ("Action", "On", "Condition", "Why", "Granted by")
_POLICY_OF = {
    Identity.GATEWAY: "the gateway role's policy",
    Identity.JOB_ROLE: "the job role's policy",
}
"""Where AWS grants by a policy of the program's own; the other clouds grant by roles."""


_NAMED = {
    "{owner}": "the account that owns the bucket",
    "{storage}": "S3 in the region (`s3.REGION.amazonaws.com`)",
}
"""What stands for a value that a stack promises."""


def tables() -> str:
    """A table for each identity at each provider."""
    return "\n".join(
        f"### {NAMES[provider]}: {identity}\n\n{table(_HEADS, map(_row, rows))}"
        for (provider, identity), rows in groupby(
            PERMISSIONS, key=lambda row: (row.provider, row.identity)
        )
    )


def _row(row: Permission) -> tuple[str, ...]:
    return (
        code(row.action),
        str(row.on),
        ", ".join(
            f"{code(key)} is {_value(value)}" for key, value in sorted(row.condition.items())
        ),
        row.why,
        row.granted_by or _POLICY_OF[row.identity],
    )


def _value(value: str) -> str:
    return _NAMED.get(value) or code(value)
