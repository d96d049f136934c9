"""The way to a run's batches, without a ledger: all that the triggerer needs, and no secret."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from preflight.airflow.access import Access
from preflight.batch import plan as plans
from preflight.batch.plan import Plan
from preflight.batch.remote import Remote
from preflight.batch.statuses import TERMINAL, meaning
from preflight.contract import VERSION
from preflight.promises import parse

Route = dict[str, Any]
"""The gateway's URL, the provider, and which of its targets: plain JSON."""


def of(plan: Plan) -> Route:
    """The way to this run's batches."""
    target = json.loads(json.dumps(asdict(plan.promised)))
    return {"gateway": plan.base_url, "provider": plan.provider, "target": target}


class Looking:
    """One connection to the gateway, for as long as somebody waits. Close it."""

    def __init__(self, route: Mapping[str, Any], access: Access) -> None:
        """Raises PromiseError for a route of another kind."""
        provider = str(route["provider"])
        outputs = {
            "version": VERSION,
            "gateway": {"base_url": route["gateway"]},
            provider: [route["target"]],
        }
        promises = parse(json.dumps(outputs), "the trigger's route")
        (target,) = promises.of(provider)
        plan = plans.make(promises, provider, target, Path(), sha256="", count=0, size=0)
        self._remote = Remote(plan, access.environ)

    def ended(self, batches: Iterable[str]) -> set[str]:
        """Those that have ended. Raises Declined, Lost."""
        return {one for one in batches if meaning(self._remote.look(one).status) in TERMINAL}

    def cancel(self, batches: Iterable[str]) -> None:
        """Ask for each of them to be cancelled. Raises Declined, Lost."""
        for one in batches:
            self._remote.cancel(one)

    def close(self) -> None:
        """Close the connection."""
        self._remote.__exit__(None, None, None)
