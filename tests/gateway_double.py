"""A gateway that is a script: what it answers, in which order, and what it was asked."""

import json
import threading
from collections import Counter
from dataclasses import dataclass, field
from urllib.parse import unquote

from flask import Flask, Response, jsonify, request

KEY = "tfy-a-made-up-key-of-some-length"
MODELS = ("gpt-4o-mini", "gpt-4.1")


def result(custom_id, code=200, error=None):
    response = None if error else {"status_code": code, "request_id": "q", "body": {"n": 1}}
    return {"id": "x", "custom_id": custom_id, "response": response, "error": error}


def lines(*rows):
    return b"".join(json.dumps(row).encode() + b"\n" for row in rows)


class Held:
    """One call that waits for the end of its caller."""

    def __init__(self):
        self.reached = threading.Event()
        self.let_go = threading.Event()

    def wait(self):
        self.reached.set()
        self.let_go.wait(30)
        return refusal(503, "too late for whoever asked")


@dataclass
class Double:
    """`states` are what the batch looks like at one look after another; the last one stays.

    `before` and `after` hold, per step (upload, create, look, list, list-files, content, cancel),
    answers that are given instead of the usual: without, or in spite of, the step being done.
    `held` stops a call there ("before upload", "after create"); it never gets its answer.
    """

    states: list = field(default_factory=lambda: [{"status": "completed"}])
    content: dict = field(default_factory=dict)
    before: dict = field(default_factory=dict)
    after: dict = field(default_factory=dict)
    held: dict = field(default_factory=dict)
    created_id: str = "batch-{}"
    shows_metadata: bool = True

    def __post_init__(self):
        self.done = Counter()
        self.uploads = []
        self.creates = []
        self.lock = threading.Lock()

    def hold(self, moment):
        """A call that comes to this moment waits there. `reached` and `let_go` are events."""
        self.held[moment] = Held()
        return self.held[moment]

    def _answer(self, step, carry_out):
        if held := self.held.pop(f"before {step}", None):
            return held.wait()
        with self.lock:
            if self.before.get(step):
                return self.before[step].pop(0)
            self.done[step] += 1
            answer = carry_out()
            if self.after.get(step):
                return self.after[step].pop(0)
        if held := self.held.pop(f"after {step}", None):
            return held.wait()
        return answer

    def _upload(self):
        sent = request.files["file"]
        self.uploads.append((sent.filename, sent.read()))
        return self._file(len(self.uploads) - 1)

    def _file(self, number):
        name, content = self.uploads[number]
        return {"id": f"file-{number}", "filename": name, "bytes": len(content), "object": "file"}

    def _create(self):
        self.creates.append(request.get_json())
        return self._batch(len(self.creates) - 1)

    def _batch(self, number, **state):
        asked = self.creates[number]
        return {
            "id": self.created_id.format(number),
            "status": "validating",
            "input_file_id": asked["input_file_id"],
            "metadata": asked.get("metadata") if self.shows_metadata else None,
            "request_counts": {"total": 0, "completed": 0, "failed": 0},
        } | state

    def _look(self):
        state = self.states[0] if len(self.states) == 1 else self.states.pop(0)
        return self._batch(len(self.creates) - 1, **state)

    def _list(self):
        return {"data": [self._batch(n) for n in reversed(range(len(self.creates)))]}

    def _files(self):
        return {"data": [self._file(n) for n in reversed(range(len(self.uploads)))]}

    def _content(self, file_id):
        found = self.content.get(file_id)
        if found is None:
            return Response(json.dumps({"error": {"message": "no such file"}}), 404)
        return Response(found, content_type="application/octet-stream")

    def _cancel(self):
        return self._batch(len(self.creates) - 1, status="cancelling")

    def _models(self):
        rows = [{"id": f"openai-main/{name}", "object": "model"} for name in MODELS]
        return {"object": "list", "data": rows}

    def _told(self, step, carry_out):
        answer = self._answer(step, carry_out)
        return jsonify(answer) if isinstance(answer, dict) else answer

    def app(self):
        app = Flask("double")

        @app.before_request
        def admit():
            if request.headers.get("Authorization") != f"Bearer {KEY}":
                return refusal(401, "the gateway does not know this key", "invalid_api_key")
            return None

        @app.post("/files")
        def upload():
            return self._told("upload", self._upload)

        @app.get("/files")
        def files():
            return self._told("list-files", self._files)

        @app.get("/files/<path:file_id>/content")
        def content(file_id):
            return self._told("content", lambda: self._content(unquote(file_id)))

        @app.post("/batches")
        def create():
            return self._told("create", self._create)

        @app.get("/batches")
        def batches():
            return self._told("list", self._list)

        app.get("/models")(self._models)

        @app.get("/batches/<path:batch_id>")
        def look(batch_id):
            self.done[f"id {batch_id}"] += 1
            return self._told("look", self._look)

        @app.post("/batches/<path:batch_id>/cancel")
        def cancel(batch_id):
            return self._told("cancel", self._cancel)

        return app


def refusal(status, message, code=None):
    body = {"error": {"message": message, "code": code}}
    return Response(json.dumps(body), status, content_type="application/json")


def page(status=200):
    return Response("<html><body>Log in</body></html>", status, content_type="text/html")
