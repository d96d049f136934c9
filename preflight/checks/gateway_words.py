"""The gateway's answers: what their statuses are called, and how they are quoted."""

from collections.abc import Set as AbstractSet

from preflight.catalog.versions import unversioned
from preflight.seams import GatewayAnswer

OK, BAD_REQUEST, UNAUTHORIZED, FORBIDDEN, NOT_FOUND = 200, 400, 401, 403, 404
NOT_ALLOWED, UNPROCESSABLE, TOO_MANY, SERVER_FAULT = 405, 422, 429, 500

OPEN = frozenset(
    {"validating", "in_progress", "finalizing", "cancelling"}
    # Some gateways pass Bedrock's own words on.
    | {"submitted", "scheduled", "stopping"}
)
"""The status words of a batch that has not ended."""


def quoted(answer: GatewayAnswer) -> str:
    """The answer's own words."""
    words = ": ".join(part for part in (answer.code, answer.message) if part)
    return f"HTTP {answer.status}" + (f", {words}" if words else "")


def open_requests(answer: GatewayAnswer, models: AbstractSet[str]) -> tuple[int, int]:
    """Requests in open batches that are, or may be, of these models; and how many batches."""
    wanted = {"", *map(unversioned, models)}
    waiting = [
        batch
        for batch in answer.listed
        if spelt(batch.status) in OPEN and unversioned(batch.model) in wanted
    ]
    return sum(batch.requests for batch in waiting), len(waiting)


def spelt(status: str) -> str:
    """A status word as OpenAI spells it: `InProgress` is `in_progress`."""
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in status).lstrip("_")
