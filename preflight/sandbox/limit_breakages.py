"""Breakages of limits that no API tells: somebody set one, and the user's own tables name it."""

import json
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

from preflight.catalog import source
from preflight.sandbox import tables
from preflight.sandbox.loopback import asking
from preflight.sandbox.sandbox import Sandbox

_SECONDS = 10
_PIXEL = "data:image/gif;base64,R0lGODlhAQABAAAAACwAAAAAAQABAAA="

Apply = Callable[[Sandbox], None]


def gateway(row: str, value: Any, **limits: Any) -> Apply:
    """The gateway has a limit, and the user's tables say so."""
    return partial(_gateway, limits, row, value)


def unregistered(*models: str) -> Apply:
    """The gateway has lost these models."""
    return partial(_gateway, {"unregistered": models}, "", None)


def _gateway(limits: dict[str, Any], row: str, value: Any, sandbox: Sandbox) -> None:
    _tell(
        f"{sandbox.promises.gateway.base_url}/sandbox/limits",
        limits,
        Authorization=f"Bearer {sandbox.env['TFY_API_KEY']}",
    )
    if row:
        tables.change(sandbox.env, "gateway", row, value)


def account(provider: str, **fields: Any) -> Apply:
    """The gateway's account of the provider has other fields."""
    return partial(_account, provider, fields)


def no_account(provider: str) -> Apply:
    """The gateway has no account of the provider."""
    return partial(_account, provider, {})


def _account(provider: str, fields: dict[str, Any], sandbox: Sandbox) -> None:
    _tell(
        f"{sandbox.promises.gateway.base_url}/sandbox/accounts/"
        f"{sandbox.promises.of(provider)[0].provider_name}",
        fields,
        Authorization=f"Bearer {sandbox.env['TFY_API_KEY']}",
    )


def openai_key(sandbox: Sandbox) -> None:
    """OpenAI does not know the gateway's key any more."""
    _openai(sandbox, {"revoked": True})


def full_queue(sandbox: Sandbox) -> None:
    """OpenAI's queue takes a thousand tokens of each model."""
    _openai(sandbox, {"queue_tokens": 1000})
    model = sandbox.promises.openai[0].model
    tables.change(sandbox.env, "openai", "queue_tokens", {model: 1000})


def shut_down(sandbox: Sandbox) -> None:
    """OpenAI has announced that the model goes tomorrow, and it goes while the batch runs."""
    model = sandbox.promises.openai[0].model
    _openai(sandbox, {"shut_down": [model]})
    tomorrow = source.today() + timedelta(days=1)
    tables.change(sandbox.env, "openai", "retires", {model: tomorrow})


def image(provider: str) -> Apply:
    """The gateway counts tokens, and one request has an image."""

    def apply(sandbox: Sandbox) -> None:
        path: Path = sandbox.request_file(provider)
        first, *others = path.read_bytes().splitlines(keepends=True)
        request = json.loads(first)
        part = {"type": "image_url", "image_url": {"url": _PIXEL}}
        request["body"]["messages"] = [{"role": "user", "content": [part]}]
        path.write_bytes(b"".join([json.dumps(request).encode() + b"\n", *others]))
        gateway("counts_tokens", value=True, counts_tokens=True)(sandbox)

    return apply


def _openai(sandbox: Sandbox, rows: dict[str, Any]) -> None:
    _tell(f"{sandbox.env['PREFLIGHT_SANDBOX_OPENAI']}/sandbox/limits", rows)


def _tell(url: str, rows: dict[str, Any], **headers: str) -> None:
    with asking(timeout=_SECONDS) as client:
        answer = client.post(url, json=rows, headers=headers)
    answer.raise_for_status()
