"""Azure OpenAI's data plane: files and batches of one account, for whom its roles admit."""

import hashlib
import re
from http import HTTPStatus
from pathlib import Path

from flask import Request, Response, jsonify

from preflight.sandbox.azure.identity import BadToken, Tokens
from preflight.sandbox.azure.names import ACCOUNT_KIND, BATCH_SKUS, COGNITIVE_SERVICES
from preflight.sandbox.azure.resources import Resource, World
from preflight.sandbox.memory import Restore
from preflight.sandbox.upstream.answers import answer
from preflight.sandbox.upstream.engine import Engine
from preflight.sandbox.upstream.lifecycle import Timing
from preflight.sandbox.upstream.refusals import Refusal, Rejected
from preflight.sandbox.upstream.rules import AZURE
from preflight.sandbox.upstream.surface import operation, perform
from preflight.sandbox.upstream.validation import Model, Queue
from preflight.sandbox.upstream.validation import Request as BatchRequest

API_VERSIONS = frozenset(
    (
        "2024-07-01-preview",
        "2024-08-01-preview",
        "2024-09-01-preview",
        "2024-10-01-preview",
        "2024-10-21",
        "2024-12-01-preview",
        "2025-01-01-preview",
        "2025-02-01-preview",
        "2025-03-01-preview",
        "2025-04-01-preview",
    )
)
"""Those that know batches. Source: Azure OpenAI's API version lifecycle page, October 2026."""

DATA_ACTIONS = {
    "files.create": "files/write",
    "files.list": "files/read",
    "files.get": "files/read",
    "files.content": "files/read",
    "files.delete": "files/delete",
    "batches.create": "batch-jobs/write",
    "batches.get": "batch-jobs/read",
    "batches.list": "batches/read",
    "batches.cancel": "batches/cancel/action",
    "chat": "deployments/chat/completions/action",
}
"""Operation -> the data action it needs, below Microsoft.CognitiveServices/accounts/OpenAI."""

_CHAT = re.compile(r"/deployments/([^/]+)/chat/completions")


