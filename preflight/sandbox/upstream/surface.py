"""The HTTP face of an engine, which OpenAI and Azure share: operations and their answers."""

from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from flask import Request, Response, jsonify, send_file
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule

from preflight.sandbox.upstream.batch import Order
from preflight.sandbox.upstream.engine import Engine
from preflight.sandbox.upstream.refusals import Refusal, invalid, missing

_OPERATIONS = Map(
    [
        Rule("/files", endpoint="files.create", methods=["POST"]),
        Rule("/files", endpoint="files.list", methods=["GET"]),
        Rule("/files/<thing>", endpoint="files.get", methods=["GET"]),
        Rule("/files/<thing>", endpoint="files.delete", methods=["DELETE"]),
        Rule("/files/<thing>/content", endpoint="files.content", methods=["GET"]),
        Rule("/batches", endpoint="batches.create", methods=["POST"]),
        Rule("/batches", endpoint="batches.list", methods=["GET"]),
        Rule("/batches/<thing>", endpoint="batches.get", methods=["GET"]),
        Rule("/batches/<thing>/cancel", endpoint="batches.cancel", methods=["POST"]),
    ]
).bind("sandbox")

MOST_BATCHES_A_PAGE = 100
MOST_FILES_A_PAGE = 10_000
MOST_PAIRS, LONGEST_KEY, LONGEST_VALUE = 16, 64, 512
SHORTEST_LIFE, LONGEST_LIFE = 3600, 2_592_000


def operation(method: str, path: str) -> tuple[str, str]:
    """The operation of a path such as `/files/file-1`, and the id it is about ('' for none).

    Raises Refusal.
    """
    try:
        name, arguments = _OPERATIONS.match(path, method=method)
    except HTTPException as wrong:
        message = f"Invalid URL ({method} {path})"
        code = wrong.code or HTTPStatus.NOT_FOUND
        raise Refusal(code, "unknown_url", message) from None
    return name, arguments.get("thing", "")


def perform(engine: Engine, name: str, thing: str, request: Request) -> Response:
    """Do one operation. Raises Refusal."""
    return _PERFORMED[name](engine, thing, request)


def _create_file(engine: Engine, _: str, request: Request) -> Response:
    sent = request.files.get("file")
    if sent is None:
        raise missing("file")
    lives = _life(request.form.get("expires_after[seconds]"), "expires_after")
    purpose = request.form.get("purpose", "")
    file = engine.upload(sent.stream, sent.filename or "", purpose, lives)
    return jsonify(file.shape())


def _list_files(engine: Engine, _: str, request: Request) -> Response:
    purpose = request.args.get("purpose")
    shapes = [file.shape() for file in engine.files() if purpose in {None, file.purpose}]
    if request.args.get("order") == "asc":
        shapes.reverse()
    return _page(shapes, request.args, MOST_FILES_A_PAGE, MOST_FILES_A_PAGE)


def _get_file(engine: Engine, thing: str, _: Request) -> Response:
    return jsonify(engine.file(thing).shape())


def _delete_file(engine: Engine, thing: str, _: Request) -> Response:
    engine.delete(thing)
    return jsonify(id=thing, object="file", deleted=True)


def _file_content(engine: Engine, thing: str, _: Request) -> Response:
    return send_file(engine.file(thing).path, mimetype="application/octet-stream")


def _create_batch(engine: Engine, _: str, request: Request) -> Response:
    body = request.get_json(silent=True)
    if not isinstance(body, dict):
        raise Refusal(HTTPStatus.BAD_REQUEST, "invalid_json", "The body is no JSON object.")
    for name in ("input_file_id", "endpoint", "completion_window"):
        if not isinstance(body.get(name), str) or not body[name]:
            raise missing(name)
    lives = _life((body.get("output_expires_after") or {}).get("seconds"), "output_expires_after")
    order = Order(
        body["input_file_id"],
        body["endpoint"],
        body["completion_window"],
        _metadata(body.get("metadata")),
        lives,
    )
    return jsonify(engine.create(order))


def _list_batches(engine: Engine, _: str, request: Request) -> Response:
    return _page(engine.batches(), request.args, 20, MOST_BATCHES_A_PAGE)


def _get_batch(engine: Engine, thing: str, _: Request) -> Response:
    return jsonify(engine.batch(thing))


def _cancel_batch(engine: Engine, thing: str, _: Request) -> Response:
    return jsonify(engine.cancel(thing))


_PERFORMED: dict[str, Callable[[Engine, str, Request], Response]] = {
    "files.create": _create_file,
    "files.list": _list_files,
    "files.get": _get_file,
    "files.delete": _delete_file,
    "files.content": _file_content,
    "batches.create": _create_batch,
    "batches.list": _list_batches,
    "batches.get": _get_batch,
    "batches.cancel": _cancel_batch,
}


def _page(
    shapes: Sequence[dict[str, Any]], asked: Mapping[str, str], usual: int, most: int
) -> Response:
    """One page of a list: `limit` things after the thing with the id `after`."""
    limit = asked.get("limit", str(usual))
    if not limit.isdecimal() or not 1 <= int(limit) <= most:
        raise invalid("limit", f"'limit' must be an integer from 1 to {most}.")
    start = 0
    if after := asked.get("after"):
        ids = [shape["id"] for shape in shapes]
        if after not in ids:
            raise invalid("after", f"'{after}' is not in the list.")
        start = ids.index(after) + 1
    page = shapes[start : start + int(limit)]
    return jsonify(
        object="list",
        data=page,
        first_id=page[0]["id"] if page else None,
        last_id=page[-1]["id"] if page else None,
        has_more=start + len(page) < len(shapes),
    )


def _life(seconds: object, parameter: str) -> int | None:
    if seconds is None:
        return None
    if not str(seconds).isdecimal() or not SHORTEST_LIFE <= int(str(seconds)) <= LONGEST_LIFE:
        allowed = f"from {SHORTEST_LIFE} to {LONGEST_LIFE} seconds"
        raise invalid(parameter, f"'{parameter}' must be {allowed}.")
    return int(str(seconds))


def _metadata(given: object) -> dict[str, str] | None:
    if given is None:
        return None
    fits = isinstance(given, dict) and len(given) <= MOST_PAIRS
    if not isinstance(given, dict) or not fits or not all(map(_pair_fits, given.items())):
        message = (
            f"'metadata' holds at most {MOST_PAIRS} pairs of strings, keys of {LONGEST_KEY} and "
            f"values of {LONGEST_VALUE} characters."
        )
        raise invalid("metadata", message)
    return given


def _pair_fits(pair: tuple[object, object]) -> bool:
    key, value = pair
    return (
        isinstance(key, str)
        and len(key) <= LONGEST_KEY
        and isinstance(value, str)
        and len(value) <= LONGEST_VALUE
    )
