"""What one batch and the provider's queue take: asked of the cloud where that tells it."""

from preflight.batch.allowance import Allowance, Asked, Live, allowance
from preflight.batch.room import Bound
from preflight.checks.bedrock_named import base_model
from preflight.checks.bedrock_quota import LIMIT, Quota, quota, spellings
from preflight.contract import AzureOpenAI, Bedrock, Target
from preflight.limits import BEDROCK_OPEN_JOBS, GB
from preflight.seams import LookError

_A_THOUSAND_TOKENS = 1000


def priced_model(target: Target) -> str:
    """The target's model as tables of prices and limits call it."""
    return base_model(target) if isinstance(target, Bedrock) else target.model


def allowed(provider: str, target: Target, *, offline: bool) -> tuple[Allowance, tuple[str, ...]]:
    """What a run through this target may have, and what could not be asked, in words.

    Args:
        provider: the target's.
        target: where the run goes.
        offline: whether to ask nobody; then the tables decide.
    """
    notes: list[str] = []
    live: Live = {}
    if not offline:
        try:
            live = _live(target)
        except LookError as error:
            notes.append(f"{error}; the dated tables decide instead")
    return allowance(provider, priced_model(target), live), tuple(notes)


def _live(target: Target) -> Live:
    match target:
        case Bedrock():
            return _of_bedrock(target)
        case AzureOpenAI():
            return _of_azure(target)
        case _:
            return {}


def _of_bedrock(target: Bedrock) -> Live:
    from preflight.cloud import aws  # noqa: PLC0415 - an SDK, where it is needed

    client = aws.connect(target)
    quotas = client.batch_quotas(target.region)
    models = spellings(target, client)
    found: dict[Asked, list[tuple[Quota, float]]] = {
        Asked.MIN_REQUESTS: [(Quota.MINIMUM, LIMIT.min_requests)],
        Asked.MAX_REQUESTS: [
            (Quota.PER_FILE, LIMIT.max_requests),
            (Quota.PER_JOB, LIMIT.max_requests),
        ],
        Asked.MAX_BYTES: [(Quota.FILE_GB, LIMIT.max_bytes / GB)],
        Asked.OPEN_JOBS: [(Quota.OPEN_JOBS, BEDROCK_OPEN_JOBS)],
    }
    live: dict[Asked, Bound] = {}
    for asked, rows in found.items():
        values = [quota(quotas, which, models, default) for which, default in rows]
        value = min(values, key=lambda one: one.amount)
        amount = value.amount * GB if asked is Asked.MAX_BYTES else value.amount
        live[asked] = Bound(int(amount), value.source)
    return live


def _of_azure(target: AzureOpenAI) -> Live:
    from preflight.cloud import azure  # noqa: PLC0415 - likewise

    found = azure.connect(target).deployment(target)
    if found is None:
        return {}
    source = f"the capacity of deployment {found.name}"
    return {Asked.QUEUE_TOKENS: Bound(found.capacity * _A_THOUSAND_TOKENS, source)}
