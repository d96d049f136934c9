"""Validation of a batch file, line by line: the first bad line fails the whole batch.

Written from the services' documentation alone. It is what the sandbox holds to be true, so it
shares nothing with the checks whose predictions are compared with it.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from preflight.sandbox.upstream.refusals import Rejected
from preflight.sandbox.upstream.rules import NOT_JSON, RESPONSES, Rules

BYTE_ORDER_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Queue:
    """How many tokens may wait in the queue `key`, and what is said where there are more."""

    key: str
    limit: int
    message: str


@dataclass(frozen=True, slots=True)
class Model:
    """What the `model` of a body stands for: the name in the answers, and the queue."""

    name: str
    queue: Queue | None = None


Resolve = Callable[[str], Model]
"""From a body's `model` to the model. Raises Rejected where there is none that runs batches."""


@dataclass(frozen=True, slots=True)
class Request:
    """One line that passed: `url` as the line has it."""

    custom_id: str
    url: str
    body: dict[str, Any]
    model: Model


def requests(path: Path, endpoint: str, rules: Rules, resolve: Resolve) -> Iterator[Request]:
    """The requests of a file, in its order. Raises Rejected at the first bad line."""
    if path.stat().st_size == 0:
        raise Rejected("empty_file", "The input file is empty.")
    if path.stat().st_size > rules.max_bytes:
        size = f"The input file is larger than the {rules.max_bytes // 10**6} MB a batch may have."
        raise Rejected("file_too_large", size)
    lines = _Lines(endpoint, rules, resolve)
    with path.open("rb") as file:
        if file.read(len(BYTE_ORDER_MARK)) == BYTE_ORDER_MARK:
            raise Rejected(*rules.byte_order_mark, line=1)
        file.seek(0)
        for number, line in enumerate(file, 1):
            if number > rules.max_requests:
                many = (
                    f"The input file holds more than the {rules.max_requests:,} requests allowed."
                )
                raise Rejected("too_many_tasks", many)
            try:
                yield lines.request(line)
            except Rejected as rejected:
                rejected.line = number
                raise


class _Lines:
    """What one line is judged by: the rules, and the lines before it."""

    def __init__(self, endpoint: str, rules: Rules, resolve: Resolve) -> None:
        self._endpoint = endpoint
        self._rules = rules
        self._resolve = resolve
        self._ids: set[str] = set()
        self._url = "" if rules.urls else endpoint
        self._model = ""
        self._resolved: Model | None = None

    def request(self, line: bytes) -> Request:
        task = _parsed(line)
        custom_id = self._custom_id(task)
        if task.get("method") != "POST":
            raise Rejected(
                "invalid_method", "The method of a request must be POST.", param="method"
            )
        url = self._checked_url(task)
        body = task.get("body")
        if not isinstance(body, dict):
            message = "Missing required parameter: 'body'."
            raise Rejected("missing_required_parameter", message, param="body")
        if body.get("stream"):
            message = "Streaming is not supported in the Batch API."
            raise Rejected("streaming_unsupported", message, param="body.stream")
        return Request(custom_id, url, body, self._checked_model(body))

    def _custom_id(self, task: dict[str, Any]) -> str:
        custom_id = task.get("custom_id")
        if custom_id is None or custom_id == "":
            message = "Missing required parameter: 'custom_id'."
            raise Rejected("missing_required_parameter", message, param="custom_id")
        if not isinstance(custom_id, str):
            raise Rejected("invalid_type", "custom_id must be a string.", param="custom_id")
        if custom_id in self._ids:
            message = f"The custom_id '{custom_id}' is used by an earlier request of the file."
            raise Rejected("duplicate_custom_id", message, param="custom_id")
        self._ids.add(custom_id)
        return custom_id

    def _checked_url(self, task: dict[str, Any]) -> str:
        url = task.get("url")
        wrong = Rejected(
            self._rules.wrong_url,
            f"The url {url!r} of the request does not match the batch's endpoint "
            f"'{self._endpoint}' and the other requests.",
            param="url",
        )
        if not isinstance(url, str) or (self._rules.urls and url not in self._rules.urls):
            raise wrong
        if not self._url:
            # Azure reads from the file whether it is chat or responses; only a batch created for
            # responses is bound.
            if self._endpoint.endswith("/responses") and url != RESPONSES:
                raise wrong
            self._url = url
        if url != self._url:
            raise wrong
        return url

    def _checked_model(self, body: dict[str, Any]) -> Model:
        name = body.get("model")
        if not isinstance(name, str) or not name:
            raise Rejected(*self._rules.no_model, param="body.model")
        if self._resolved is None:
            self._resolved = self._resolve(name)
            self._model = name
        if name != self._model:
            message = f"All requests of a file must name one model: '{self._model}', then '{name}'."
            raise Rejected(self._rules.other_model, message, param="body.model")
        return self._resolved


def _parsed(line: bytes) -> dict[str, Any]:
    try:
        task = json.loads(line.decode(), parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise Rejected(*NOT_JSON) from None
    if not isinstance(task, dict):
        raise Rejected(*NOT_JSON)
    return task


def _no_constant(word: str) -> None:
    """JSON has no NaN and no Infinity, though the parser would take them."""
    raise ValueError(word)
