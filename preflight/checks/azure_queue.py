"""Azure OpenAI's queue and store: whether the file has room in them beside what is there.

Both are asked through the gateway, with the route that the run will take: to Azure only the
gateway's own principal may list jobs and files.
"""

from dataclasses import dataclass

from preflight.catalog.queues import in_waves, usable
from preflight.checks.gateway_words import OK, open_requests, quoted
from preflight.contract import AzureOpenAI
from preflight.limits import AZURE_EXPIRING_FILES, AZURE_KEPT_FILES, LIMITS
from preflight.outcomes import Answer, Check, Failed, Passed, Unknown, check
from preflight.seams import Azure, Deployment, GatewayApi

_A_THOUSAND_TOKENS = 1000
_FEW = 50


@dataclass(frozen=True, slots=True)
class Sized:
    """Azure, and how many tokens the request file would put into the queue (an estimate).

    `split`: whether it may be sent as several jobs, one after the other; else it is one, as it is.
    """

    azure: Azure
    tokens: int
    split: bool = False


@dataclass(frozen=True, slots=True)
class Queued:
    """Azure and the gateway, and what the request file would put into the queue.

    `tokens` are an estimate; `split` is as of `Sized`.
    """

    azure: Azure
    gateway: GatewayApi
    tokens: int
    requests: int
    split: bool = False


def _deployment(promised: AzureOpenAI, azure: Azure) -> Deployment | Failed:
    found = azure.deployment(promised)
    what = f"account {promised.account} has no deployment {promised.deployment}"
    return found or Failed(what, "pulumi up --refresh")


@check("azure-capacity", "The deployment's queue is large enough for the request file")
def capacity(promised: AzureOpenAI, world: Sized) -> Answer:
    """All waiting jobs of a deployment share its capacity; above it: token_limit_exceeded.

    A run sends a file that is above it in waves; with --no-split that is a failure.
    """
    found = _deployment(promised, world.azure)
    if isinstance(found, Failed):
        return found
    room = found.capacity * _A_THOUSAND_TOKENS
    seen = f"about {world.tokens:,} tokens for a queue of {room:,} (deployment {found.name})"
    if world.split and world.tokens > usable(room):
        return Passed(f"{seen}: {in_waves(world.tokens, room)}", _ESTIMATED)
    if world.tokens > room:
        needed = -(-world.tokens // _A_THOUSAND_TOKENS)
        return Failed(seen, f"pulumi config set azureCapacity {needed}; then pulumi up")
    return Passed(seen)


@check("azure-open-batches", "The open batches leave the request file room in the queue")
def open_batches(promised: AzureOpenAI, world: Queued) -> Answer:
    """Azure has no endpoint that tells what is left of a deployment's queue.

    So the open batches of the account are listed. Their tokens are unknown; they are taken to be
    like this file's, and a batch whose model is not said to be of this deployment.
    """
    answer = world.gateway.batches(promised)
    if answer.status != OK:
        return Unknown(f"no list of batches: {quoted(answer)}", "gateway-batch-api to pass")
    found = _deployment(promised, world.azure)
    if isinstance(found, Failed):
        return found
    waiting, batches = open_requests(answer, {promised.model, promised.deployment})
    least = "at least " if answer.more else ""
    if not batches:
        return Passed(f"no batch is open at account {promised.account}")
    room = found.capacity * _A_THOUSAND_TOKENS
    each = world.tokens / world.requests if world.requests else 0
    others = round(each * waiting)
    first = min(world.tokens, usable(room)) if world.split else world.tokens
    seen = (
        f"about {first:,} tokens, and perhaps {others:,} in {least}{batches} open batches "
        f"with {waiting:,} requests, for a queue of {room:,} (deployment {found.name})"
    )
    if first + others > room:
        needed = -(-(first + others) // _A_THOUSAND_TOKENS)
        return Unknown(
            seen,
            "the open batches to end, then another check; or pulumi config set azureCapacity "
            f"{needed}; then pulumi up",
        )
    return Passed(seen, "what they hold is taken to be like this file's" if waiting else _UNCOUNTED)


_ESTIMATED = "tokens are estimated; where the queue is full, a run waits"
_UNCOUNTED = "an open batch has not counted its requests yet"


@check("azure-files", "The account takes one more file")
def files(promised: AzureOpenAI, gateway: GatewayApi) -> Answer:
    """An account keeps so many input files and refuses the next upload, however small it is.

    Files that expire by themselves have a far higher limit of their own. A run uploads files that
    do not, and deletes none: what was sent can be looked at again.
    """
    answer = gateway.files(promised)
    if answer.status != OK:
        return Unknown(
            f"no list of the files of account {promised.account}: {quoted(answer)}",
            "a list of files by the gateway (GET /files), which an upload stands beside",
        )
    seen = f"account {promised.account} holds {answer.kept:,} batch files that stay"
    limit = f"it takes {AZURE_KEPT_FILES:,} ({LIMITS['azure'].source})"
    if answer.kept >= AZURE_KEPT_FILES or answer.expiring >= AZURE_EXPIRING_FILES:
        return Failed(
            f"{seen} and {answer.expiring:,} that expire: {limit}, and {AZURE_EXPIRING_FILES:,} "
            "that expire",
            "delete those that no open batch needs: DELETE /files/ID at the gateway",
        )
    if answer.more:
        return Unknown(f"{seen}, and more than were listed", "a shorter list: delete old files")
    left = AZURE_KEPT_FILES - answer.kept
    return Passed(f"{seen}; {limit}", f"{left} more fit" if left <= _FEW else "")


SIZED_CHECKS: tuple[Check, ...] = (capacity,)
"""Those that need the request file as well: their world is a `Sized`."""

QUEUED_CHECKS: tuple[Check, ...] = (open_batches,)
"""Those that need the gateway beside it: their world is a `Queued`."""
