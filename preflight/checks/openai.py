"""OpenAI: nothing is provisioned, so what counts is the gateway's key and the model."""

from preflight.catalog.batchable import batchable
from preflight.catalog.source import caveats
from preflight.checks import gateway as gate
from preflight.checks import gateway_words as words
from preflight.checks.openai_queue import Queued, queue
from preflight.checks.remedies import instead
from preflight.checks.retirement import openai_retirement
from preflight.contract import OpenAI
from preflight.outcomes import Answer, Check, Failed, Passed, Unknown, check
from preflight.permissions import Identity
from preflight.seams import GatewayApi


@check("openai-key", "OpenAI takes the key that the gateway holds", gate=True)
def openai_key(promised: OpenAI, gateway: GatewayApi) -> Answer:
    """The gateway acts with an OpenAI key of its own; a restricted one may lack the batch scope."""
    answer = gateway.batches(promised)
    name = promised.provider_name
    who = f"{Identity.GATEWAY} (the OpenAI key of provider account {name})"
    if answer.status == words.UNAUTHORIZED:
        return Failed(
            f"OpenAI does not know {who}: {words.quoted(answer)}",
            f"replace the OpenAI key of provider account {name} at the gateway",
        )
    if answer.status == words.FORBIDDEN:
        return Failed(
            f"OpenAI does not let {who} list batches: {words.quoted(answer)}",
            "allow that key Files: write and Batch: write in OpenAI's project settings",
        )
    if answer.status != words.OK:
        return Unknown(
            f"no answer from OpenAI about its key: {words.quoted(answer)}",
            "a gateway that passes gateway-batch-api",
        )
    return Passed(f"OpenAI takes the key of provider account {name}")


@check("openai-open-batches", "The open batches leave room for another")
def open_batches(promised: OpenAI, gateway: GatewayApi) -> Answer:
    """Open batches share one limit of enqueued tokens for each model and organisation.

    A batch above it fails in validation. No API tells the limit: it stands in the platform's
    settings, under limits.
    """
    answer = gateway.batches(promised)
    if answer.status != words.OK:
        return Unknown(f"no list of batches: {words.quoted(answer)}", "gateway-batch-api to pass")
    waiting = sum(status in words.OPEN for status in answer.batches.values())
    least = "at least " if answer.more else ""
    return Passed(
        f"open batches: {least}{waiting}",
        caveat="OpenAI's limit of enqueued tokens cannot be read by an API" if waiting else "",
    )


@check("openai-model", "The model takes batches")
def model(promised: OpenAI, world: None) -> Answer:
    """A model that takes no batches is refused in validation. No API says which do."""
    del world
    table = batchable("openai")
    if why := table.why_not(promised.model):
        return Failed(
            f"model {promised.model} {why} ({table})",
            instead("openaiModels", promised.model, "a model that takes batches"),
        )
    if not table.lists(promised.model):
        return Unknown(
            f"model {promised.model} is in no list of batch models ({table})",
            f"a look at OpenAI's page on {promised.model}: does it name the batch endpoint?",
        )
    return Passed(
        f"model {promised.model} takes batches", caveats(f"by {table}", table.source.warning)
    )


SUITES: tuple[tuple[str, tuple[Check, ...]], ...] = (
    ("openai", (gate.reachable, gate.key, gate.provider_account, openai_key, open_batches)),
)
"""Through the gateway, begun as the gateway's own suite is."""

TABLE_SUITES: tuple[tuple[str, tuple[Check, ...]], ...] = (
    ("openai model", (model, openai_retirement)),
)
"""These read a table and ask nobody."""

GATES: tuple[Check, ...] = (gate.reachable, gate.key, gate.provider_account, openai_key)
"""What decides about all that is asked of OpenAI through the gateway."""

SIZED_CHECKS: tuple[Check, ...] = (queue,)
"""Those that need the request file as well: their world is a `Queued`."""

__all__ = ["GATES", "SIZED_CHECKS", "SUITES", "TABLE_SUITES", "Queued"]
