"""Which job a canary is: how many requests, what they cost, and the run's folder for them."""

import hashlib
import json
from argparse import Namespace
from contextlib import ExitStack
from dataclasses import asdict, dataclass, replace

from preflight.batch import plan as plans
from preflight.batch.canary import CanaryRun, kept
from preflight.batch.canary_patience import Patience
from preflight.batch.canary_sample import Sample, prefix, sample
from preflight.batch.ledger import Ledger
from preflight.batch.plan import Plan
from preflight.batch.remote import Remote
from preflight.batch.run import prepare
from preflight.catalog.prices import price
from preflight.checks.bedrock_quota import Quota, quota, spellings
from preflight.commands.ledgers import runs_folder
from preflight.commands.run import polled
from preflight.contract import Bedrock, Promises, Target
from preflight.limits import LIMITS
from preflight.render.outcome import say, shown
from preflight.requests.scan import Scan
from preflight.seams import LookError
from preflight.targets import place

CENT = 0.01


@dataclass(frozen=True, slots=True)
class Job:
    """A canary that can be sent, and what it sends and costs, in words."""

    run: CanaryRun
    words: str


def opened(  # noqa: PLR0917 - each is of another kind
    held: ExitStack,
    promises: Promises,
    provider: str,
    target: Target,
    scan: Scan,
    arguments: Namespace,
) -> Job:
    """Open the canary of this file and target, or the one that was begun. Raises PreflightError.

    `held` keeps its folder and its connections.
    """
    taken = sample(scan.path, provider, smallest(target), {fault.line for fault in scan.faults})
    plan = _plan(promises, provider, target, scan, taken)
    folder = runs_folder(arguments) / f"canary-{plans.folder_name(plan)}"
    remote = held.enter_context(Remote(plan))
    ledger = held.enter_context(Ledger(folder))
    held.enter_context(ledger.alone())
    own = kept(folder, taken.content)
    plan = prepare(ledger, plan, own)
    own.unlink(missing_ok=True)
    sends = what_it_sends(taken, provider, scan.path.name)
    every = polled(getattr(arguments, "poll_every", None))
    run = CanaryRun(
        ledger.journal(1),
        plan,
        remote,
        Patience(arguments.canary_wait, every, cancel=arguments.canary_cancel),
        sent=sends,
        look=f"preflight status {shown(folder)}",
        say=say,
    )
    through = f"{place(target)} through {target.provider_name}"
    return Job(run, f"{sends} to {through}: {what_it_costs(taken, provider, target)}")


def _plan(promises: Promises, provider: str, target: Target, scan: Scan, taken: Sample) -> Plan:
    """A run's plan, of another key: other promises (a role, a bucket) are another canary."""
    plan = plans.make(
        promises,
        provider,
        target,
        scan.path,
        sha256=taken.sha256,
        count=taken.count,
        size=len(taken.content),
    )
    identity = json.dumps(["canary", plan.key, asdict(target)], sort_keys=True)
    return replace(plan, key=hashlib.sha256(identity.encode()).hexdigest()[:16])


def smallest(target: Target) -> int:
    """How many requests the smallest job has: more than one at Amazon Bedrock alone."""
    if not isinstance(target, Bedrock):
        return 1
    from preflight.cloud import aws  # noqa: PLC0415 - an SDK, where it is needed

    least = LIMITS["bedrock"].min_requests
    try:
        client = aws.connect(target)
        quotas = client.batch_quotas(target.region)
        return int(quota(quotas, Quota.MINIMUM, spellings(target, client), least).amount)
    except LookError:
        return least  # the check of that quota has said what it could not find out


def what_it_sends(taken: Sample, provider: str, file: str) -> str:
    """How the requests differ from the file's own."""
    first, last = taken.lines[0], taken.lines[-1]
    lines = f"line {first}" if first == last else f"lines {first} to {last}"
    changed = ", ".join(
        [f"{prefix(provider)} before each custom_id", *(f"{name} 1" for name in taken.lowered)]
    )
    requests = "1 request" if taken.count == 1 else f"{taken.count:,} requests"
    return f"{requests} ({lines} of {file}; {changed}; nothing else changed)"


def what_it_costs(taken: Sample, provider: str, target: Target) -> str:
    """The estimated tokens, and the price where it is known: never a guess."""
    prompts = f"about {taken.prompt_tokens:,} tokens of prompts"
    if taken.answer_tokens is None:
        tokens = f"{prompts}, and answers of any length"
    else:
        tokens = f"{prompts} and at most {taken.answer_tokens:,} of answers"
    known = price(provider, target.model)
    if known is None:
        return f"{tokens}; price not known: none is listed for {target.model} (--tables takes one)"
    cited = "; ".join(filter(None, (f"by {known.source}", known.source.warning)))
    asked = _dollars(known.of(taken.prompt_tokens, taken.answer_tokens or 0))
    if taken.answer_tokens is None:
        return f"{tokens}; {asked} for the prompts, price not known for the answers ({cited})"
    return f"{tokens}; {asked} ({cited})"


def _dollars(amount: float) -> str:
    return f"less than ${CENT}" if amount < CENT else f"about ${amount:,.2f}"
