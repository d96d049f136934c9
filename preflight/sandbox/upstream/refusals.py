"""The three ways to say no: at once, to the whole file, to one request.

Refusal   the HTTP call is answered with an error; nothing was made
Rejected  the batch was created, and its validation fails all of it
Row error one request of a running batch gets status code 400 (a plain dict, see `bad_request`)
"""

from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any


@dataclass(slots=True, eq=False)
class Refusal(Exception):
    """An HTTP error. `code` is the service's error code, `param` the field it is about."""

    status: int
    code: str
    message: str
    param: str | None = None
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class Rejected(Exception):
    """Validation's verdict on a whole file. `line` counts from 1; None: about the file."""

    code: str
    message: str
    line: int | None = None
    param: str | None = None


def missing(parameter: str) -> Refusal:
    """A required parameter of a call is not there."""
    message = f"Missing required parameter: '{parameter}'."
    return Refusal(HTTPStatus.BAD_REQUEST, "missing_required_parameter", message, parameter)


def invalid(parameter: str, message: str) -> Refusal:
    """A parameter of a call has a value that is not allowed."""
    return Refusal(HTTPStatus.BAD_REQUEST, "invalid_value", message, parameter)


def bad_request(message: str, param: str, code: str | None = None) -> dict[str, Any]:
    """The body of a request's own 400."""
    error = {"message": message, "type": "invalid_request_error", "param": param, "code": code}
    return {"error": error}
