"""What a gateway may get wrong where no look shows it: put in one at a time, on request.

Everything before the upload, the create and the results answers as ever, so that only a real job
comes upon it.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import Request, Response

from preflight.sandbox.gateway.refusal import BAD_REQUEST, FORBIDDEN, NOT_FOUND, Refusal

PATH = "/sandbox/faults"
Row = dict[str, Any]


def _no_role() -> Refusal:
    words = "AWS IAM role ARN is required for Bedrock batch jobs. Set 'aws_batch_role_arn'"
    return Refusal(BAD_REQUEST, words, "invalid_request")


def _uncounted() -> Refusal:
    words = "Could not account for all tokens in the batch input file: 1 request was not counted"
    return Refusal(BAD_REQUEST, words, "invalid_request")


def _no_downloads() -> Refusal:
    return Refusal(FORBIDDEN, "this key may upload files and may not read them", "forbidden")


_REFUSALS: Mapping[str, tuple[str, str, Callable[[], Refusal]]] = {
    "lost-role": ("POST", "/batches", _no_role),
    "token-count": ("POST", "/files", _uncounted),
    "no-downloads": ("GET", "/content", _no_downloads),
}
"""Fault -> the calls that it refuses, by method and end of the path, and with what."""


def _nameless(row: Row) -> Row:
    return {**row, "custom_id": None}


def _empty(row: Row) -> Row:
    response = dict(row.get("response") or {})
    response["body"] = {**(response.get("body") or {}), "choices": []}
    return {**row, "response": response}


def _malformed(row: Row) -> Row:
    words = (
        "Malformed input request: #: extraneous key [max_workers] is not permitted, please "
        "reformat your input and try again."
    )
    kept = {name: value for name, value in row.items() if name != "modelOutput"}
    return {**kept, "error": {"errorCode": BAD_REQUEST, "errorMessage": words}}


_ROWS: Mapping[str, Callable[[Row], Row]] = {
    "nameless-rows": _nameless,
    "empty-answers": _empty,
    "row-errors": _malformed,
}
"""Fault -> what becomes of each row of results."""

_RESTRICTED = {
    "code": "ValidationException",
    "message": "Your account is not authorized to perform this action. Please create a support "
    "case with the reason.",
}
FAULTS = frozenset({*_REFUSALS, *_ROWS, "dropped-line", "restricted-account"})
"""All that there are."""


@dataclass(slots=True)
class Faults:
    """Those that were put in."""

    names: set[str] = field(default_factory=set)

    def put_in(self, name: str) -> None:
        """Raises Refusal (404) for a fault that there is not."""
        if name not in FAULTS:
            raise Refusal(NOT_FOUND, f"there is no fault {name}", "fault_not_found")
        self.names.add(name)

    def refuse(self, asked: Request) -> None:
        """Raise Refusal for a call that is to be refused."""
        for name in self.names & _REFUSALS.keys():
            method, end, refusal = _REFUSALS[name]
            if asked.method == method and asked.path.endswith(end):
                raise refusal()

    def kept(self, content: bytes) -> bytes:
        """What is kept of an upload."""
        if "dropped-line" in self.names:
            return b"".join(content.splitlines(keepends=True)[:-1])
        return content

    def answered(self, asked: Request, answer: Response) -> Response:
        """What is answered in the place of this."""
        if asked.method != "GET" or answer.status_code >= BAD_REQUEST:
            return answer
        if asked.path.endswith("/content"):
            for name in self.names & _ROWS.keys():
                answer.set_data(_each(answer.get_data(), _ROWS[name]))
        elif "restricted-account" in self.names and asked.path.startswith("/batches/"):
            failed = {
                "status": "failed",
                "errors": {"data": [_RESTRICTED]},
                "output_file_id": None,
                "error_file_id": None,
            }
            answer.set_data(json.dumps({**json.loads(answer.get_data()), **failed}))
        return answer


def _each(content: bytes, change: Callable[[Row], Row]) -> bytes:
    """Every row of results changed; a file of requests is as it was."""
    rows = [json.loads(line) for line in content.splitlines() if line.strip()]
    if not all("response" in row or "modelOutput" in row for row in rows):
        return content
    return b"".join(json.dumps(change(row)).encode() + b"\n" for row in rows)
