"""`preflight plan`: shards, waves, time and money of a run, before anything is sent."""

import os
from argparse import Namespace
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from preflight.batch import estimate
from preflight.batch.allowance import Allowance
from preflight.batch.estimate import Money, Time
from preflight.batch.room import waves
from preflight.batch.shards import Shard, ShardLimits
from preflight.catalog import yours
from preflight.commands.allowed import priced_model
from preflight.commands.division import Division, division
from preflight.commands.judge import promised, scanned, shown_path, targets
from preflight.contract import Target
from preflight.outcomes import Passed
from preflight.report import Report
from preflight.requests.scan import Scan
from preflight.seams import UsageError
from preflight.targets import named_model, of_shard, place


@dataclass(frozen=True, slots=True)
class Planned:
    """What a run of this file would be.

    Attributes:
        scan: of the file.
        provider: where it goes.
        target: region and model there; several models where the file names them.
        allowance: what one shard, and all of them together, may have; of the first model.
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

    made = of_command(arguments)
    seen = replace(made.scan, path=Path(shown_path(made.scan, arguments)))
    return rendered.show(replace(made, scan=seen), arguments.format)


def of_command(arguments: Namespace) -> Planned:
    """What a run of the file that is named would be. Raises PreflightError."""
    yours.use(arguments.tables or os.environ.get(yours.VARIABLE))
    promises = promised(arguments)
    scan = scanned(arguments.requests, jobs=arguments.jobs)
    chosen = targets(arguments, promises, scan)
    if len(chosen) != 1:
        raise UsageError(
            arguments.requests,
            f"goes to one provider, and these are {', '.join(chosen)}",
            "name one with --provider NAME",
        )
    ((provider, several),) = chosen.items()
    return planned(scan, provider, *several, one=arguments.no_split, offline=arguments.offline)


def planned(scan: Scan, provider: str, *targets: Target, one: bool, offline: bool) -> Planned:
    """Plan the run of a file that was scanned; nothing is sent.

    Raises:
        RequestFileError: the file cannot be read any more, or was changed while it was.
    """
    made = division(scan, provider, targets, one=one, offline=offline)
    shards, may = made.shards, made.allowances[targets[0]]
    groups = waves(shards, made.room)
    longest = estimate.answer_tokens(scan)
    return Planned(
        scan=scan,
        provider=provider,
        target=", ".join(map(place, targets)),
        allowance=may,
        shards=shards,
        waves=groups,
        longest=longest,
        money=_money(provider, targets, shards, longest),
        time=estimate.time(provider, len(groups)),
        renamed=scan.uncarried.get(provider),
        notes=(*made.notes, *_of_others(made, targets), *_warnings(scan, made)),
    )


def of_report(report: Report, scan: Scan, arguments: Namespace) -> tuple[Planned, ...]:
    """What a run of the file would be at each provider that was judged; nothing is sent.

    A cloud is asked for its limits only where it has just answered: nobody waits for it again.

    Raises:
        RequestFileError: as `planned`.
    """
    return tuple(
        planned(
            scan,
            provider,
            *several,
            one=arguments.no_split,
            offline=arguments.offline or not _answers(report, provider),
        )
        for provider, several in report.promised.items()
    )


def _answers(report: Report, provider: str) -> bool:
    """Whether whoever asked was known to the provider's cloud."""
    known = [
        one.outcome for one in report.of(provider) if one.check_id == f"{provider}-credentials"
    ]
    return bool(known) and all(isinstance(outcome, Passed) for outcome in known)


def _money(
    provider: str, targets: Sequence[Target], shards: Sequence[Shard], longest: int | None
) -> Money:
    """Of all models."""
    parts: dict[Target, list[Shard]] = {target: [] for target in targets}
    for shard in shards:
        parts[of_shard(targets, shard.model)].append(shard)
    return estimate.altogether(
        [
            estimate.money(provider, priced_model(target), part, longest)
            for target, part in parts.items()
            if part
        ]
    )


def _of_others(made: Division, targets: Sequence[Target]) -> list[str]:
    """The queues of further models, where they are not like that of the first."""
    first, *others = (made.allowances[target].room for target in targets)
    found = []
    for target, room in zip(targets[1:], others, strict=True):
        if (room.max_tokens, room.max_requests) != (first.max_tokens, first.max_requests):
            bounds = {"tokens": room.max_tokens, "requests": room.max_requests}
            words = [f"{b.amount:,} {name} ({b.source})" for name, b in bounds.items() if b]
            said = " and ".join(words) or "no limit is known"
            found.append(f"the queue of {named_model(target)} is its own: {said}")
    return found


def _warnings(scan: Scan, made: Division) -> list[str]:
    """What speaks against sending it like this; the checks have the word."""
    shards, may = made.shards, next(iter(made.allowances.values()))
    found = []
    if above := [shard for shard in shards if _above(shard, made.of(shard).limits)]:
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
