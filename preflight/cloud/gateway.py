"""The gateway, read-only: `seams.GatewayApi` answered by the official OpenAI client.

The gateway speaks OpenAI's Files and Batches; which provider a call is for stands in its headers.
The key goes into no answer and no error.
"""

import base64
import binascii
import json
import os
import time
import weakref
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from preflight import routes
from preflight.cloud.one_moment import Moment, once
from preflight.contract import Gateway
from preflight.gateway_key import gateway_key
from preflight.seams import (
    NOT_THE_GATEWAY,
    GatewayAnswer,
    ListedBatch,
    Route,
    Unreachable,
)
from preflight.seams.calls import called

PATIENCE_SECONDS = 8.0
"""For one try of one call."""

_TRIES = 2
_PAUSE_SECONDS = 0.3
_AGAIN = "check gatewayUrl and the network between here and the gateway, then try again"
_BATCHES_LISTED = 100
_PAGES = 20
_HOUR = 3600
_OK = 200
_SERVER_FAULT = 500
_LONGEST_WORDS = 500
_JWT_PARTS = 3
_LATEST = 253402300800  # the year 10000: beyond, it is no date


def connect(gateway: Gateway, environ: Mapping[str, str] = os.environ) -> "GatewayClient":
    """A client for the gateway. Raises CredentialsMissing where there is no key for it."""
    return GatewayClient(gateway.base_url, gateway_key(gateway.base_url, environ))


class GatewayClient:
    """`seams.GatewayApi` over the network. Threads may share it; it asks each question once."""

    def __init__(self, base_url: str, key: str) -> None:
        """Keep address and key; nothing is taken from the address but one trailing slash."""
        self._base_url = base_url.removesuffix("/")
        self._key = key
        self.moment = Moment()

    @once
    def batches(self, route: Route) -> GatewayAnswer:
        """See `seams.GatewayApi`."""
        answer = self._page(route, {})
        for _ in range(1, _PAGES):
            if not answer.more or not _of_the_last_hour(answer.listed):
                break
            older = self._page(route, {"after": answer.listed[-1].id})
            if older.status != _OK or not older.listed:
                break
            answer = replace(
                answer,
                batches={**answer.batches, **older.batches},
                listed=(*answer.listed, *older.listed),
                more=older.more,
            )
        return answer

    def _page(self, route: Route, after: dict[str, str]) -> GatewayAnswer:
        return self._asked(
            route,
            lambda client: client.batches.with_raw_response.list(limit=_BATCHES_LISTED, **after),
        )

    @once
    def models(self, route: Route) -> GatewayAnswer:
        """See `seams.GatewayApi`."""
        return self._asked(route, lambda client: client.models.with_raw_response.list())

    @once
    def files(self, route: Route) -> GatewayAnswer:
        """See `seams.GatewayApi`. How long a page is, is left to the provider: they differ."""
        answer = self._files(route, {})
        for _ in range(1, _PAGES):
            if not answer.more or not answer.listed:
                break
            older = self._files(route, {"after": answer.listed[-1].id})
            if older.status != _OK:
                return older
            answer = replace(
                older, kept=answer.kept + older.kept, expiring=answer.expiring + older.expiring
            )
        return replace(answer, batches={}, listed=(), models=())

    def _files(self, route: Route, after: dict[str, str]) -> GatewayAnswer:
        return self._asked(route, lambda client: client.files.with_raw_response.list(**after))

    def key_expiry(self, route: Route) -> int | None:
        """See `seams.GatewayApi`."""
        del route
        return _expiry(self._key)

    def _asked(
        self, route: Route, look: Callable[[Any], Any], tries: int = _TRIES
    ) -> GatewayAnswer:
        """Ask, and once more where that may help. The SDK's own tries wait for as long as told."""
        try:
            answer = self._try(route, look)
        except Unreachable:
            if tries == 1:
                raise
        else:
            if tries == 1 or answer.status < _SERVER_FAULT:
                return answer
        time.sleep(_PAUSE_SECONDS)
        return self._asked(route, look, tries - 1)

    def _try(self, route: Route, look: Callable[[Any], Any]) -> GatewayAnswer:
        import httpx2  # noqa: PLC0415 - start-up stays instant
        import openai  # noqa: PLC0415

        try:
            client = openai.OpenAI(
                api_key=self._key,
                base_url=self._base_url,
                default_headers=routes.headers(route),
                max_retries=0,
                timeout=PATIENCE_SECONDS,
                http_client=self._http(),
            )
            raw = look(client)
            return self._read(raw.status_code, raw.http_response)
        except openai.APIStatusError as error:
            return self._read(error.status_code, error.response)
        except openai.APITimeoutError as error:
            what = f"the gateway did not answer within {PATIENCE_SECONDS:g} s"
            raise Unreachable(self._base_url, what, _AGAIN) from error
        except (openai.OpenAIError, httpx2.HTTPError, httpx2.InvalidURL, ValueError) as error:
            cause = error.__cause__ or error
            what = f"the gateway did not answer ({type(cause).__name__}: {self._clean(str(cause))})"
            raise Unreachable(self._base_url, what, _AGAIN) from error

    @once
    def _http(self) -> Any:
        """The connections, for the routes to all providers together."""
        import openai  # noqa: PLC0415 - start-up stays instant

        made = openai.DefaultHttpxClient(event_hooks={"request": [called]})
        weakref.finalize(self, made.close)
        return made

    def _read(self, status: int, response: Any) -> GatewayAnswer:
        """The answer, whatever its status; what is no JSON is a page of somebody else's."""
        try:
            body = response.json()
        except (ValueError, RecursionError) as error:
            return self._unread(status, response, error)
        if status == _OK:
            if not isinstance(body, dict) or not isinstance(body.get("data"), list):
                words = f"JSON that is no list at {self._base_url}"
                return GatewayAnswer(status, NOT_THE_GATEWAY, words)
            return _list(body)
        code, message = _words(body)
        return GatewayAnswer(status, code, self._clean(message))

    def _unread(self, status: int, response: Any, error: Exception) -> GatewayAnswer:
        kind = response.headers.get("content-type", "no content type").split(";")[0]
        if status >= _SERVER_FAULT:
            what = f"HTTP {status} with {kind}, as from a proxy that finds no gateway behind it"
            raise Unreachable(self._base_url, what, _AGAIN) from error
        if kind.startswith("text/plain") and status != _OK:
            return GatewayAnswer(status, message=self._clean(response.text))
        return GatewayAnswer(status, NOT_THE_GATEWAY, f"{kind} at {self._base_url}")

    def _clean(self, words: str) -> str:
        return " ".join(words.replace(self._key, "***").split())[:_LONGEST_WORDS]


