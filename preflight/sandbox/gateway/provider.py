"""What the gateway asks of a provider, and the parts of a request that it hands over."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from flask import Request, Response
from werkzeug.datastructures import Headers

from preflight.sandbox.gateway.objects import Page
from preflight.sandbox.gateway.refusal import BAD_REQUEST, Refusal

JSONL = "application/octet-stream"
"""The content type of rows that a provider wrote."""


@dataclass(frozen=True, slots=True)
class Route:
    """The `x-tfy-*` headers of one request."""

    headers: Headers

    def need(self, header: str) -> str:
        """The header's value. Raises Refusal (400) where it is missing."""
        value = self.headers.get(header, "").strip()
        if not value:
            raise Refusal(
                BAD_REQUEST,
                f"the header {header} is missing; this provider needs it on every call",
                "missing_header",
                header,
            )
        return value


class Provider(Protocol):
    """Files and batches at one provider. Every method raises Refusal, or what the client raises."""

    def upload(self, request: Request, content: bytes) -> Response:
        """Store the request file whose bytes are `content`."""

    def files(self, page: Page) -> Response:
        """List the stored files."""

    def file(self, file_id: str) -> Response:
        """Describe one file."""

    def content(self, file_id: str) -> Response:
        """The file's bytes, as the provider stores them."""

    def delete(self, file_id: str) -> Response:
        """Delete the file."""

    def create(self, request: Request, body: dict[str, Any]) -> Response:
        """Create a batch."""

    def batches(self, page: Page) -> Response:
        """List the batches."""

    def batch(self, batch_id: str) -> Response:
        """Describe one batch."""

    def cancel(self, batch_id: str) -> Response:
        """Stop the batch."""

    def output(self, batch_id: str) -> Response:
        """The batch's results as OpenAI's rows."""


def needed(body: Mapping[str, Any], field: str) -> str:
    """A text field of a create. Raises Refusal (400) where it is missing."""
    value = body.get(field)
    if not isinstance(value, str) or not value:
        raise Refusal(BAD_REQUEST, f"{field} is required", "missing_required_parameter", field)
    return value
