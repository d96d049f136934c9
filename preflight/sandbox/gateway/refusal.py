"""A refusal in OpenAI's error shape, and what of the providers' own errors becomes one."""

from collections.abc import Callable
from typing import Any

from flask import Flask, Response, jsonify
from werkzeug.exceptions import HTTPException

BAD_REQUEST, UNAUTHORIZED, FORBIDDEN, NOT_FOUND, BAD_GATEWAY = 400, 401, 403, 404, 502


class Refusal(Exception):
    """What the caller is told instead of an answer.

    Args:
        status: HTTP status.
        message: the sentence; a provider's own text where a provider refused.
        code: OpenAI's word, or the provider's (AccessDenied, PERMISSION_DENIED).
        param: the header or field it is about.
    """

    def __init__(self, status: int, message: str, code: str = "", param: str | None = None) -> None:
        """Keep the parts."""
        super().__init__(message)
        self.status = status
        self.message = message
        self.code = code or None
        self.param = param

    def answer(self) -> Response:
        """The HTTP answer."""
        kind = "invalid_request_error" if self.status < BAD_GATEWAY else "provider_error"
        error = {"message": self.message, "type": kind, "param": self.param, "code": self.code}
        response = jsonify({"error": error})
        response.status_code = self.status
        return response


def caller_status(status: int) -> int:
    """The status that tells the caller what a provider's status meant.

    A 3xx (S3's 301 for a bucket of another region) is as final as a 400; a provider's own fault is
    a bad gateway to the caller.
    """
    if status < BAD_REQUEST:
        return BAD_REQUEST
    return status if status < 500 else BAD_GATEWAY  # noqa: PLR2004


def from_aws(error: Any) -> Refusal:
    """A `botocore.exceptions.ClientError`: AWS's own code and sentence."""
    told = error.response.get("Error", {})
    code = str(told.get("Code", ""))
    status = int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", BAD_GATEWAY))
    if code.startswith("AccessDenied"):
        status = FORBIDDEN
    message = f"{error.operation_name}: {told.get('Message') or code}"
    return Refusal(caller_status(status), message, code)


def unreachable(error: Exception) -> Refusal:
    """Nothing answered at the provider, or broke off."""
    return Refusal(BAD_GATEWAY, f"the provider did not answer: {error}", "provider_unreachable")


def install(app: Flask) -> None:
    """Answer every refusal and every error of a provider in OpenAI's shape."""
    import httpx2  # noqa: PLC0415 - start-up without a sandbox stays instant
    from botocore.exceptions import (  # noqa: PLC0415
        BotoCoreError,
        ClientError,
        ParamValidationError,
    )

    turns: dict[type[Exception], Callable[[Any], Refusal]] = {
        Refusal: lambda error: error,
        HTTPException: lambda error: Refusal(error.code or 500, error.description or error.name),
        ClientError: from_aws,
        ParamValidationError: lambda error: Refusal(BAD_REQUEST, str(error)),
        BotoCoreError: unreachable,
        httpx2.TransportError: unreachable,
    }
    for kind, turn in turns.items():
        app.register_error_handler(kind, lambda error, turn=turn: turn(error).answer())