def _list(body: Mapping[str, Any]) -> GatewayAnswer:
    """A list of batches, of models or of files, which have the same form."""
    rows = [row for row in body["data"] if isinstance(row, Mapping) and "id" in row]
    listed = tuple(map(_listed, rows))
    inputs = [row for row in rows if row.get("purpose") == "batch"]
    expiring = sum(bool(row.get("expires_at")) for row in inputs)
    return GatewayAnswer(
        _OK,
        batches={batch.id: batch.status for batch in listed},
        listed=listed,
        more=body.get("has_more") is True,
        models=tuple(batch.id for batch in listed),
        kept=len(inputs) - expiring,
        expiring=expiring,
    )


def _listed(row: Mapping[str, Any]) -> ListedBatch:
    counts = row.get("request_counts")
    return ListedBatch(
        id=str(row["id"]),
        status=str(row.get("status", "")),
        model=str(row.get("model") or ""),
        created_at=_count(row.get("created_at")),
        requests=_count(counts.get("total")) if isinstance(counts, Mapping) else 0,
    )


def _count(value: Any) -> int:
    """A count or a time; 0 for what is none."""
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else 0


def _of_the_last_hour(listed: tuple[ListedBatch, ...]) -> bool:
    return bool(listed) and listed[-1].created_at > time.time() - _HOUR


def _expiry(key: str) -> int | None:
    """The `exp` of a JSON Web Token, whose signature is for the gateway to judge."""
    parts = key.split(".")
    if len(parts) != _JWT_PARTS:
        return None
    try:
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (binascii.Error, ValueError, RecursionError):
        return None
    expires = claims.get("exp") if isinstance(claims, dict) else None
    # A truth value is a number to Python; no number compares with NaN.
    if isinstance(expires, bool) or not isinstance(expires, int | float):
        return None
    if not 0 < expires < _LATEST:
        return None
    return int(expires)


def _words(body: Any) -> tuple[str, str]:
    """Code and message of a refusal: OpenAI's form, a bare one, or FastAPI's `detail`."""
    error = body.get("error", body) if isinstance(body, Mapping) else body
    if not isinstance(error, Mapping):
        return "", str(error)
    code = error.get("code") or error.get("type") or ""
    message = error.get("message") or error.get("detail") or error
    return str(code), str(message)
