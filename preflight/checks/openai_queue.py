"""OpenAI's queue: whether the file has room beside the batches that are open already."""

import time
from dataclasses import dataclass

from preflight.catalog.queues import in_waves, queues, usable, your_limit
from preflight.catalog.source import caveats
from preflight.catalog.yours import yours
from preflight.checks.gateway_words import OK, open_requests, quoted
from preflight.contract import OpenAI
from preflight.outcomes import Answer, Failed, Passed, Unknown, check
from preflight.seams import GatewayApi

_HOUR = 3600


@dataclass(frozen=True, slots=True)
class Queued:
    """The gateway, and what the request file would put into the queue; tokens are an estimate.

    `split`: whether it may be sent as several batches, one after the other; else it is one.
    """

    gateway: GatewayApi
    tokens: int
    requests: int
    split: bool = False


@check("openai-queue", "OpenAI's queue takes the request file")
def queue(promised: OpenAI, world: Queued) -> Answer:
    """All open batches of a model share the organisation's limit of enqueued tokens.

    A batch above it fails in validation, as token_limit_exceeded. No API tells the limit: it is
    read from `queue_tokens` under [openai] of a file for --tables, and where that is silent a file
    passes only that fits into the lowest tier's. Requests are limited too, and creates an hour. The
    tokens of open batches are unknown; they are taken to be like this file's.

    A run sends a file that is above a known limit in waves; with --no-split that is a failure.
    """
    answer = world.gateway.batches(promised)
    if answer.status != OK:
        return Unknown(f"no list of batches: {quoted(answer)}", "gateway-batch-api to pass")
    table = queues()
    since = time.time() - _HOUR
    recent = sum(batch.created_at > since for batch in answer.listed)
    if recent >= table.creates_an_hour:
        return Failed(
            f"{recent:,} batches were created within the last hour, and OpenAI takes "
            f"{table.creates_an_hour:,}",
            "send it an hour later",
        )
    waiting, batches = open_requests(answer, {promised.model})
    return _requests(promised, world, waiting) or _tokens(promised, world, waiting, batches)


def _requests(promised: OpenAI, world: Queued, waiting: int) -> Answer | None:
    """What is wrong with the number of requests."""
    limit, table = your_limit("queue_requests", promised.model), queues()
    most = table.requests if limit is None else limit
    first = min(world.requests, most) if world.split else world.requests
    total, seen = first + waiting, f"{first:,} requests, and {waiting:,} in open batches"
    if limit is not None and total > limit:
        what = f"{seen}, for a queue of {limit:,} requests (by {yours().source})"
        return Failed(what, "wait for open batches to end, or send the file in parts")
    if limit is None and total > table.requests:
        return Unknown(
            f"{seen}; a limit of {table.requests:,} waiting requests was reported",
            _row("queue_requests", promised.model),
        )
    return None


def _tokens(promised: OpenAI, world: Queued, waiting: int, batches: int) -> Answer:
    model, limit = promised.model, your_limit("queue_tokens", promised.model)
    table = queues()
    each = world.tokens / world.requests if world.requests else 0
    others = round(each * waiting)
    seen = f"about {world.tokens:,} prompt tokens"
    if batches:
        seen += f", and perhaps {others:,} in open batches ({batches} with {waiting:,} requests)"
    uncounted = "an open batch has not counted its requests yet" if batches and not waiting else ""
    if limit is not None:
        said = f"{seen}, for a queue of {limit:,} (by {yours().source})"
        first = min(world.tokens, usable(limit)) if world.split else world.tokens
        if first < world.tokens and first + others <= limit:
            return Passed(
                f"{said}: {in_waves(world.tokens, limit)}", caveats(_ESTIMATED, uncounted)
            )
        if first > limit:
            fits = max(1, int(world.requests * limit / world.tokens))
            return Failed(said, f"send it in parts of at most {fits:,} requests, one by one")
        if first + others > limit:
            return Unknown(said, "the open batches to end; then check again")
        return Passed(said, uncounted)
    least = table.least(model)
    known = f"the lowest limit that is public for it is {least:,} ({table.source})"
    if world.tokens + others > least:
        reason = f"{seen}; {known}, and no API tells the organisation's"
        return Unknown(reason, _row("queue_tokens", model))
    return Passed(f"{seen}; {known}", caveats(uncounted, table.source.warning))


_ESTIMATED = "tokens are estimated; where the queue is full, a run waits"


def _row(name: str, model: str) -> str:
    """How the limit is said, once it was read where OpenAI shows it."""
    return (
        f"the limit of {model} in OpenAI's settings, under Limits, as a row of a file for "
        f'--tables: openai.{name} = {{ "{model}" = N }}'
    )
