"""How a run's batches stand, without holding it or changing anything."""

import json
from dataclasses import asdict, dataclass
from typing import Any

from preflight.airflow.access import Access
from preflight.airflow.place import Place, existing
from preflight.airflow.route import Route, of
from preflight.batch import plan as plans
from preflight.batch.ledger import Ledger
from preflight.batch.plan import Plan
from preflight.batch.remote import Remote
from preflight.batch.stage import Stage, stage
from preflight.commands import followed
from preflight.render import standing as standings


def _stages(ledger: Ledger, plan: Plan) -> dict[int, Stage]:
    """How far each shard has come, by its number."""
    entries = ledger.every_line()
    numbers = [shard.number for shard in plan.shards]
    return {n: stage(ledger.journal(n), entries.get(n, ())) for n in numbers}


@dataclass(frozen=True, slots=True)
class Standing:
    """How the batches of a run stand.

    Attributes:
        route: the way to them.
        open: ids of those that have not ended.
        waiting: how many shards are not sent yet.
        shape: all of it as JSON.
    """

    route: Route
    open: tuple[str, ...]
    waiting: int
    shape: dict[str, Any]

    @property
    def ended(self) -> bool:
        """Whether there is nothing to wait for."""
        return not (self.open or self.waiting)


def standing(place: Place, access: Access) -> Standing:
    """Look once at each batch that may still change. Raises PreflightError."""
    with existing(place) as ledger:
        plan = plans.read(ledger)
        stages = _stages(ledger, plan)
    going = {n: at.created for n, at in stages.items() if at.created and not at.fetched}
    with Remote(plan, access.environ) as remote:
        looks = {number: remote.look(batch) for number, batch in going.items()}
    seen = standings.Standing(followed.standing(plan, stages, looks), place.folder)
    shards = json.loads(json.dumps([asdict(each) for each in seen.shards]))
    return Standing(
        of(plan),
        tuple(each.batch for each in seen.shards if each.batch and not each.ended),
        seen.waiting,
        {"folder": str(place.folder), "ended": seen.ended, "shards": shards},
    )


def at_provider(place: Place) -> tuple[Route, tuple[str, ...]]:
    """The batches that are not brought in yet, and the way to them. Raises PreflightError."""
    with existing(place) as ledger:
        plan = plans.read(ledger)
        found = _stages(ledger, plan).values()
    return of(plan), tuple(at.created for at in found if at.created and not at.fetched)
