"""The Azure half of the sandbox: one origin that serves all of Azure that is needed."""

import re
import secrets
from collections.abc import Iterable
from contextlib import ExitStack
from http import HTTPStatus
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from flask import Flask, Response, jsonify, request

from preflight.sandbox.azure import catalog
from preflight.sandbox.azure.assignments import Denial
from preflight.sandbox.azure.data_plane import DataPlane, refused
from preflight.sandbox.azure.identity import BadToken, Tokens
from preflight.sandbox.azure.manager import Asked, manage
from preflight.sandbox.azure.names import COGNITIVE_SERVICES, MANAGEMENT, OPERATOR, SUBSCRIPTION
from preflight.sandbox.azure.resources import ArmError, World
from preflight.sandbox.memory import Restore, remember
from preflight.sandbox.serving import serve
from preflight.sandbox.upstream.lifecycle import Timing
from preflight.sandbox.upstream.refusals import Refusal

IDENTITY_PATH = "/msi/token"


class AzureCloud:
    """One Azure subscription on loopback.

    Attributes:
        env: the operator's environment variables.
        url: the origin that serves Resource Manager, the data planes and the tokens.
    """

    def __init__(self, folder: Path, *, timing: Timing | None = None) -> None:
        """Prepare an empty subscription.

        Args:
            folder: for the data planes' files.
            timing: how long the stages of a batch last.
        """
        self.url = ""
        self.env: dict[str, str] = {}
        self._world = World()
        self._tokens = Tokens()
        self._identity_header = secrets.token_hex(16)
        self._data_plane = DataPlane(self._world, self._tokens, folder / "azure", timing)
        self._serving = ExitStack()

    def __enter__(self) -> Self:
        """Serve on a free port."""
        self.url = self._serving.enter_context(serve(self._app()))
        self.env = {
            "PREFLIGHT_ARM_ENDPOINT": self.url,
            "IDENTITY_ENDPOINT": f"{self.url}{IDENTITY_PATH}",
            "IDENTITY_HEADER": self._identity_header,
            # Only the managed identity is asked, and no login of the machine's user is tried.
            "AZURE_TOKEN_CREDENTIALS": "ManagedIdentityCredential",
            "AZURE_SUBSCRIPTION_ID": SUBSCRIPTION,
        }
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
        """Keep all that Resource Manager and the accounts hold; returns what puts it back."""
        names = ("directory", "assignments", "resources", "deleted", "retiring", "withdrawn")
        with self._world.lock:
            known = remember([(self._world, names)])
        stored = self._data_plane.remember()

        def restore() -> None:
            known()
            stored()

        return restore

    def token(self, principal: str, audience: str = COGNITIVE_SERVICES) -> str:
        """A token of any principal, by default for the data plane."""
        with self._world.lock:
            self._world.directory.principals.setdefault(principal.lower(), "ServicePrincipal")
        return self._tokens.mint(principal, audience)[0]

    def deny(
        self, name: str, scope: str, data_actions: tuple[str, ...], principals: tuple[str, ...]
    ) -> None:
        """Make a deny assignment, as a managed application does: nobody can by hand."""
        with self._world.lock:
            self._world.assignments.denials.append(Denial(name, scope, data_actions, principals))

    def add_group(self, group: str, members: Iterable[str]) -> None:
        """Make an Entra group of these object ids."""
        with self._world.lock:
            self._world.directory.add_group(group, members)

    def _app(self) -> Flask:
        app = Flask("azure-cloud", static_folder=None)
        # The SDKs put a scope that begins with a slash after a slash.
        app.url_map.merge_slashes = False
        app.register_error_handler(ArmError, _arm_error)
        app.register_error_handler(Refusal, refused)
        app.add_url_rule(IDENTITY_PATH, view_func=self._managed_identity)
        app.add_url_rule("/sandbox/tokens", view_func=self._any_token, methods=["POST"])
        app.add_url_rule("/sandbox/offers", view_func=self._offers, methods=["POST"])
        app.add_url_rule("/sandbox/accounts/<subdomain>", view_func=self._fill, methods=["POST"])
        app.add_url_rule(
            "/accounts/<subdomain>/openai/<path:tail>",
            view_func=self._openai,
            methods=["GET", "POST", "DELETE"],
        )
        app.add_url_rule(
            "/<path:path>",
            view_func=self._resource_manager,
            methods=["GET", "PUT", "POST", "PATCH", "DELETE"],
        )
        return app

    def _managed_identity(self) -> Response:
        """The token endpoint of a managed identity, as App Service has it: the operator's."""
        if request.headers.get("X-IDENTITY-HEADER") != self._identity_header:
            return _said(HTTPStatus.UNAUTHORIZED, statusCode=401, message="Wrong identity header.")
        audience = request.args.get("resource", "")
        if audience.rstrip("/") not in {MANAGEMENT, COGNITIVE_SERVICES}:
            message = f"No such resource: '{audience}'."
            return _said(HTTPStatus.BAD_REQUEST, statusCode=400, message=message)
        token, ends = self._tokens.mint(OPERATOR, audience)
        return _said(
            HTTPStatus.OK,
            access_token=token,
            expires_on=str(ends),
            resource=audience,
            token_type="Bearer",  # noqa: S106 - the kind of token, as the endpoint calls it
            client_id=OPERATOR,
        )

    def _any_token(self) -> Response:
        """A door of the sandbox's own: how the gateway gets a token of its principal."""
        asked = request.get_json(silent=True) or {}
        principal = asked.get("principal_id")
        if not isinstance(principal, str) or not principal:
            return _said(HTTPStatus.BAD_REQUEST, message="principal_id is missing.")
        token = self.token(principal, asked.get("resource") or COGNITIVE_SERVICES)
        return _said(HTTPStatus.OK, access_token=token)

    def _offers(self) -> Response:
        """A door of the sandbox's own: what Azure offers no more, and what it retires when."""
        asked = request.get_json()
        catalog.withdraw(self._world, asked.get("withdraw", []))
        catalog.retire(self._world, asked.get("retire", {}))
        return _said(HTTPStatus.OK)

    def _fill(self, subdomain: str) -> Response:
        """A door of the sandbox's own: files and a job of somebody else's in an account."""
        self._data_plane.fill(subdomain, **request.get_json())
        return _said(HTTPStatus.OK)

    def _openai(self, subdomain: str, tail: str) -> Response:
        return self._data_plane.answer(subdomain, tail, request)

    def _resource_manager(self, path: str) -> Response:
        try:
            authorization = request.headers.get("Authorization", "")
            principal = self._tokens.principal(authorization, MANAGEMENT)
        except BadToken as wrong:
            response = _said(
                HTTPStatus.UNAUTHORIZED, error={"code": wrong.code, "message": wrong.message}
            )
            response.headers["WWW-Authenticate"] = f'Bearer error="{wrong.code}"'
            return response
        body = request.get_json(silent=True)
        asked = Asked(
            request.method,
            re.sub("/+", "/", f"/{path}").rstrip("/"),
            request.args,
            body if isinstance(body, dict) else {},
            request.host_url.rstrip("/"),
        )
        status, shape = manage(self._world, principal, asked)
        return Response(status=status) if shape is None else _said(status, **shape)


def _said(status: int, **shape: Any) -> Response:
    response = jsonify(shape)
    response.status_code = status
    return response


def _arm_error(error: ArmError) -> Response:
    return _said(error.status, error={"code": error.code, "message": error.message})
