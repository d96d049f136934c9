"""Who is calling: service accounts' keys, and the bearer tokens they are exchanged for.

An identity is an e-mail address, or `principal://...` for a member of a workload identity pool.
"""

import secrets
import time
from dataclasses import dataclass, field
from typing import Any

from google.auth import exceptions, jwt

from preflight.sandbox.gcp.errors import ApiError, account_disabled, unauthenticated
from preflight.sandbox.gcp.names import PROJECT
from preflight.sandbox.gcp.world import World

LIFETIME = 3600
"""Seconds that a token is good for, as Google's are."""

JWT_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"

_SERVICE_ACCOUNTS = ".gserviceaccount.com"


@dataclass(frozen=True, slots=True)
class _Token:
    email: str
    expires: float


@dataclass(slots=True)
class Identities:
    """The project's keys and tokens."""

    world: World
    keys: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    tokens: dict[str, _Token] = field(default_factory=dict)

    def new_key(self, email: str, token_uri: str) -> dict[str, Any]:
        """A fresh RSA key of the service account, in the form of Google's key files."""
        # Half a tenth of a second to import: only a sandbox that is started pays for it.
        from cryptography.hazmat.primitives import serialization  # noqa: PLC0415
        from cryptography.hazmat.primitives.asymmetric import rsa  # noqa: PLC0415

        private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        public = private.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        pem = private.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        key_id = secrets.token_hex(20)
        self.keys[key_id] = (email, public)
        return {
            "type": "service_account",
            "project_id": PROJECT,
            "private_key_id": key_id,
            "private_key": pem.decode(),
            "client_email": email,
            "client_id": self.world.accounts[email].unique_id,
            "token_uri": token_uri,
            "universe_domain": "googleapis.com",
        }

    def mint(self, email: str, lifetime: float = LIFETIME) -> str:
        """A bearer token of that identity."""
        token = f"ya29.{secrets.token_urlsafe(32)}"
        self.tokens[token] = _Token(email, time.time() + lifetime)
        return token

    def exchange(self, assertion: str) -> str:
        """A bearer token for a JWT that a service account signed; "" where the JWT is no good."""
        email = self._signer(assertion)
        return self.mint(email) if email and self._usable(email) else ""

    def caller(self, authorization: str) -> str:
        """The e-mail behind an Authorization header.

        Raises:
            ApiError: 401 where there is no token, it is unknown or too old, or its account is
                disabled.
        """
        scheme, _, bearer = authorization.partition(" ")
        if scheme.lower() != "bearer" or not bearer:
            raise unauthenticated()
        token = self.tokens.get(bearer)
        if token is not None and token.expires > time.time():
            email = token.email
        else:
            # The generated clients skip the exchange and send the JWT they signed themselves.
            email = self._signer(bearer)
        if not email:
            raise unauthenticated()
        if not self._usable(email):
            raise account_disabled(email)
        return email

    def need_exists(self, email: str) -> None:
        """Raise ApiError where no token may be made for that identity."""
        if not email.endswith(_SERVICE_ACCOUNTS):
            return
        if email not in self.world.accounts:
            raise ApiError(404, f"Not found; Gaia id not found for email {email}")
        if not self._usable(email):
            raise ApiError(400, "Precondition check failed.", "FAILED_PRECONDITION")

    def _usable(self, email: str) -> bool:
        if not email.endswith(_SERVICE_ACCOUNTS):
            return True
        account = self.world.accounts.get(email)
        return account is not None and not account.disabled

    def _signer(self, assertion: str) -> str:
        """The e-mail whose known key signed the JWT; "" for any other text."""
        try:
            header = jwt.decode_header(assertion)  # type: ignore[no-untyped-call]
            email, public = self.keys.get(header.get("kid", ""), ("", b""))
            if not email:
                return ""
            claims = jwt.decode(  # type: ignore[no-untyped-call]
                assertion, certs=public, clock_skew_in_seconds=10
            )
        except (ValueError, exceptions.GoogleAuthError):
            return ""
        return email if claims.get("iss") == email else ""