class DataPlane:
    """Every account's data plane. Each account has its own files and batches."""

    def __init__(self, world: World, tokens: Tokens, folder: Path, timing: Timing | None) -> None:
        """Files are kept below `folder`."""
        self._world = world
        self._tokens = tokens
        self._folder = folder
        self._timing = timing
        self._engines: dict[str, Engine] = {}

    def answer(self, subdomain: str, tail: str, request: Request) -> Response:
        """Answer `{subdomain}/openai/{tail}`. Raises Refusal."""
        with self._world.lock:
            account = self._world.account_of(subdomain)
            if account is None:
                raise _no_resource()
            principal = self._authenticate(account, request)
            path = _path(tail, request)
            chat = _CHAT.fullmatch(path) if request.method == "POST" else None
            name, thing = ("chat", chat[1]) if chat else _operation(request.method, path)
            self._authorize(account, principal, name, f"{request.method} /openai{path}")
            engine = self._engine(account)
        # Outside the lock: a large file takes a while, and holds up nobody.
        if chat:
            return self._chat(account, thing, request)
        return perform(engine, name, thing, request)

    def fill(self, subdomain: str, files: int = 0, deployment: str = "", requests: int = 0) -> None:
        """Put files into an account, and a job that fills the deployment's queue and goes on."""
        with self._world.lock:
            account = self._world.account_of(subdomain)
            if account is None:
                raise _no_resource()
            engine = self._engine(account)
        engine.fill(files, deployment, requests)

    def remember(self) -> Restore:
        """Keep the accounts' files and batches; returns what puts them back."""
        known = dict(self._engines)
        kept = [engine.remember() for engine in known.values()]

        def restore() -> None:
            with self._world.lock:
                self._engines = dict(known)
            for put_back in kept:
                put_back()

        return restore

    def _authenticate(self, account: Resource, request: Request) -> str:
        """The caller's object id. Raises Refusal."""
        if account["properties"]["publicNetworkAccess"] == "Disabled":
            message = "Public access is disabled. Please configure private endpoint."
            raise Refusal(HTTPStatus.FORBIDDEN, "AccessDenied", message)
        if "api-key" in request.headers:
            if account["properties"]["disableLocalAuth"]:
                message = "Key based authentication is disabled for this resource."
                raise Refusal(HTTPStatus.FORBIDDEN, "AuthenticationTypeDisabled", message)
            message = (
                "Access denied due to invalid subscription key or wrong API endpoint. Make sure to "
                "provide a valid key for an active subscription and use a correct regional API "
                "endpoint for your resource."
            )
            raise Refusal(HTTPStatus.UNAUTHORIZED, "401", message)
        try:
            authorization = request.headers.get("Authorization", "")
            return self._tokens.principal(authorization, COGNITIVE_SERVICES)
        except BadToken:
            message = (
                "Unauthorized. Access token is missing, invalid, audience is incorrect "
                f"({COGNITIVE_SERVICES}), or have expired."
            )
            raise Refusal(HTTPStatus.UNAUTHORIZED, "401", message) from None

    def _authorize(self, account: Resource, principal: str, name: str, what: str) -> None:
        action = f"{ACCOUNT_KIND}/OpenAI/{DATA_ACTIONS[name]}"
        if not self._world.assignments.may_data(principal, action, account["id"]):
            message = (
                f"The principal `{principal}` lacks the required data action `{action}` to perform "
                f"`{what}` operation."
            )
            raise Refusal(HTTPStatus.FORBIDDEN, "PermissionDenied", message)

    def _engine(self, account: Resource) -> Engine:
        """The account's files and batches; an account made anew under an old name has none."""
        key = f"{account['id'].lower()}|{account['properties']['internalId']}"
        if key not in self._engines:
            folder = self._folder / hashlib.sha256(key.encode()).hexdigest()[:16]
            account_id = account["id"]
            self._engines[key] = Engine(
                folder, AZURE, lambda name: self._resolve(account_id, name), self._timing
            )
        return self._engines[key]

    def _resolve(self, account_id: str, name: str) -> Model:
        """The deployment that a body's `model` names. Raises Rejected."""
        with self._world.lock:
            found = self._deployment(account_id, name)
            if found is None:
                message = (
                    f"The provided model '{name}' was not found: 'model' must be the name of a "
                    "deployment of the resource."
                )
                raise Rejected("model_not_found", message, param="body.model")
            sku = found["sku"]
            if sku["name"] not in BATCH_SKUS:
                message = (
                    "The schema of the input line is invalid or the deployment SKU is invalid: "
                    f"deployment '{name}' has SKU '{sku['name']}', and batch jobs run on "
                    f"{' and '.join(BATCH_SKUS)} only."
                )
                raise Rejected("invalid_request", message, param="body.model")
            model = found["properties"]["model"]["name"]
            if model in self._world.retiring:
                # Time is short here: a day that a batch may last until is the day it ends on.
                message = f"The model '{model}' has been retired; deploy another one."
                raise Rejected("ModelRetired", message, param="body.model")
            message = (
                "The number of enqueued tokens has surpassed the configured limit of "
                f"{sku['capacity']}K for the deployment '{name}'. Please either increase the limit "
                "or try again once the current jobs have finished."
            )
            return Model(_model_name(found), Queue(name, sku["capacity"] * 1000, message))

    def _chat(self, account: Resource, name: str, request: Request) -> Response:
        """The online path, which a batch deployment does not serve."""
        with self._world.lock:
            found = self._deployment(account["id"], name)
        if found is None:
            message = "The API deployment for this resource does not exist."
            raise Refusal(HTTPStatus.NOT_FOUND, "DeploymentNotFound", message)
        model = found["properties"]["model"]["name"]
        if found["sku"]["name"] in BATCH_SKUS:
            message = (
                f"The chatCompletion operation does not work with the specified model, {model}. "
                "Please choose different model and try again."
            )
            raise Refusal(HTTPStatus.BAD_REQUEST, "OperationNotSupported", message)
        body = request.get_json(silent=True)
        asked = body if isinstance(body, dict) else {}
        one = BatchRequest("online", "/chat/completions", asked, Model(_model_name(found)))
        status, said = answer(one, 0)
        response = jsonify(said)
        response.status_code = status
        return response

    def _deployment(self, account_id: str, name: str) -> Resource | None:
        found = self._world.find(f"{account_id}/deployments/{name}")
        return found if found is not None and found["name"] == name else None


def refused(refusal: Refusal) -> Response:
    """Azure's shape of an error."""
    response = jsonify(error={"code": refusal.code, "message": refusal.message})
    response.status_code = refusal.status
    return response


def _path(tail: str, request: Request) -> str:
    """The path of the operation. Raises Refusal where its API version does not know it.

    A version that is none is taken by the files and unknown to the batches: that is how a model's
    version in its place shows.
    """
    first, _, rest = tail.partition("/")
    if first == "v1":
        return f"/{rest}"
    version = request.args.get("api-version", "")
    batches = first != "files"
    if not version or (batches and first != "deployments" and version not in API_VERSIONS):
        raise _no_resource()
    return f"/{tail}"


def _operation(method: str, path: str) -> tuple[str, str]:
    try:
        return operation(method, path)
    except Refusal:
        raise _no_resource() from None


def _no_resource() -> Refusal:
    return Refusal(HTTPStatus.NOT_FOUND, "404", "Resource not found")


def _model_name(deployment: Resource) -> str:
    model = deployment["properties"]["model"]
    return f"{model['name']}-{model['version']}"
