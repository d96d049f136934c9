"""What a request says, as far as all the APIs read it the same way."""

import json
from typing import Any

from flask import request


def json_body() -> dict[str, Any]:
    """The request's JSON object; empty for no body, as Google reads an absent message."""
    body = request.get_json(force=True, silent=True)
    return body if isinstance(body, dict) else {}


def object_name() -> str:
    """The object's name in the JSON that comes before its bytes, or instead of them."""
    metadata = request.get_data()
    boundary = request.mimetype_params.get("boundary")
    if boundary:
        first = metadata.split(f"--{boundary}".encode(), 2)[1]
        metadata = first.partition(b"\r\n\r\n")[2]
    try:
        return str(json.loads(metadata).get("name", ""))
    except ValueError:
        return ""
