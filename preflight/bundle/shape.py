"""The bundle as types: parsed strictly, nothing beyond them is taken.

Version policy: a bundle of another version is refused, since a question may mean something else.
"""

from datetime import datetime
from typing import Annotated, Any, Literal

from msgspec import Meta, Raw, Struct

FORMAT: Literal["preflight-bundle"] = "preflight-bundle"
VERSION = 1

Count = Annotated[int, Meta(ge=0)]


class Envelope(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """The whole file: `sha256` is of the bytes of `content`, in hex."""

    format: str
    version: int
    sha256: str
    content: Raw


class Answered(Struct, tag="answer", forbid_unknown_fields=True, frozen=True):
    """The seam's answer as plain values; of which type, the question says."""

    answer: Any


class Refusal(Struct, tag="refused", forbid_unknown_fields=True, frozen=True):
    """`seams.Refused`."""

    where: str
    permission: str
    who: str


class Silence(Struct, tag="unreachable", forbid_unknown_fields=True, frozen=True):
    """`seams.Unreachable`."""

    where: str
    what: str
    remedy: str


class Nobody(Struct, tag="credentials-missing", forbid_unknown_fields=True, frozen=True):
    """`seams.CredentialsMissing`."""

    where: str
    what: str
    remedy: str


class Late(Struct, tag="not-in-time", forbid_unknown_fields=True, frozen=True):
    """`seams.NotInTime`."""

    where: str
    seconds: Annotated[float, Meta(ge=0)]
    option: Literal["--deadline", "--overall-deadline"]


Outcome = Answered | Refusal | Silence | Nobody | Late


class Asked(Struct, forbid_unknown_fields=True, frozen=True):
    """One question, the arguments it was put with, and what came of it."""

    question: str
    arguments: dict[str, Any]
    outcome: Outcome


class Place(Struct, forbid_unknown_fields=True, frozen=True):
    """All that one client was asked."""

    seam: Literal["gateway", "azure", "gcp", "aws"]
    place: str
    asked: list[Asked]


class Tallied(Struct, forbid_unknown_fields=True, frozen=True):
    """A value, on how many lines it was seen, and on which first."""

    value: str | None
    count: Count
    lines: list[Count]


class Content(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """What a bundle holds.

    `promises` are outputs of a stack, of the chosen targets alone; `request_file` is a scan, field
    by field.
    """

    at: datetime
    preflight: str
    redacted: bool
    promise_file: str
    promises: dict[str, Any]
    places: list[Place]
    request_file: dict[str, Any] | None
