"""What a request says, as far as all the APIs read it the same way."""

from typing import Any

from flask import request


def json_body() -> dict[str, Any]:
    """The request's JSON object; empty for no body, as Google reads an absent message."""
    body = request.get_json(force=True, silent=True)
    return body if isinstance(body, dict) else {}
