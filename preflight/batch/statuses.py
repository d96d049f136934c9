"""FACTS: what a batch's status means, in OpenAI's words, for whatever word the gateway passes on.

Sources: OpenAI's batch reference; Amazon Bedrock's job statuses; Vertex AI's JobState; read October
2026. Whether the gateway translates the native words is not documented, so both are understood:
`PartiallyCompleted`, `partially_completed` and `JOB_STATE_PARTIALLY_SUCCEEDED` are one.
"""

import re

TERMINAL = frozenset({"completed", "failed", "expired", "cancelled"})
"""Statuses that change no more."""

_OPENAI = (
    "validating",
    "in_progress",
    "finalizing",
    "completed",
    "failed",
    "expired",
    "cancelling",
    "cancelled",
)
_NATIVE = {
    # Amazon Bedrock
    "submitted": "validating",
    "scheduled": "in_progress",
    "partially_completed": "completed",
    "stopping": "cancelling",
    "stopped": "cancelled",
    # Vertex AI
    "unspecified": "validating",
    "queued": "validating",
    "pending": "validating",
    "paused": "validating",
    "running": "in_progress",
    "updating": "in_progress",
    "succeeded": "completed",
    "partially_succeeded": "completed",
    # spellings
    "canceled": "cancelled",
    "canceling": "cancelling",
}
MEANING = {word: word for word in _OPENAI} | _NATIVE
"""Every known status word, in snake case, to OpenAI's."""


def meaning(word: str) -> str | None:
    """OpenAI's word for a status, or None for a word that is not known (never terminal)."""
    snake = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", word.strip()).lower().replace("-", "_")
    return MEANING.get(snake.removeprefix("job_state_"))
