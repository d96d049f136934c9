"""OpenAI's API on loopback: a project key, the models, files and batches."""

import secrets
from contextlib import ExitStack
from http import HTTPStatus
from pathlib import Path
from types import TracebackType
from typing import Self

from flask import Flask, Response, jsonify, request

from preflight.sandbox.memory import Restore, remember
from preflight.sandbox.serving import serve
from preflight.sandbox.upstream.engine import Engine
from preflight.sandbox.upstream.lifecycle import Timing
from preflight.sandbox.upstream.refusals import Refusal, Rejected
from preflight.sandbox.upstream.rules import OPENAI
from preflight.sandbox.upstream.surface import operation, perform
from preflight.sandbox.upstream.validation import Model, Queue

MODELS = {
    "gpt-3.5-turbo-0125": "gpt-3.5-turbo-0125",
    "gpt-4o": "gpt-4o-2024-08-06",
    "gpt-4o-2024-08-06": "gpt-4o-2024-08-06",
    "gpt-4o-mini": "gpt-4o-mini-2024-07-18",
    "gpt-4o-mini-2024-07-18": "gpt-4o-mini-2024-07-18",
    "gpt-4.1": "gpt-4.1-2025-04-14",
    "gpt-4.1-mini": "gpt-4.1-mini-2025-04-14",
    "gpt-4.1-nano": "gpt-4.1-nano-2025-04-14",
    "o3-mini": "o3-mini-2025-01-31",
    "o4-mini": "o4-mini-2025-04-16",
    "gpt-5": "gpt-5-2025-08-07",
    "gpt-5-mini": "gpt-5-mini-2025-08-07",
    "gpt-5-nano": "gpt-5-nano-2025-08-07",
    "text-embedding-3-small": "text-embedding-3-small",
    "text-embedding-3-large": "text-embedding-3-large",
}
"""A project's models.

The id that may be asked for -> the one that answers bear. Read October 2026, abridged.
"""

ORGANIZATION = "org-sandbox"


class OpenAIUpstream:
    """`with OpenAIUpstream(folder) as openai:` serves until the block ends.

    `base_url` and `api_key` are what OpenAI's SDK takes; `env` says only where the sandbox's own
    switches are, since whoever runs the check never talks to OpenAI. `queue_tokens` is the
    organisation's limit of enqueued tokens for each model; None: none.
    """

    def __init__(
        self, folder: Path, timing: Timing | None = None, queue_tokens: int | None = None
    ) -> None:
        """Nothing is served yet. Files are kept below `folder`."""
        self.base_url = ""
        self.api_key = f"sk-sandbox-{secrets.token_hex(16)}"
        self.env: dict[str, str] = {}
        self._valid_keys = {self.api_key}
        self._models = dict(MODELS)
        self._queue_tokens = queue_tokens
        self._engine = Engine(folder / "openai", OPENAI, self._resolve, timing)
        self._serving = ExitStack()

    def __enter__(self) -> Self:
        """Serve on a free port."""
        server = self._serving.enter_context(serve(self._app()))
        self.base_url = f"{server}/v1"
        self.env = {"PREFLIGHT_SANDBOX_OPENAI": server}
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop serving."""
        self._serving.close()

    def remember(self) -> Restore:
        """Keep the keys, the models and the queue's limit; returns what puts them back."""
        return remember([(self, ("_valid_keys", "_models", "_queue_tokens"))])

    def revoke_key(self) -> None:
        """From now on every call with the key is answered with 401."""
        self._valid_keys.clear()

    def remove_model(self, model: str) -> None:
        """The project loses a model. Raises KeyError where it has none of that name."""
        del self._models[model]

    def expire_next(self, share: float) -> None:
        """The window of the next batch closes when this share (0..1) of its requests is done."""
        self._engine.expire_next(share)

    def _resolve(self, name: str) -> Model:
        if name not in self._models:
            message = f"The provided model '{name}' is not supported by the Batch API."
            raise Rejected("model_not_found", message, param="body.model")
        if self._queue_tokens is None:
            return Model(self._models[name])
        message = (
            f"Enqueued token limit reached for {name} in organization {ORGANIZATION}. Limit: "
            f"{self._queue_tokens:,} enqueued tokens. Please try again once some in_progress "
            "batches have been completed."
        )
        return Model(self._models[name], Queue(name, self._queue_tokens, message))

    def _app(self) -> Flask:
        app = Flask("openai-upstream", static_folder=None)
        app.before_request(self._authenticate)
        app.register_error_handler(Refusal, _refused)
        app.add_url_rule("/sandbox/limits", view_func=self._set_limits, methods=["POST"])
        app.add_url_rule("/v1/models", view_func=self._list_models)
        app.add_url_rule("/v1/models/<model>", view_func=self._get_model)
        app.add_url_rule(
            "/v1/<path:tail>", view_func=self._files_and_batches, methods=["GET", "POST", "DELETE"]
        )
        return app

    def _authenticate(self) -> None:
        if request.path.startswith("/sandbox/"):
            return
        scheme, _, key = request.headers.get("Authorization", "").partition(" ")
        if scheme != "Bearer" or not key:
            message = "You didn't provide an API key."
            raise Refusal(HTTPStatus.UNAUTHORIZED, "missing_api_key", message)
        if key not in self._valid_keys:
            message = f"Incorrect API key provided: {key[:3]}***."
            raise Refusal(HTTPStatus.UNAUTHORIZED, "invalid_api_key", message)

    def _set_limits(self) -> Response:
        """Part of the sandbox, not of OpenAI: the queue's limit, the key, and what is shut down."""
        rows = request.get_json()
        self._queue_tokens = rows.get("queue_tokens", self._queue_tokens)
        if rows.get("revoked"):
            self.revoke_key()
        for model in rows.get("shut_down", []):
            self.remove_model(model)
        return jsonify({})

    def _list_models(self) -> Response:
        return jsonify(object="list", data=[_model(name) for name in self._models])

    def _get_model(self, model: str) -> Response:
        if model not in self._models:
            message = f"The model '{model}' does not exist or you do not have access to it."
            raise Refusal(HTTPStatus.NOT_FOUND, "model_not_found", message, "model")
        return jsonify(_model(model))

    def _files_and_batches(self, tail: str) -> Response:
        name, thing = operation(request.method, f"/{tail}")
        return perform(self._engine, name, thing, request)


def _model(name: str) -> dict[str, str | int]:
    return {"id": name, "object": "model", "created": 1_721_172_741, "owned_by": "system"}


def _refused(refusal: Refusal) -> Response:
    error = {
        "message": refusal.message,
        "type": "invalid_request_error",
        "param": refusal.param,
        "code": refusal.code,
    }
    response = jsonify(error=error)
    response.status_code = refusal.status
    return response
