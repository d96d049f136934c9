"""Security Token Service: another issuer's token for one of Google's.

A refusal has OAuth's shape, not that of Google's other APIs.
Source: Google's "Troubleshoot Workload Identity Federation" and public captures, read 2026-10.
"""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, Response, jsonify, request

from preflight.sandbox.gcp.identity import LIFETIME, Identities
from preflight.sandbox.gcp.incoming import json_body
from preflight.sandbox.gcp.names import IAM_API, NUMBER, PRINCIPAL, TOKENS_API
from preflight.sandbox.gcp.pools import Provider
from preflight.sandbox.gcp.world import World
from preflight.sandbox.loopback import asking
from preflight.sandbox.serving import LOOPBACK

EXCHANGE_PATH = "/v1/token"
_GRANT = "urn:ietf:params:oauth:grant-type:token-exchange"
_ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token"  # noqa: S105 - a type's name
_JWTS = {
    "urn:ietf:params:oauth:token-type:jwt",
    "urn:ietf:params:oauth:token-type:id_token",
}
_AUDIENCE = re.compile(
    rf"//{re.escape(IAM_API)}/projects/{NUMBER}/locations/global/"
    r"workloadIdentityPools/([^/]+)/providers/([^/]+)"
)
_PATIENCE_SECONDS = 5


class _Refused(Exception):
    """An OAuth error: its code and its description."""

    def __init__(self, code: str, description: str) -> None:
        super().__init__(description)
        self.code = code
        self.description = description


class StsApi:
    """The token exchange."""

    def __init__(self, world: World, identities: Identities) -> None:
        """Let in whom this world's providers vouch for; tokens come from `identities`."""
        self._world = world
        self._identities = identities

    def register(self, app: Flask) -> None:
        """Add the route to the application."""
        app.add_url_rule(EXCHANGE_PATH, view_func=self.exchange, methods=["POST"])

    def exchange(self) -> tuple[Response, int]:
        """A token for the subject of the token that was sent, as a form or as JSON."""
        self._world.need_api(TOKENS_API)
        asked = json_body() or {_camel(name): value for name, value in request.form.items()}
        try:
            bearer = self._bearer(asked)
        except _Refused as refusal:
            return jsonify(error=refusal.code, error_description=refusal.description), 400
        answer = {"access_token": bearer, "issued_token_type": _ACCESS_TOKEN}
        return jsonify(answer | {"token_type": "Bearer", "expires_in": LIFETIME - 1}), 200

    def _bearer(self, asked: Mapping[str, Any]) -> str:
        if asked.get("grantType") != _GRANT:
            raise _Refused("unsupported_grant_type", "Invalid grant type.")
        if asked.get("subjectTokenType") not in _JWTS:
            raise _Refused("invalid_request", 'Invalid value for "subjectTokenType".')
        named = _AUDIENCE.fullmatch(str(asked.get("audience", "")))
        if named is None:
            raise _Refused(
                "invalid_request",
                'Invalid value for "audience". This value should be the full resource name of the '
                "Identity Provider.",
            )
        provider = self._provider(named[1], named[2])
        claims = _claims(provider, str(asked.get("subjectToken", "")))
        subject = provider.subject(claims)
        if not subject:
            raise _Refused("invalid_grant", "The mapped attribute google.subject is empty.")
        if not provider.admits(claims):
            raise _Refused(
                "unauthorized_client",
                "The given credential is rejected by the attribute condition.",
            )
        pool = provider.name.partition("/providers/")[0]
        return self._identities.mint(f"{PRINCIPAL}{IAM_API}/{pool}/subject/{subject}")

    def _provider(self, pool: str, provider: str) -> Provider:
        outer = self._world.pools.get(pool)
        found = outer.providers.get(provider) if outer else None
        if outer is None or found is None or not (_works(outer) and _works(found)):
            raise _Refused(
                "invalid_target",
                'The target service indicated by the "audience" parameters is invalid. This might '
                "either be because the pool or provider is disabled or deleted or because it "
                "doesn't exist.",
            )
        return found


def _works(one: Any) -> bool:
    return not one.deleted and not one.settings.get("disabled")


def _claims(provider: Provider, token: str) -> dict[str, Any]:
    """What the token says, once its issuer, audience, age and signature are found good."""
    import jwt  # noqa: PLC0415 - start-up stays instant

    try:
        unproven = jwt.decode(token, options={"verify_signature": False})
        key_id = str(jwt.get_unverified_header(token).get("kid", ""))
    except jwt.InvalidTokenError as error:
        raise _Refused("invalid_grant", "Unable to parse the ID Token.") from error
    if unproven.get("iss") != provider.issuer:
        raise _Refused("invalid_grant", "The issuer in ID Token does not match the expected ones.")
    key = {one.key_id: one for one in _keys(provider)}.get(key_id)
    if key is None:
        raise _Refused("invalid_grant", "Error connecting to the given credential's issuer.")
    try:
        found: dict[str, Any] = jwt.decode(
            token,
            key,
            algorithms=["RS256"],
            audience=provider.audiences,
            issuer=provider.issuer,
            options={"require": ["exp", "iat", "sub"]},
        )
    except jwt.InvalidAudienceError as error:
        raise _Refused(
            "invalid_grant",
            f"The audience in ID Token [{unproven.get('aud')}] does not match the expected "
            "audience.",
        ) from error
    except jwt.ExpiredSignatureError as error:
        raise _Refused("invalid_grant", "The ID Token is stale to sign-in.") from error
    except jwt.InvalidTokenError as error:
        raise _Refused("invalid_grant", f"Invalid ID Token: {error}.") from error
    return found


def _keys(provider: Provider) -> list[Any]:
    """The issuer's keys, that the provider holds or the issuer publishes; none where it cannot."""
    import httpx2  # noqa: PLC0415
    import jwt  # noqa: PLC0415

    held = provider.settings["oidc"].get("jwksJson")
    if held:
        return list(jwt.PyJWKSet.from_json(held).keys)
    if urlsplit(provider.issuer).hostname != LOOPBACK:
        # The sandbox asks nobody outside.
        return []
    with asking(timeout=_PATIENCE_SECONDS) as client:
        try:
            issuer = provider.issuer.rstrip("/")
            told = client.get(f"{issuer}/.well-known/openid-configuration").raise_for_status()
            keys = client.get(told.json()["jwks_uri"]).raise_for_status()
            return list(jwt.PyJWKSet.from_dict(keys.json()).keys)
        except (httpx2.HTTPError, ValueError, KeyError, jwt.PyJWTError):
            return []


def _camel(name: str) -> str:
    """`subject_token` -> `subjectToken`: a form has OAuth's names, JSON has Google's."""
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)
