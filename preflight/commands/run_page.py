"""`preflight status --format html`: the run's page, by its ledger and by what has come back."""

import sys
import time
from argparse import Namespace
from collections.abc import Mapping, Sequence

from preflight.batch import estimate, used
from preflight.batch import plan as plans
from preflight.batch import run as runs
from preflight.batch.estimate import Money
from preflight.batch.journal import Entry
from preflight.batch.merged_files import FILES
from preflight.batch.plan import Plan
from preflight.batch.shards import Shard
from preflight.batch.times import Span, spans
from preflight.catalog.prices import price
from preflight.commands.allowed import priced_model
from preflight.commands.ledgers import existing
from preflight.contract import Target
from preflight.render.html_run import RunPage, Spent, render
from preflight.render.standing import Standing
from preflight.targets import matching, place


def show(arguments: Namespace, seen: Standing) -> int:
    """Print the page; the exit code. Raises PreflightError."""
    with existing(arguments) as ledger:
        plan = plans.read(ledger)
        entries = ledger.every_line()
        done = runs.done(ledger, plan)
        here = ledger.folder / FILES[0]
        made = RunPage(
            name=ledger.folder.name,
            facts=_facts(plan),
            shards=tuple(seen.shards),
            spans=dict(_spans(plan, entries)),
            now=time.time(),
            summary=done.summary if done else None,
            estimated=_estimated(plan),
            spent=_spent(plan, used.used(here)) if done and here.exists() else (),
        )
    render(made, sys.stdout)
    return 0


def _facts(plan: Plan) -> tuple[tuple[str, str], ...]:
    targets = (plan.promised, *plan.others)
    return (
        ("Request file", plan.requests.name),
        ("Requests", f"{plan.count:,}"),
        ("Size", f"{plan.size:,} bytes"),
        ("SHA-256", plan.sha256),
        ("Provider", f"{plan.provider} ({plan.promised.provider_name})"),
        ("Target", "; ".join(map(place, targets))),
        ("Gateway", plan.base_url),
        ("Rounds", f"{len(plan.rounds):,}"),
    )


def _spans(plan: Plan, entries: dict[int, tuple[Entry, ...]]) -> list[tuple[int, tuple[Span, ...]]]:
    """What each shard was at; those of a later round begin with it."""
    found = []
    for each in plan.rounds:
        numbers = [shard.number for shard in each.shards]
        began = min((entries[n][0].at for n in numbers if entries.get(n)), default=None)
        if began is not None:
            found += [(n, spans(entries.get(n, ()), began)) for n in numbers]
    return found


def _estimated(plan: Plan) -> Money | None:
    """The prompts' price, by the tokens that were estimated when the file was divided."""
    targets = (plan.promised, *plan.others)
    parts: dict[Target, list[Shard]] = {}
    for shard in plan.rounds[0].shards:
        parts.setdefault(plan.target(shard), []).append(shard)
    if not any(shard.tokens for shard in plan.rounds[0].shards):
        return None
    return estimate.altogether(
        [
            estimate.money(plan.provider, priced_model(target), parts[target], None)
            for target in targets
            if target in parts
        ]
    )


def _spent(plan: Plan, found: Mapping[str, used.Used]) -> tuple[Spent, ...]:
    targets = (plan.promised, *plan.others)
    return tuple(
        Spent(
            model, one.prompts, one.answers, one.rows, _dollars(plan.provider, targets, model, one)
        )
        for model, one in found.items()
    )


def _dollars(provider: str, targets: Sequence[Target], model: str, one: used.Used) -> float | None:
    """By the price of the target that the answers' model is of; None where none is known."""
    meant = targets if len(targets) == 1 else matching(targets, model)
    known = price(provider, priced_model(meant[0])) if meant else None
    return None if known is None else known.of(one.prompts, one.answers)
