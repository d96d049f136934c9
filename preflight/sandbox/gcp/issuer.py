"""An OIDC issuer on loopback: what a gateway in a cluster has, and a sandbox has not."""

import secrets
import time
from contextlib import ExitStack
from types import TracebackType
from typing import Any, Self

from flask import Flask, Response, jsonify

from preflight.sandbox.serving import serve

LIFETIME_SECONDS = 600


class Issuer:
    """Signs tokens for any subject, and publishes the key; for as long as a `with` block lasts.

    Attributes:
        url: the issuer, as tokens name it and Google is told it.
    """

    def __init__(self) -> None:
        """Make a key."""
        # Only a sandbox that is started pays for the import.
        from cryptography.hazmat.primitives.asymmetric import rsa  # noqa: PLC0415

        self._key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self._key_id = secrets.token_hex(8)
        self._stack = ExitStack()
        self.url = ""

    def __enter__(self) -> Self:
        """Start serving."""
        app = Flask(__name__)
        app.add_url_rule("/.well-known/openid-configuration", view_func=self.configuration)
        app.add_url_rule("/keys", view_func=self.keys)
        self.url = self._stack.enter_context(serve(app))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop serving."""
        self._stack.close()

    def configuration(self) -> Response:
        """The discovery document."""
        return jsonify(
            issuer=self.url,
            jwks_uri=f"{self.url}/keys",
            response_types_supported=["id_token"],
            subject_types_supported=["public"],
            id_token_signing_alg_values_supported=["RS256"],
        )

    def keys(self) -> Response:
        """The public key, as a key set."""
        from jwt.algorithms import RSAAlgorithm  # noqa: PLC0415

        public = RSAAlgorithm.to_jwk(self._key.public_key(), as_dict=True)
        return jsonify(keys=[{**public, "kid": self._key_id, "use": "sig", "alg": "RS256"}])

    def token(
        self, subject: str, audience: str, *, seconds: float = LIFETIME_SECONDS, **claims: Any
    ) -> str:
        """A signed token of the subject for the audience, with further claims where given."""
        import jwt  # noqa: PLC0415

        now = int(time.time())
        standard = {"iss": self.url, "sub": subject, "aud": audience, "iat": now}
        body = {**standard, "exp": now + int(seconds), **claims}
        return jwt.encode(body, self._key, algorithm="RS256", headers={"kid": self._key_id})
