"""The report for programs, as types: what `--format json` writes and its JSON Schema describes.

Version policy: within a version fields may be added, and nothing else changes; a field that changes
its meaning, its type or goes away makes the next version. docs/formats.md says what that means to
whoever reads it.
"""

import json
import sys
from datetime import date, datetime
from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Struct, UnsetType
from msgspec.json import schema as json_schema

VERSION: Literal[1] = 1

Word = Literal["READY", "NOT READY", "CANNOT TELL"]
Seconds = Annotated[float, Meta(ge=0, description="Seconds.")]
ForPeople = Annotated[str, Meta(description="For people: the wording may change at any time.")]


class Asked(Struct, kw_only=True, frozen=True):
    """What every check has, whatever came out of it."""

    file: Annotated[
        str | UnsetType, Meta(description="The request file, in a report of several.")
    ] = UNSET

    id: Annotated[str, Meta(description="Of the check; it keeps its meaning.")]
    title: ForPeople
    provider: str
    target: Annotated[
        str,
        Meta(
            description="Region and model; empty where none is known; of `preflight scan`, the "
            "request file."
        ),
    ]
    suite: str
    seconds: Seconds
    by: Annotated[
        str,
        Meta(
            description="For people: what answered, where there is more than one way; else empty."
        ),
    ]


class Passed(Asked, tag_field="outcome", tag="passed", kw_only=True, frozen=True):
    """It is as promised."""

    detail: ForPeople
    caveat: Annotated[str, Meta(description="What the answer rests on; empty for nothing.")]


class Waiver(Struct, kw_only=True, frozen=True):
    """The risk is accepted: the failure, or the unknown, decides nothing."""

    reason: ForPeople
    owner: str
    until: Annotated[date, Meta(description="The last day on which it counts.")]
    days_left: Annotated[int, Meta(ge=0, description="To that day, when it was checked.")]


class Place(Struct, kw_only=True, frozen=True):
    """One finding on one line of a request file."""

    code: str
    line: Annotated[int, Meta(ge=1)]
    offset: Annotated[int, Meta(ge=0, description="The byte in the file, from 0.")]
    message: ForPeople


class Failed(Asked, tag_field="outcome", tag="failed", kw_only=True, frozen=True):
    """It is not as promised: the job would be refused or lost."""

    problem: ForPeople
    remedy: ForPeople
    lines: Annotated[
        list[Annotated[int, Meta(ge=1)]],
        Meta(description="The first lines of the request file that it is about."),
    ]
    waiver: Waiver | None
    findings: Annotated[
        list[Place] | UnsetType,
        Meta(description="So many of each kind as `--max-findings` asked for."),
    ] = UNSET


class Unknown(Asked, tag_field="outcome", tag="unknown", kw_only=True, frozen=True):
    """It could not be found out."""

    reason: ForPeople
    needs: ForPeople
    waiver: Waiver | None


class Skipped(Asked, tag_field="outcome", tag="skipped", kw_only=True, frozen=True):
    """It was not asked, because an earlier answer decides it."""

    reason: ForPeople


class TargetVerdict(Struct, kw_only=True, frozen=True):
    """The verdict for one model in one region."""

    provider: Annotated[str, Meta(description="`requests`: what holds at every provider.")]
    target: str
    verdict: Word


class ModelCount(Struct, kw_only=True, frozen=True):
    """On how many lines a model is named; null: on so many it is left out."""

    model: str | None
    requests: Annotated[int, Meta(ge=0)]


class RequestFile(Struct, kw_only=True, frozen=True):
    """The request file, in numbers."""

    path: Annotated[str, Meta(description="As it was named.")]
    bytes: Annotated[int, Meta(ge=0)]
    sha256: Annotated[str, Meta(description="Of its content; empty: nobody computed it.")]
    requests: Annotated[int, Meta(ge=0)]
    tokens: Annotated[int, Meta(ge=0, description="Of the prompts, estimated.")]
    models: list[ModelCount]


class Document(Struct, kw_only=True, frozen=True):
    """A report of `preflight check`, or of `preflight scan`."""

    format: Literal["preflight-report"]
    version: Literal[1]
    verdict: Word
    exit_code: Annotated[int, Meta(description="0 ready, 1 not ready, 3 cannot tell.")]
    seconds: Seconds
    calls: Annotated[int, Meta(ge=0, description="Over the wire, each try counted.")]
    longest_chain: Annotated[
        int, Meta(ge=0, description="The most calls that had to wait for one another.")
    ]
    at: Annotated[datetime | None, Meta(description="When the check ended.")]
    promises: Annotated[str, Meta(description="The file that stands for them; empty: none.")]
    request_file: RequestFile | None
    request_files: Annotated[
        list[RequestFile] | UnsetType, Meta(description="All that `preflight scan` judged.")
    ] = UNSET
    not_looked_at: list[ForPeople]
    left_out: Annotated[
        list[str],
        Meta(description="Ids that --only or --skip left out; with any, the verdict is a part's."),
    ]
    notes: Annotated[list[ForPeople], Meta(description="About the waivers.")]
    providers: dict[str, Word]
    targets: list[TargetVerdict]
    checks: list[Passed | Failed | Unknown | Skipped]


def schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) that every such document of this version is valid against."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:batch-preflight:report:{VERSION}",
        "title": "preflight-report",
        **json_schema(Document),
    }


if __name__ == "__main__":
    json.dump(schema(), sys.stdout, indent=2)
    sys.stdout.write("\n")
