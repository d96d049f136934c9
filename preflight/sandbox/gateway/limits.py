"""What a gateway may refuse of its own accord; nothing of it unless somebody sets it.

Each as an open gateway does it: LiteLLM caps a batch file's size and counts its tokens, which it
cannot where there are images; Mesh caps a key's open batches; Aqueduct answers a model that it does
not know with a fault. Sources: their pages and issues, read October 2026.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from flask import Response

from preflight.sandbox.gateway.lines import readable_lines
from preflight.sandbox.gateway.refusal import BAD_REQUEST, Refusal

TOO_LARGE, TOO_MANY, FAULT = 413, 429, 500
MB = 1000 * 1000
_ENDED = frozenset(
    {"completed", "failed", "expired", "cancelled", "partially_completed", "stopped"}
)


@dataclass(frozen=True, slots=True)
class Limits:
    """None and empty: no limit.

    `max_bytes` of an upload, `max_open_batches` of a provider account, `counts_tokens` of uploads,
    `unregistered`: models that no account has. `revoked`: the key is known no more.
    """

    max_bytes: int | None = None
    max_open_batches: int | None = None
    counts_tokens: bool = False
    unregistered: frozenset[str] = frozenset()
    revoked: bool = False

    def with_rows(self, rows: dict[str, Any]) -> "Limits":
        """These, some of them given anew."""
        given = {**rows, "unregistered": frozenset(rows.get("unregistered", self.unregistered))}
        return replace(self, **given)

    def admit_file(self, content: bytes) -> None:
        """Raise Refusal for a file that the gateway does not pass on."""
        if self.max_bytes is not None and len(content) > self.max_bytes:
            raise Refusal(
                TOO_LARGE,
                f"Batch input file is {len(content) / MB:.3f} MB, which exceeds the configured "
                f"max_batch_file_size_mb of {self.max_bytes / MB:g} MB.",
                "file_too_large",
                "file",
            )
        if self.counts_tokens and any(_uncountable(line.body) for line in readable_lines(content)):
            message = (
                "Could not account for all tokens in the batch input file: image tokens cannot be "
                "counted"
            )
            raise Refusal(BAD_REQUEST, message, "token_count_error", "file")

    def admit_models(self, names: set[str]) -> None:
        """Raise Refusal, a fault, for a model that no account has."""
        for name in sorted(names & self.unregistered):
            raise Refusal(FAULT, f"KeyError: model {name} is not registered", "internal_error")

    def admit_batch(self, batches: Callable[[], Response]) -> None:
        """Raise Refusal where the listed batches are as many as may be open."""
        if self.max_open_batches is None:
            return
        listed = (batches().get_json(silent=True) or {}).get("data", [])
        waiting = sum(str(batch.get("status", "")).lower() not in _ENDED for batch in listed)
        if waiting >= self.max_open_batches:
            raise Refusal(
                TOO_MANY,
                f"{waiting} batches are open, and this key may have {self.max_open_batches}",
                "batch_limit_exceeded",
            )


def _uncountable(body: dict[str, Any]) -> bool:
    return any(part.get("type") not in {None, "text"} for part in _parts(body))


def _parts(body: dict[str, Any]) -> Iterator[dict[str, Any]]:
    messages = body.get("messages")
    for message in messages if isinstance(messages, list) else []:
        content = message.get("content") if isinstance(message, dict) else None
        yield from (p for p in content if isinstance(p, dict)) if isinstance(content, list) else ()
