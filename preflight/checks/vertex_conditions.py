"""What a condition of a policy sees when Google asks whether a right is held."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from preflight.iam.cel import Name, Seen, holds
from preflight.iam.truth import Truth
from preflight.limits import longest_hours
from preflight.permissions import On, Permission

Circumstances = Callable[[Permission], Seen]
"""What a condition sees when Google asks whether a row is held."""

_STORAGE = "storage.googleapis.com"
_ON_THE_BUCKET = "storage.objects.list"
"""A right to list objects is asked of the bucket (IAM's page on conditions, 2026-10)."""


def of_nothing(row: Permission) -> Seen:
    """Of no resource whose attributes are known: the time alone, to the end of the longest job."""
    del row
    now = datetime.now(UTC)
    return Seen(now, now + timedelta(hours=longest_hours("vertex")))


def of_bucket(bucket: str) -> Circumstances:
    """Of a bucket, and of objects in it whose names nobody knows yet."""
    name = f"projects/_/buckets/{bucket}"

    def seen(row: Permission) -> Seen:
        if row.on is On.OBJECTS and row.action != _ON_THE_BUCKET:
            kind, what = "Object", Name(f"{name}/objects/", whole=False)
        else:
            kind, what = "Bucket", Name(name)
        return replace(of_nothing(row), service=_STORAGE, type=f"{_STORAGE}/{kind}", name=what)

    return seen


def truths(
    condition: str, rows: Iterable[Permission], circumstances: Circumstances
) -> dict[str, Truth]:
    """Each row's action -> whether the condition is met for it, from now to the job's end."""
    return {row.action: holds(condition, circumstances(row)) for row in rows}
