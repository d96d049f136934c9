"""`preflight plan`: shards, waves, time and money of a run, before anything is sent."""

import os
from argparse import Namespace
from dataclasses import dataclass

from preflight.batch import estimate
from preflight.batch.allowance import Allowance
from preflight.batch.dividing import divide
from preflight.batch.estimate import Money, Time
from preflight.batch.room import waves
from preflight.batch.shards import Shard, ShardLimits
from preflight.catalog import yours
from preflight.commands.allowed import allowed, priced_model
from preflight.commands.judge import promised, scanned, targets
from preflight.contract import Target
from preflight.requests.scan import Scan
from preflight.seams import UsageError
from preflight.targets import place


@dataclass(frozen=True, slots=True)
class Planned:
    """What a run of this file would be.

    Attributes:
        scan: of the file.
        provider: where it goes.
        target: region and model there.
        allowance: what one shard, and all of them together, may have.
        shards: in order.
        waves: the same, in groups that may be open at once.
        longest: tokens of the longest answer; None: some request names no bound.
        money: what it costs.
        time: how long it may take.
        renamed: the first line whose custom_id the provider cannot carry; None: there is none.
        notes: what is to be known besides.
    """

    scan: Scan
    provider: str
    target: str
    allowance: Allowance
    shards: tuple[Shard, ...]
    waves: tuple[tuple[Shard, ...], ...]
    longest: int | None
    money: Money
    time: Time
    renamed: int | None
    notes: tuple[str, ...]


def plan(arguments: Namespace) -> int:
    """Print it."""
    from preflight.render import plan as rendered  # noqa: PLC0415 - it needs rich

    yours.use(arguments.tables or os.environ.get(yours.VARIABLE))
    promises = promised(arguments)
    scan = scanned(arguments.requests)
    chosen = targets(arguments, promises, scan)
    if len(chosen) != 1:
        raise UsageError(
            arguments.requests,
            f"goes to one provider, and these are {', '.join(chosen)}",
            "name one with --provider NAME",
        )
    ((provider, (target,)),) = chosen.items()
    made = planned(scan, provider, target, one=arguments.no_split, offline=arguments.offline)
    return rendered.show(made, arguments.format)


def planned(scan: Scan, provider: str, target: Target, *, one: bool, offline: bool) -> Planned:
    """Plan the run of a file that was scanned; nothing is sent.

    Raises:
        RequestFileError: the file cannot be read any more, or was changed while it was.
    """
    may, notes = allowed(provider, target, offline=offline)
    renamed = scan.uncarried.get(provider)
    shards = divide(scan, may.limits, renamed=renamed is not None, one=one)
    groups = waves(shards, may.room)
    longest = estimate.answer_tokens(scan)
    return Planned(
        scan=scan,
        provider=provider,
        target=place(target),
        allowance=may,
        shards=shards,
        waves=groups,
        longest=longest,
        money=estimate.money(provider, priced_model(target), shards, longest),
        time=estimate.time(provider, len(groups)),
        renamed=renamed,
        notes=(*notes, *_warnings(scan, may, shards)),
    )


def _warnings(scan: Scan, may: Allowance, shards: tuple[Shard, ...]) -> list[str]:
    """What speaks against sending it like this; the checks have the word."""
    found = []
    if above := [shard for shard in shards if _above(shard, may.limits)]:
        numbers = ", ".join(str(shard.number) for shard in above[:_NAMED])
        found.append(f"shard {numbers} is above a limit of one batch: `preflight check` says which")
    if below := [shard for shard in shards if shard.requests < may.min_requests.amount]:
        numbers = ", ".join(str(shard.number) for shard in below[:_NAMED])
        found.append(
            f"shard {numbers} has fewer requests than one batch must have, {may.min_requests}"
        )
    files = may.room.max_files
    if files is not None and len(shards) > files.amount:
        found.append(f"{len(shards):,} input files, and the account keeps {files}")
    broken = sum(count for code, count in scan.totals.items() if not code.startswith(_OBSERVED))
    if broken:
        found.append(f"the scan found {broken:,} faults in the file: `preflight check` names them")
    return found


_NAMED = 5
_OBSERVED = ("id_", "import_")
"""Faults that only some provider minds."""


def _above(shard: Shard, limits: ShardLimits) -> bool:
    return (
        shard.requests > limits.max_requests
        or shard.bytes > limits.max_bytes
        or (limits.max_tokens is not None and shard.tokens > limits.max_tokens)
    )
