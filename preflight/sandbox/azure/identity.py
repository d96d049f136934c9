"""Entra ID, as much of it as is needed: who there is, and tokens that say who one is."""

import secrets
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from preflight.sandbox.azure.names import GATEWAY, OPERATOR, TENANT

LIFE_SECONDS = 24 * 3600
"""How long a token is good for: a managed identity's are good for a day."""

SERVICE_PRINCIPAL = "ServicePrincipal"


@dataclass(slots=True, eq=False)
class BadToken(Exception):
    """A token that is missing or not to be believed: code and message in Azure's words."""

    code: str
    message: str


@dataclass(slots=True)
class Directory:
    """Object id -> kind of principal, and group id -> its members. Ids are lower-case."""

    principals: dict[str, str] = field(
        default_factory=lambda: {OPERATOR: SERVICE_PRINCIPAL, GATEWAY: SERVICE_PRINCIPAL}
    )
    groups: dict[str, frozenset[str]] = field(default_factory=dict)

    def add(self, principal: str, kind: str = SERVICE_PRINCIPAL) -> None:
        """Make a principal known."""
        self.principals[principal.lower()] = kind

    def add_group(self, group: str, members: Iterable[str]) -> None:
        """Make a group of these principals."""
        self.add(group, "Group")
        self.groups[group.lower()] = frozenset(member.lower() for member in members)

    def held_as(self, principal: str) -> frozenset[str]:
        """The ids under which the principal may have been given something: its own, its groups'."""
        own = principal.lower()
        return frozenset({own, *(group for group, who in self.groups.items() if own in who)})


class Tokens:
    """Signs tokens and believes only its own."""

    def __init__(self) -> None:
        """Make a key that lives as long as this does."""
        self._key = secrets.token_bytes(32)

    def mint(self, principal: str, audience: str) -> tuple[str, int]:
        """A token of the principal for the audience, and when it ends (seconds since the epoch)."""
        import jwt  # noqa: PLC0415 - only the sandbox's own process signs

        now = int(time.time())
        claims = {
            "aud": audience.rstrip("/"),
            "iss": f"https://sts.windows.net/{TENANT}/",
            "iat": now,
            "nbf": now,
            "exp": now + LIFE_SECONDS,
            "appid": principal,
            "idtyp": "app",
            "oid": principal,
            "sub": principal,
            "tid": TENANT,
            "ver": "1.0",
        }
        return jwt.encode(claims, self._key, algorithm="HS256"), now + LIFE_SECONDS

    def principal(self, authorization: str, audience: str) -> str:
        """The object id in an Authorization header. Raises BadToken."""
        import jwt  # noqa: PLC0415

        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer" or not token:
            missing = "Authentication failed. The 'Authorization' header is missing."
            raise BadToken("AuthenticationFailed", missing)
        try:
            claims: dict[str, Any] = jwt.decode(
                token, self._key, algorithms=["HS256"], audience=audience
            )
        except jwt.ExpiredSignatureError:
            expired = "The access token expiry UTC time is earlier than the current UTC time."
            raise BadToken("ExpiredAuthenticationToken", expired) from None
        except jwt.InvalidAudienceError:
            other = f"The access token has been obtained for another audience than '{audience}'."
            raise BadToken("InvalidAuthenticationTokenAudience", other) from None
        except jwt.InvalidTokenError:
            bad = "The access token is invalid."
            raise BadToken("InvalidAuthenticationToken", bad) from None
        return str(claims["oid"]).lower()
