"""A batch job's input, row by row, as Bedrock's validation reads it."""

import json
from collections.abc import Mapping
from typing import Any

from preflight.sandbox.aws.quotas import MAX_RECORDS, MIN_RECORDS

Row = dict[str, Any]


class JobFailed(Exception):
    """The job ends as Failed; the text is its message."""


def parsed_rows(text: str, name: str) -> tuple[Row, ...]:
    """The rows of the file of that name. Raises JobFailed for a line that is none."""
    rows = []
    for number, line in enumerate(text.splitlines(), 1):
        try:
            row = json.loads(line)
        except ValueError as error:
            raise JobFailed(f"Line {number} of {name} is not JSON: {error}") from error
        if not isinstance(row, dict) or not isinstance(row.get("modelInput"), dict):
            raise JobFailed(f"Line {number} of {name} has no modelInput.")
        # Documented: a row without an id is given one.
        row.setdefault("recordId", f"CALL{number:07}")
        if not isinstance(row["recordId"], str):
            raise JobFailed(f"Line {number} of {name}: recordId is not a string.")
        rows.append(row)
    return tuple(rows)


def check_rows(job_arn: str, files: Mapping[str, tuple[Row, ...]]) -> int:
    """The number of rows in all files. Raises JobFailed for too few, too many, or one id twice."""
    total = sum(len(rows) for rows in files.values())
    if total < MIN_RECORDS:
        raise JobFailed(
            f"Batch job {job_arn} contains less records ({total}) than the required minimum of: "
            f"{MIN_RECORDS}"
        )
    if total > MAX_RECORDS:
        raise JobFailed(
            f"Batch job {job_arn} contains more records ({total}) than the allowed maximum of: "
            f"{MAX_RECORDS}"
        )
    for name, rows in files.items():
        seen: set[str] = set()
        for row in rows:
            if row["recordId"] in seen:
                raise JobFailed(f"The recordId {row['recordId']} is used twice in {name}.")
            seen.add(row["recordId"])
    return total
