"""OpenAI and Azure OpenAI: the caller's bytes go through, the caller's credentials do not."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import httpx2
from flask import Request, Response

from preflight.sandbox.accounts import AzureAccount, OpenAIAccount
from preflight.sandbox.gateway.objects import Page
from preflight.sandbox.gateway.provider import Route
from preflight.sandbox.gateway.refusal import NOT_FOUND, Refusal, caller_status


@dataclass(frozen=True, slots=True)
class PassThrough:
    """Files and batches at a server that speaks OpenAI's own protocol."""

    http: httpx2.Client
    base_url: str
    secret: str = field(repr=False)
    params: Mapping[str, str] = field(default_factory=dict)

    def upload(self, request: Request, content: bytes) -> Response:
        """The whole form goes through: the provider reads what else is in it."""
        del content
        return self._forward("POST", "/files", request)

    def files(self, page: Page) -> Response:
        """List the provider's files."""
        return self._ask("GET", "/files", page)

    def file(self, file_id: str) -> Response:
        """Describe one file."""
        return self._ask("GET", f"/files/{_segment(file_id)}")

    def content(self, file_id: str) -> Response:
        """The file's bytes."""
        return self._ask("GET", f"/files/{_segment(file_id)}/content")

    def delete(self, file_id: str) -> Response:
        """Delete the file."""
        return self._ask("DELETE", f"/files/{_segment(file_id)}")

    def create(self, request: Request, body: dict[str, Any]) -> Response:
        """Create a batch of the caller's bytes, not of the body that was read from them."""
        del body
        return self._forward("POST", "/batches", request)

    def batches(self, page: Page) -> Response:
        """List the provider's batches."""
        return self._ask("GET", "/batches", page)

    def batch(self, batch_id: str) -> Response:
        """Describe one batch."""
        return self._ask("GET", f"/batches/{_segment(batch_id)}")

    def cancel(self, batch_id: str) -> Response:
        """Cancel the batch."""
        return self._ask("POST", f"/batches/{_segment(batch_id)}/cancel")

    def output(self, batch_id: str) -> Response:
        """The batch's output file, which is in OpenAI's rows as it stands."""
        described = self.batch(batch_id)
        if described.status_code >= 400:  # noqa: PLR2004
            return described
        output_file_id = (described.get_json() or {}).get("output_file_id")
        if not output_file_id:
            raise Refusal(NOT_FOUND, f"batch {batch_id} has no output file", "output_not_found")
        return self.content(output_file_id)

    def _forward(self, method: str, path: str, request: Request) -> Response:
        return self._send(
            method,
            path,
            content=request.get_data(),
            headers={"Content-Type": request.content_type or JSON},
        )

    def _ask(self, method: str, path: str, page: Page | None = None) -> Response:
        wanted = {"limit": page.limit, "after": page.after} if page else {}
        params = {name: str(value) for name, value in wanted.items() if value is not None}
        return self._send(method, path, params=params)

    def _send(
        self,
        method: str,
        path: str,
        *,
        content: bytes = b"",
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
    ) -> Response:
        answer = self.http.request(
            method,
            f"{self.base_url}{path}",
            content=content,
            headers={**(headers or {}), "Authorization": f"Bearer {self.secret}"},
            params={**self.params, **(params or {})},
        )
        if answer.status_code >= 400 and not _is_openai_error(answer):  # noqa: PLR2004
            raise Refusal(caller_status(answer.status_code), answer.text or answer.reason_phrase)
        kind = answer.headers.get("Content-Type", JSON)
        return Response(answer.content, answer.status_code, content_type=kind)


JSON = "application/json"


def to_openai(account: OpenAIAccount, http: httpx2.Client) -> PassThrough:
    """OpenAI, with the account's key."""
    return PassThrough(http, account.base_url.rstrip("/"), account.api_key)


def to_azure(account: AzureAccount, route: Route, http: httpx2.Client) -> PassThrough:
    """Azure OpenAI, with the gateway principal's token and the caller's API version."""
    params = {"api-version": route.need("x-tfy-azure-api-version")}
    return PassThrough(http, f"{account.endpoint.rstrip('/')}/openai", account.token, params)


def _segment(value: str) -> str:
    return quote(value, safe="")


def _is_openai_error(answer: httpx2.Response) -> bool:
    try:
        told = answer.json()
    except ValueError:
        return False
    return isinstance(told, dict) and isinstance(told.get("error"), dict)
