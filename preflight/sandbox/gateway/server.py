"""The gateway's HTTP surface: who may ask, for which provider, and what a request must hold."""

import hmac
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from types import TracebackType
from typing import Any, Self

from flask import Flask, Response, jsonify, request

from preflight.sandbox.accounts import (
    AzureAccount,
    OpenAIAccount,
    ProviderAccount,
    VertexAccount,
)
from preflight.sandbox.gateway.bedrock import Bedrock
from preflight.sandbox.gateway.faults import PATH as FAULTS
from preflight.sandbox.gateway.faults import Faults
from preflight.sandbox.gateway.limits import Limits
from preflight.sandbox.gateway.lines import models
from preflight.sandbox.gateway.models import catalog, refuse_virtual
from preflight.sandbox.gateway.objects import Page
from preflight.sandbox.gateway.passthrough import to_azure, to_openai
from preflight.sandbox.gateway.provider import Provider, Route, needed
from preflight.sandbox.gateway.refusal import (
    BAD_REQUEST,
    NOT_FOUND,
    UNAUTHORIZED,
    Refusal,
    install,
)
from preflight.sandbox.gateway.vertex import Vertex
from preflight.sandbox.loopback import asking
from preflight.sandbox.memory import Restore
from preflight.sandbox.serving import serve

PROVIDER = "x-tfy-provider-name"
_PROVIDER_SECONDS = 60
_FILE, _BATCH = "/files/<path:file_id>", "/batches/<path:batch_id>"


class SandboxGateway:
    """The gateway, served for as long as a `with` block lasts.

    `base_url` is where it is. It acts with the credentials of its provider accounts, never with
    the caller's, and keeps nothing between requests but those accounts.
    """

    def __init__(self, api_key: str, accounts: Sequence[ProviderAccount] = ()) -> None:
        """Take the one key that callers must show, and the provider accounts to begin with."""
        self._api_key = api_key.encode()
        self._accounts = {account.name: account for account in accounts}
        self._limits = Limits()
        self._running = ExitStack()
        self._faults = Faults()
        self.base_url = ""

    def __enter__(self) -> Self:
        """Start serving."""
        with ExitStack() as starting:
            client = asking(timeout=_PROVIDER_SECONDS)
            self._http = starting.enter_context(client)
            self.base_url = starting.enter_context(serve(self._application()))
            self._running = starting.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stop serving."""
        self._running.close()

    def register(self, account: ProviderAccount) -> None:
        """Add a provider account, or replace the one of that name."""
        self._accounts = {**self._accounts, account.name: account}

    def remember(self) -> Restore:
        """Keep the accounts, the limits and the faults; returns what puts them back."""
        kept = self._accounts, self._limits, set(self._faults.names)

        def restore() -> None:
            self._accounts, self._limits = kept[:2]
            self._faults.names = set(kept[2])

        return restore

    def _application(self) -> Flask:
        app = Flask("sandbox-gateway")
        # An id may be a URI whose escapes the web server has undone: `//` in a path is its own.
        app.url_map.merge_slashes = False
        install(app)
        app.before_request(self._admit)
        app.before_request(lambda: self._faults.refuse(request))
        app.after_request(lambda answer: self._faults.answered(request, answer))
        for method, path, answer in (
            ("GET", "/models", self._models),
            ("POST", "/sandbox/limits", self._set_limits),
            ("POST", f"{FAULTS}/<name>", self._break),
            ("POST", "/sandbox/accounts/<name>", self._change_account),
            ("POST", "/files", self._upload),
            ("GET", "/files", lambda: self._provider().files(_page())),
            ("GET", _FILE, lambda file_id: self._provider().file(file_id)),
            ("DELETE", _FILE, lambda file_id: self._provider().delete(file_id)),
            ("GET", f"{_FILE}/content", lambda file_id: self._provider().content(file_id)),
            ("POST", "/batches", self._create),
            ("GET", "/batches", lambda: self._provider().batches(_page())),
            ("GET", _BATCH, lambda batch_id: self._provider().batch(batch_id)),
            ("POST", f"{_BATCH}/cancel", lambda batch_id: self._provider().cancel(batch_id)),
            ("GET", f"{_BATCH}/output", lambda batch_id: self._provider().output(batch_id)),
        ):
            app.add_url_rule(path, f"{method} {path}", answer, methods=[method])
        return app

    def _admit(self) -> None:
        shown = request.headers.get("Authorization", "").encode()
        known = hmac.compare_digest(shown, b"Bearer " + self._api_key)
        if not known or (self._limits.revoked and not request.path.startswith("/sandbox/")):
            raise Refusal(UNAUTHORIZED, "the gateway does not know this API key", "invalid_api_key")

    def _provider(self) -> Provider:
        route = Route(request.headers)
        name = route.need(PROVIDER)
        account = self._accounts.get(name)
        match account:
            case None:
                raise Refusal(
                    NOT_FOUND,
                    f"no provider account {name} is registered at the gateway",
                    "provider_account_not_found",
                    PROVIDER,
                )
            case OpenAIAccount():
                return to_openai(account, self._http)
            case AzureAccount():
                return to_azure(account, route, self._http)
            case VertexAccount():
                return Vertex(account, route, self._http)
            case _:
                return Bedrock(account, route)

    def _break(self, name: str) -> Response:
        self._faults.put_in(name)
        return jsonify({"fault": name})

    def _change_account(self, name: str) -> Response:
        """Part of the sandbox, not of a gateway: fields of an account; `{}` removes it."""
        fields = request.get_json()
        others = {one: account for one, account in self._accounts.items() if one != name}
        if fields:
            others[name] = replace(self._accounts[name], **fields)
        self._accounts = others
        return jsonify({})

    def _models(self) -> Response:
        return jsonify(catalog(self._accounts.values(), self._limits.unregistered))

    def _set_limits(self) -> Response:
        """Part of the sandbox, not of a gateway: what it refuses from now on."""
        self._limits = self._limits.with_rows(request.get_json())
        return jsonify({})

    def _upload(self) -> Response:
        # Kept whole before the form is read, so that it can be passed through unchanged.
        request.get_data()
        provider = self._provider()
        upload = request.files.get("file")
        if upload is None:
            raise Refusal(BAD_REQUEST, "file is required", "missing_required_parameter", "file")
        if request.form.get("purpose") != "batch":
            raise Refusal(BAD_REQUEST, "purpose must be batch", "invalid_purpose", "purpose")
        if not (upload.filename or "").endswith(".jsonl"):
            raise Refusal(
                BAD_REQUEST, "only .jsonl files are taken for batches", "invalid_file", "file"
            )
        content = upload.read()
        named = models(content)
        refuse_virtual(named, self._accounts)
        self._limits.admit_models(named)
        self._limits.admit_file(content)
        return provider.upload(request, self._faults.kept(content))

    def _create(self) -> Response:
        provider = self._provider()
        body: Any = request.get_json(force=True, silent=True)
        if not isinstance(body, dict):
            raise Refusal(BAD_REQUEST, "the body must be a JSON object", "invalid_json")
        needed(body, "input_file_id")
        needed(body, "endpoint")
        if isinstance(model := body.get("model"), str):
            refuse_virtual([model], self._accounts)
        self._limits.admit_batch(lambda: provider.batches(Page(100, None)))
        return provider.create(request, body)


def _page() -> Page:
    limit = request.args.get("limit")
    if limit is not None and not (limit.isdecimal() and int(limit)):
        raise Refusal(BAD_REQUEST, "limit must be a positive number", "invalid_limit", "limit")
    return Page(None if limit is None else int(limit), request.args.get("after"))
