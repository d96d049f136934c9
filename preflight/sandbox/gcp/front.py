"""One origin for all the Google APIs: finds out who is calling, and words what goes wrong."""

from typing import Protocol

from flask import Flask, Response, g, jsonify, request
from werkzeug.exceptions import HTTPException

from preflight.sandbox.gcp.errors import ApiError
from preflight.sandbox.gcp.identity import JWT_GRANT, LIFETIME, Identities
from preflight.sandbox.gcp.sts_api import EXCHANGE_PATH

TOKEN_PATH = "/token"  # noqa: S105 - a path
_OPEN = (TOKEN_PATH, EXCHANGE_PATH, "/sandbox/")
_STORAGE = ("/storage/", "/upload/storage/", "/download/storage/")


class Api(Protocol):
    """A group of routes."""

    def register(self, app: Flask) -> None:
        """Add the routes to the application."""


class Front:
    """Authentication and errors, the same for every API, and the token endpoint."""

    def __init__(self, identities: Identities) -> None:
        """Let in whom `identities` knows."""
        self._identities = identities

    def app(self, *apis: Api) -> Flask:
        """An application that serves the APIs."""
        app = Flask(__name__)
        # An object's name may hold two slashes in a row.
        app.url_map.merge_slashes = False
        app.before_request(self.know_the_caller)
        app.register_error_handler(ApiError, self.refused)
        app.register_error_handler(HTTPException, self.unknown)
        app.add_url_rule(TOKEN_PATH, view_func=self.token, methods=["POST"])
        app.add_url_rule("/sandbox/tokens", view_func=self.sandbox_token, methods=["POST"])
        for api in apis:
            api.register(app)
        return app

    def know_the_caller(self) -> None:
        """Put the caller's e-mail into `g.caller`; "" is nobody, whom only Cloud Storage knows."""
        g.caller = ""
        authorization = request.headers.get("Authorization", "")
        if request.path.startswith(_OPEN):
            return
        if authorization or not request.path.startswith(_STORAGE):
            g.caller = self._identities.caller(authorization)

    def refused(self, error: ApiError) -> tuple[Response, int]:
        """An error in the shape of the API that was called."""
        storage_call = request.path.startswith(_STORAGE)
        return jsonify(error.storage_body() if storage_call else error.body()), error.code

    def unknown(self, error: HTTPException) -> tuple[Response, int]:
        """A path, method or body that no API takes."""
        message = f"{error.name}: {request.method} {request.path}"
        return self.refused(ApiError(error.code or 500, message))

    def token(self) -> tuple[Response, int]:
        """The token endpoint that key files name: a signed JWT for a bearer token."""
        bearer = ""
        if request.form.get("grant_type") == JWT_GRANT:
            bearer = self._identities.exchange(request.form.get("assertion", ""))
        if not bearer:
            return jsonify(error="invalid_grant", error_description="Invalid JWT Signature."), 400
        answer = {"access_token": bearer, "expires_in": LIFETIME - 1, "token_type": "Bearer"}
        return jsonify(answer), 200

    def sandbox_token(self) -> Response:
        """A token of any identity: the sandbox's own door, which Google does not have."""
        email = str((request.get_json(force=True) or {}).get("email", ""))
        if not email:
            raise ApiError(400, "email is required")
        self._identities.need_exists(email)
        return jsonify(access_token=self._identities.mint(email))
